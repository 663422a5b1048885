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

    private static TextTable rungs() {
        return new TextTable()
                .right("rung")
                .left("how")
                .right("round trips")
                .row(List.of("1", "a statement and a checkpoint per event", "7250"))
                .row(List.of("2", "one batch", "101"));
    }

    @Test
    void staysAsItIsWhereItFits() {
        assertThat(rungs().lines(57))
                .isEqualTo(rungs().lines())
                .allSatisfy(line -> assertThat(line).hasSizeLessThanOrEqualTo(57));
    }

    @Test
    void breaksTheWidestColumnOfWordsWhereItDoesNotFit() {
        assertThat(rungs().lines(48))
                .containsExactly(
                        "rung  how                            round trips",
                        "----  -----------------------------  -----------",
                        "   1  a statement and a checkpoint          7250",
                        "      per event",
                        "   2  one batch                              101");
    }

    @Test
    void breaksTitlesAndWhatIsNoNumber() {
        TextTable table = new TextTable()
                .right("rung")
                .right("WAL KiB")
                .right("dead")
                .row(List.of("1", "1.0 - 2.0", "not measured"));

        assertThat(table.lines(25))
                .containsExactly(
                        "rung    WAL KiB      dead",
                        "----  ---------  --------",
                        "   1  1.0 - 2.0       not",
                        "                 measured");
    }

    @Test
    void putsTheTitleOfANarrowColumnOntoTwoLines() {
        TextTable table = new TextTable().right("rung").right("server ms").row(List.of("1", "0.5"));

        assertThat(table.lines(12)).containsExactly("      server", "rung      ms", "----  ------", "   1     0.5");
    }

    @Test
    void turnsAFewRowsThatAreTooWide() {
        TextTable table = new TextTable()
                .left("period")
                .right("events")
                .right("batches")
                .right("round trips")
                .row(List.of("since start", "1,000,000", "10,000", "10,000"))
                .row(List.of("last hour", "100", "1", "1"));

        assertThat(table.lines(35))
                .containsExactly(
                        "period       since start  last hour",
                        "-----------  -----------  ---------",
                        "events         1,000,000        100",
                        "batches           10,000          1",
                        "round trips       10,000          1");
    }

    @Test
    void continuesManyRowsThatAreTooWideBeneath() {
        TextTable table = new TextTable().right("rung").right("trips").right("rows");
        for (int rung = 1; rung <= 4; rung++) {
            table.row(List.of(Integer.toString(rung), "1,000", "2,000"));
        }

        assertThat(table.lines(12))
                .containsExactly(
                        "rung  trips",
                        "----  -----",
                        "   1  1,000",
                        "   2  1,000",
                        "   3  1,000",
                        "   4  1,000",
                        "",
                        "rung   rows",
                        "----  -----",
                        "   1  2,000",
                        "   2  2,000",
                        "   3  2,000",
                        "   4  2,000");
    }

    @Test
    void breaksAWordThatFitsNowhere() {
        TextTable table = new TextTable().left("name").row(List.of("a".repeat(15)));

        assertThat(table.lines(10)).containsExactly("name", "----------", "a".repeat(10), "a".repeat(5));
    }
}
