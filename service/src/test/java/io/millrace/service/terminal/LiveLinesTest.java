package io.millrace.service.terminal;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.PrintWriter;
import java.io.StringWriter;
import org.junit.jupiter.api.Test;

class LiveLinesTest {
    private final StringWriter written = new StringWriter();

    private LiveLines lines(boolean live) {
        return new LiveLines(new PrintWriter(written), live);
    }

    @Test
    void drawsOrdinaryLinesAboveTheLiveOnes() {
        LiveLines lines = lines(true);
        lines.set(lines.open(), "bar");

        lines.println("an error");

        assertThat(written).hasToString("bar\n\u001b[1A\r\u001b[Jan error\nbar\n");
    }

    @Test
    void leavesSettledLinesWhereTheyAre() {
        LiveLines lines = lines(true);
        lines.set(lines.open(), "bar");
        lines.settle();

        lines.println("next");

        assertThat(written).hasToString("bar\nnext\n");
    }

    @Test
    void writesOnlyOrdinaryLinesWhereThereIsNoTerminal() {
        LiveLines lines = lines(false);
        lines.set(lines.open(), "bar");

        lines.println("next");
        lines.discard();

        assertThat(written).hasToString("next\n");
    }
}
