package io.millrace.service.terminal;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.PrintWriter;
import java.io.StringWriter;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** What names and values hold is shown by the terminal, never obeyed. */
class PrintableTest {

    @ParameterizedTest
    @ValueSource(
            strings = {
                "\u001b[2J",
                "\u001b]0;title\u0007",
                "\u009b31m",
                "over\rwritten",
                "back\bspace",
                "\u007f",
                "a\u202eb",
                "\u2067x",
                "\u0000"
            })
    void showsWhatATerminalWouldObey(String hostile) {
        assertThat(Printable.of(hostile)).matches("[\\x20-\\x7e]+");
        assertThat(Printable.of(hostile)).contains("\\u");
    }

    @Test
    void leavesOrdinaryTextAlone() {
        String text = "Zürich → 東京 😀\n\tsecond line";
        assertThat(Printable.of(text)).isSameAs(text);
    }

    @Test
    void noLineOfTheLogIsObeyed() {
        StringWriter written = new StringWriter();
        new LiveLines(new PrintWriter(written, true), false).println("event \u001b[31mred\u001b[0m");
        assertThat(written).hasToString("event \\u001b[31mred\\u001b[0m\n");
    }

    @Test
    void aCellOfATableStaysInItsRow() {
        TextTable table = new TextTable().left("name").row(List.of("a\nb\u001b[2J"));
        assertThat(table.lines()).hasSize(3).last().isEqualTo("a b\\u001b[2J");
    }
}
