package io.millrace.service.terminal;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.List;
import org.junit.jupiter.api.Test;

class TextTableTest {
    @Test
    void alignsWordsToTheLeftAndNumbersToTheRight() {
        TextTable table = new TextTable().left("airport").right("flights").left("where");
        table.row(List.of("ORD", "1,234", "Chicago")).row(List.of("Zürich", "7", ""));

        assertThat(table.lines())
                .containsExactly(
                        "airport  flights  where",
                        "-------  -------  -------",
                        "ORD        1,234  Chicago",
                        "Zürich         7");
    }

    @Test
    void refusesARowThatDoesNotFit() {
        TextTable table = new TextTable().left("airport");

        assertThatThrownBy(() -> table.row(List.of("ORD", "1"))).isInstanceOf(IllegalArgumentException.class);
    }
}
