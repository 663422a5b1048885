package io.millrace.cost;

import static org.assertj.core.api.Assertions.assertThat;

import io.millrace.batching.FlushPolicy;
import io.millrace.batching.FlushReason;
import io.millrace.cost.ReferenceRun.Bookmarks;
import java.math.BigDecimal;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.EnumSource;

/** What the projector makes of the reference stream, to the tenth of a unit. */
class ReferenceStreamTest {

    @ParameterizedTest
    @EnumSource
    void costs162UnitsIn135BatchesWithoutFolding508AndAHalf(Bookmarks bookmarks) {
        ReferenceRun run = reference(FlushPolicy.DEFAULT)
                .history(bookmarks)
                .liveViewsOneByOne()
                .stop();

        assertThat(run.folded.cost()).isEqualTo(cost(135, 270, "162.0"));
        assertThat(run.notFolded.cost()).isEqualTo(cost(135, 3_735, "508.5"));
        System.out.printf(
                "bookmarks %s: %s, not folded %s%n",
                bookmarks, run.folded.cost(), run.notFolded.cost().units());
    }

    @ParameterizedTest
    @EnumSource
    void endsWithTheRightRowsAndCheckpoint(Bookmarks bookmarks) {
        ReferenceRun run = reference(FlushPolicy.DEFAULT)
                .history(bookmarks)
                .liveViewsOneByOne()
                .stop();

        assertThat(run.viewsOf("1")).contains(3_500L);
        assertThat(run.viewsOf("2")).contains(100L);
        assertThat(run.checkpoint()).contains(ReferenceRun.at(3_650));
    }

    @Test
    void flushesThirtyFiveBatchesForTheirSizeAndAHundredLiveOnes() {
        ReferenceRun run = reference(FlushPolicy.DEFAULT)
                .history(Bookmarks.SPREAD)
                .liveViewsOneByOne()
                .stop();

        assertThat(run.summary().events()).isEqualTo(3_600);
        assertThat(run.summary().handled()).isEqualTo(3_600);
        assertThat(run.summary().flushes(FlushReason.SIZE)).isEqualTo(35);
        assertThat(run.summary().flushes(FlushReason.LIVE)).isEqualTo(100);
        assertThat(run.summary().batches()).isEqualTo(135);
        assertThat(run.summary().checkpointOnly()).isZero();
    }

    @Test
    void flushesFewerBatchesWhenTheLiveViewsComeAtOnce() {
        ReferenceRun run = reference(FlushPolicy.DEFAULT)
                .history(Bookmarks.SPREAD)
                .liveViewsAtOnce()
                .stop();

        assertThat(run.folded.cost()).isEqualTo(cost(36, 72, "43.2"));
        assertThat(run.viewsOf("1")).contains(3_500L);
        assertThat(run.viewsOf("2")).contains(100L);
        assertThat(run.checkpoint()).contains(ReferenceRun.at(3_650));
    }

    /** Where the size does not divide 3,500, there is one batch more: what is left at caught-up. */
    @ParameterizedTest
    @CsvSource({
        "1,    3600, 4320.0, 4320.0",
        "10,   450,  855.0,  540.0",
        "50,   170,  547.0,  204.0",
        "200,  118,  489.8,  141.6",
        "1000, 104,  474.4,  124.8",
    })
    void costsLessTheLargerTheBatches(int batchSize, long batches, BigDecimal notFolded, BigDecimal folded) {
        ReferenceRun run = reference(FlushPolicy.DEFAULT.withBatchSize(batchSize))
                .history(Bookmarks.SPREAD)
                .liveViewsOneByOne()
                .stop();

        assertThat(run.folded.cost().batches()).isEqualTo(batches);
        assertThat(run.notFolded.cost().units()).isEqualTo(notFolded);
        assertThat(run.folded.cost().units()).isEqualTo(folded);
    }

    @ParameterizedTest
    @CsvSource({"1, 162.0", "10, 193.5", "50, 333.5", "100, 508.5"})
    void gainsTheLessByFoldingTheMoreViewersThereAre(int viewers, BigDecimal units) {
        ReferenceRun run = reference(FlushPolicy.DEFAULT)
                .history(Bookmarks.LAST, viewers)
                .liveViewsOneByOne()
                .stop();

        assertThat(run.folded.cost().units()).isEqualTo(units);
    }

    private static ReferenceRun reference(FlushPolicy policy) {
        return new ReferenceRun(policy);
    }

    private static Cost cost(long batches, long statements, String units) {
        return new Cost(batches, statements, batches, new BigDecimal(units), 0, BigDecimal.ZERO);
    }
}
