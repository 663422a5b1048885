package io.millrace.cost;

import static io.millrace.cost.ReferenceStream.VIEWS_PER_VIEWER;
import static org.assertj.core.api.Assertions.assertThat;

import io.millrace.batching.FlushPolicy;
import java.time.Duration;
import java.util.List;
import org.junit.jupiter.api.Test;

class SweepTest {
    private static final RecordedStream STREAM = ReferenceStream.DEFAULT.recorded(Duration.ofMillis(100));

    @Test
    void marksTheBatchSizeBeyondWhichNoStepSavesATenth() {
        Sweep sweep = Sweep.ofBatchSizes(VIEWS_PER_VIEWER, STREAM, LadderSettings.DEFAULT);

        assertThat(sweep.points().stream().map(Sweep.Point::value))
                .containsExactly("1", "10", "25", "50", "100", "250", "500", "1000", "2500", "3500");
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
    void endsWithABatchSizeThatHoldsEverythingAtHandInOneBatch() {
        Sweep sweep = Sweep.ofBatchSizes(VIEWS_PER_VIEWER, STREAM, LadderSettings.DEFAULT);

        Sweep.Point last = sweep.points().get(sweep.points().size() - 1);
        assertThat(last.marks()).containsExactly(Sweep.Mark.EVERYTHING);
        assertThat(last.cost().flushes()).isEqualTo(1 + 100);
    }

    /** Not even that size has everything in one batch: the projector ends it before. */
    @Test
    void saysOfASizeThatBatchesNeverReachThatTheyAreCut() {
        RecordedStream stream =
                new ReferenceStream(50_100, 0, 0, 50_100, ReferenceStream.Order.LAST).recorded(Duration.ofMillis(100));

        Sweep sweep = Sweep.ofBatchSizes(VIEWS_PER_VIEWER, stream, LadderSettings.DEFAULT);

        Sweep.Point last = sweep.points().get(sweep.points().size() - 1);
        assertThat(last.value()).isEqualTo("50100");
        assertThat(last.marks()).containsExactly(Sweep.Mark.CUT);
    }

    /** A policy that is adaptive, its size being found by itself, has a point for the size that it is priced at. */
    @Test
    void marksTheSizeThatAdaptiveBatchesArePricedAtAsSet() {
        LadderSettings adaptive = new LadderSettings(PriceList.REFERENCE, FlushPolicy.ADAPTIVE, 10);

        assertThat(Sweep.ofBatchSizes(VIEWS_PER_VIEWER, STREAM, adaptive).set().value())
                .isEqualTo("1000");
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
