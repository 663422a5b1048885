package io.millrace.service.imports;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class TemplateTest {
    private static final Map<String, String> FIELDS = Map.of("from", "ATL", "to", "SAV", "none", "");
    private static final Row ROW = new Row(5, 6, column -> Optional.ofNullable(FIELDS.get(column)), "{}");

    @Test
    void fillsInColumns() {
        assertThat(new Template("flight-{from}:{to}!").fillIn(ROW)).isEqualTo("flight-ATL:SAV!");
        assertThat(new Template("flights").fillIn(ROW)).isEqualTo("flights");
    }

    @ParameterizedTest
    @ValueSource(strings = {"flight-{none}", "flight-{unknown}"})
    void refusesARowWithoutAValue(String template) {
        assertThatThrownBy(() -> new Template(template).fillIn(ROW))
                .isInstanceOf(BadLineException.class)
                .hasMessageStartingWith("line 6: no value in column");
    }

    @ParameterizedTest
    @ValueSource(strings = {"", " ", "flight-{from", "flight-}", "{}", "{{from}}"})
    void refusesBracesThatNameNoColumn(String template) {
        assertThatThrownBy(() -> new Template(template)).isInstanceOf(IllegalArgumentException.class);
    }
}
