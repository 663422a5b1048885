package io.millrace.service.terminal;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.ArrayList;
import java.util.List;
import me.tongfei.progressbar.DelegatingProgressBarConsumer;
import me.tongfei.progressbar.ProgressBar;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class BarRendererTest {
    private static String rendered(boolean unicode, long total, long done, int columns) {
        List<String> lines = new ArrayList<>();
        try (ProgressBar bar = ProgressBar.builder()
                .setTaskName("name")
                .setInitialMax(total)
                .setUpdateIntervalMillis(Integer.MAX_VALUE)
                .setRenderer(new BarRenderer(unicode))
                .setConsumer(new DelegatingProgressBarConsumer(lines::add, columns))
                .build()) {
            bar.stepTo(done);
            bar.refresh();
            return lines.get(lines.size() - 1);
        }
    }

    @ParameterizedTest
    @CsvSource({"12", "30", "60", "78", "79", "99", "200"})
    void isNeverWiderThanTheTerminal(int columns) {
        assertThat(rendered(true, 1_000, 250, columns)).hasSizeLessThanOrEqualTo(columns);
    }

    @Test
    void showsTheShareThatIsDone() {
        String line = rendered(false, 1_000, 250, 99);

        assertThat(line).contains(" 25% ", "250 / 1,000");
        long full = line.chars().filter(c -> c == '#').count();
        long empty = line.chars().filter(c -> c == '.').count();
        assertThat((double) full / (full + empty)).isBetween(0.22, 0.26);
    }

    @Test
    void showsOnlyTheCountWhereTheTotalIsNotKnown() {
        assertThat(rendered(true, -1, 250, 99)).contains("250").doesNotContain("%", "/ ");
    }
}
