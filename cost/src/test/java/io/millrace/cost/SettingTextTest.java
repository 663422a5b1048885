package io.millrace.cost;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class SettingTextTest {
    @ParameterizedTest
    @CsvSource({"PT0.25S, 250ms", "PT2.5S, 2500ms", "PT90S, 90s", "PT2M, 2m", "PT36H, 36h", "PT0.0000001S, 1ms"})
    void writesDurationsInTheLargestUnitThatLeavesAWholeNumber(Duration time, String text) {
        assertThat(SettingText.duration(time)).isEqualTo(text);
    }

    @ParameterizedTest
    @CsvSource({"4194304, 4MiB", "524288, 512KiB", "1000, 1000", "4194305, 4194305"})
    void writesSizesInTheLargestUnitThatLeavesAWholeNumber(long bytes, String text) {
        assertThat(SettingText.bytes(bytes)).isEqualTo(text);
    }

    @Test
    void writesNoWaitAsEach() {
        assertThat(SettingText.waiting(Duration.ZERO)).isEqualTo("each");
    }
}
