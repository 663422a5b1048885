package io.millrace.cost;

import static io.millrace.cost.ReferenceStream.VIEWS_PER_VIEWER;
import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import java.util.List;
import org.junit.jupiter.api.Test;

class SweepTest {
    private static final RecordedStream STREAM = ReferenceStream.DEFAULT.recorded(Duration.ofMillis(100));

    @Test
    void marksTheBatchSizeBeyondWhichNoStepSavesATenth() {
        Sweep sweep = Sweep.ofBatchSizes(VIEWS_PER_VIEWER, STREAM, LadderSettings.DEFAULT);

        assertThat(sweep.points().stream().map(Sweep.Point::value))
                .containsExactly("1", "10", "25", "50", "100", "250", "500", "1,000", "2,500", "all at hand");
        assertThat(units(sweep))
                .containsExactly(
                        "4320.0", "540.0", "288.0", "204.0", "162.0", "136.8", "128.4", "124.8", "122.4", "121.2");
        assertThat(sweep.knee().value()).isEqualTo("250");
        assertThat(sweep.set().value()).isEqualTo("100");
    }

    @Test
    void marksTheWaitBeyondWhichNoStepSavesATenth() {
        Sweep sweep = Sweep.ofFreshness(VIEWS_PER_VIEWER, STREAM, LadderSettings.DEFAULT);

        assertThat(sweep.points().stream().map(Sweep.Point::value))
                .containsExactly(
                        "each",
                        "within 100ms",
                        "within 250ms",
                        "within 500ms",
                        "within 1s",
                        "within 2s",
                        "within 5s",
                        "within 10s");
        assertThat(units(sweep).get(0)).isEqualTo("162.0");
        assertThat(sweep.knee().value()).isEqualTo("within 2s");
        assertThat(sweep.set().value()).isEqualTo("each");
    }

    @Test
    void hasNothingToSayAboutFreshnessWithoutLiveEvents() {
        RecordedStream historic =
                new ReferenceStream(10, 0, 0, 1, ReferenceStream.Order.LAST).recorded(Duration.ofMillis(1));

        assertThat(Sweep.ofFreshness(VIEWS_PER_VIEWER, historic, LadderSettings.DEFAULT)
                        .points())
                .isEmpty();
    }

    private static List<String> units(Sweep sweep) {
        return sweep.points().stream()
                .map(point -> point.cost().units().toPlainString())
                .toList();
    }
}
