package io.millrace.batching;

import static org.assertj.core.api.Assertions.assertThat;

import io.millrace.checkpoint.Position;
import io.millrace.projections.Effect;
import io.millrace.projections.EventEnvelope;
import io.millrace.projections.RowChange;
import java.time.Duration;
import java.util.Collections;
import java.util.List;
import java.util.Optional;
import java.util.Random;
import java.util.function.IntToLongFunction;
import org.junit.jupiter.api.Test;

class BatchSizerTest {
    private static final long MILLI = 1_000_000;
    private static final int FLUSHES_TO_LEARN = 2_000;

    private final BatchSizer adaptive = new BatchSizer(FlushPolicy.ADAPTIVE);
    private final BatchSizer fixed = new BatchSizer(FlushPolicy.DEFAULT);

    /** Flushes full batches, one after the other. */
    private static void flush(BatchSizer sizer, int flushes, IntToLongFunction tookNanos) {
        for (int i = 0; i < flushes; i++) {
            sizer.committed(full(sizer.size()), tookNanos.applyAsLong(sizer.size()));
        }
    }

    private static Batch full(int events) {
        return full(events, Math.min(events, 300));
    }

    private static Batch full(int events, int rows) {
        ChangeSetBuilder changes = new ChangeSetBuilder();
        for (int row = 0; row < rows; row++) {
            changes.add(List.of(new Effect.OnRow(Views.TABLE, Views.key("viewer-" + row), RowChange.DELETE)));
        }
        EventEnvelope event = Views.viewed(1, "1");
        return new Batch(
                "views",
                1,
                FlushReason.SIZE,
                changes.build(),
                new Position.InStream(1),
                Optional.empty(),
                Collections.nCopies(events, event));
    }

    @Test
    void growsToItsBoundWhileTheDatabaseIsFast() {
        flush(adaptive, 10, size -> 2 * MILLI);

        assertThat(adaptive.size()).isEqualTo(BatchSizing.ADAPTIVE.maxEvents());
    }

    @Test
    void findsTheLargestSizeWhoseFlushesStayWithinTheirTime() {
        Random random = new Random(7);
        flush(adaptive, 100, size -> size * 20_000L * (9 + random.nextInt(3)) / 10);

        assertThat(adaptive.size() * 20_000L).isBetween(70 * MILLI, 220 * MILLI);
    }

    @Test
    void shrinksAtOnceWhenFlushesTakeTooLong() {
        flush(adaptive, 10, size -> 2 * MILLI);

        flush(adaptive, 1, size -> 390 * MILLI);

        assertThat(adaptive.size()).isBetween(51_000, 52_000);
    }

    /** Half of the flushes take a fifth more than the others. */
    @Test
    void comesNearTheTimeThatAFlushMayTakeThoughSomeTakeLonger() {
        int[] flushes = {0};
        flush(adaptive, 100, size -> size * (flushes[0]++ % 2 == 0 ? 4_400L : 3_600L));

        assertThat(adaptive.size() * 4_000L).isBetween(150 * MILLI, 200 * MILLI);
    }

    @Test
    void doesNotShrinkForOneSlowFlush() {
        flush(adaptive, 10, size -> 2 * MILLI);

        flush(adaptive, 1, size -> 290 * MILLI);
        assertThat(adaptive.size()).isEqualTo(100_000);

        flush(adaptive, 1, size -> 250 * MILLI);
        assertThat(adaptive.size()).isEqualTo(80_000);
    }

    @Test
    void growsWhereTwoFlushesInARowLeaveRoom() {
        flush(adaptive, 2, size -> 140 * MILLI);

        assertThat(adaptive.size()).isBetween(12_800, 12_900);
    }

    @Test
    void staysWhereOneOfTwoFlushesLeavesNoRoom() {
        int[] flushes = {0};
        flush(adaptive, 50, size -> (flushes[0]++ % 2 == 0 ? 160 : 110) * MILLI);

        assertThat(adaptive.size()).isEqualTo(10_000);
    }

    @Test
    void isFullByItsEventsBeforeItIsByItsBytes() {
        flush(adaptive, 10, size -> 2 * MILLI);

        adaptive.closed(FlushReason.BYTES, 50_000, FlushPolicy.ADAPTIVE.maxBytes(), 300);
        assertThat(adaptive.size()).isEqualTo(49_000);

        adaptive.closed(FlushReason.SIZE, 49_000, FlushPolicy.ADAPTIVE.maxBytes() * 49 / 50, 300);
        assertThat(adaptive.size()).isEqualTo(49_000);

        adaptive.closed(FlushReason.SIZE, 49_000, FlushPolicy.ADAPTIVE.maxBytes() / 4, 300);
        assertThat(adaptive.size()).isEqualTo(100_000);
    }

    @Test
    void isFullByItsEventsBeforeItIsByItsRows() {
        flush(adaptive, 10, size -> 2 * MILLI);

        adaptive.closed(FlushReason.SIZE, 60_000, 1_000, BatchSizing.ADAPTIVE.maxRows());

        assertThat(adaptive.size()).isEqualTo(58_800);
    }

    /** What is not full holds as little as it happens to; a fixed size is the user's. */
    @Test
    void fitsOnlyAdaptiveBatchesThatAreFull() {
        adaptive.closed(FlushReason.CAUGHT_UP, 1, FlushPolicy.ADAPTIVE.maxBytes(), 1);
        fixed.closed(FlushReason.BYTES, 1, FlushPolicy.DEFAULT.maxBytes(), 1);

        assertThat(adaptive.size()).isEqualTo(10_000);
        assertThat(fixed.size()).isEqualTo(100);
    }

    @Test
    void learnsFromBatchesThatBytesHoldDownWithoutForgettingWhatFlushTimesAllow() {
        flush(adaptive, 10, size -> 2 * MILLI);
        adaptive.closed(FlushReason.BYTES, 10, FlushPolicy.ADAPTIVE.maxBytes(), 10);

        flush(adaptive, 3, size -> MILLI / 1_000);

        assertThat(adaptive.size()).isEqualTo(9);
        adaptive.closed(FlushReason.SIZE, 9, 90, 1);
        assertThat(adaptive.size()).isEqualTo(100_000);
    }

    @Test
    void isNeverMadeTinyByADatabaseThatIsSlowWithEverySize() {
        flush(adaptive, 100, size -> 5_000 * MILLI);

        assertThat(adaptive.size()).isEqualTo(100);
    }

    @Test
    void isHalvedWhenAFlushIsGivenUpAndDoesNotComeBackAtOnce() {
        flush(adaptive, 10, size -> 2 * MILLI);

        adaptive.halve();
        flush(adaptive, 30, size -> 2 * MILLI);

        assertThat(adaptive.size()).isEqualTo(50_000);
        flush(adaptive, 100, size -> 2 * MILLI);
        assertThat(adaptive.size()).isEqualTo(100_000);
    }

    @Test
    void learnsNothingFromWhatWasNotFull() {
        Batch live = new Batch(
                "views",
                1,
                FlushReason.LIVE,
                new ChangeSetBuilder().build(),
                new Position.InStream(1),
                Optional.empty(),
                List.of());

        adaptive.committed(live, MILLI);

        assertThat(adaptive.size()).isEqualTo(10_000);
    }

    @Test
    void aFixedSizeStaysWhileFlushesTakeWhatTheyTook() {
        Random random = new Random(11);
        flush(fixed, FLUSHES_TO_LEARN, size -> random.nextInt(10) == 0 ? 50 * MILLI : (1 + random.nextInt(2)) * MILLI);

        assertThat(fixed.size()).isEqualTo(100);
    }

    @Test
    void aFixedSizeGrowsWhileRowsBecomeDearAndComesBackAfterThat() {
        flush(fixed, 100, size -> MILLI);

        flush(fixed, FLUSHES_TO_LEARN, size -> Math.min(size, 300) * MILLI / 10);
        assertThat(fixed.size()).isEqualTo(BatchSizing.FIXED.maxEvents());

        flush(fixed, FLUSHES_TO_LEARN, size -> MILLI);
        assertThat(fixed.size()).isEqualTo(100);
    }

    @Test
    void tellsWhileRowsHaveBecomeDearWhoeverChoosesTheSize() {
        for (BatchSizer sizer : List.of(fixed, adaptive)) {
            flush(sizer, 100, size -> Math.min(size, 300) * 50_000L);
            assertThat(sizer.isStrained()).isFalse();

            flush(sizer, 100, size -> Math.min(size, 300) * 500_000L);
            assertThat(sizer.isStrained()).isTrue();

            flush(sizer, 100, size -> Math.min(size, 300) * 50_000L);
            assertThat(sizer.isStrained()).isFalse();
        }
    }

    @Test
    void aFixedSizeDoesNotGrowBecauseFewerRowsShareTheSameCommit() {
        flush(fixed, 100, size -> 5 * MILLI);

        for (int i = 0; i < FLUSHES_TO_LEARN; i++) {
            fixed.committed(full(fixed.size(), 5), 5 * MILLI);
        }

        assertThat(fixed.size()).isEqualTo(100);
        assertThat(fixed.isStrained()).isFalse();
    }

    @Test
    void memoryThatIsShortMakesNoBatchTiny() {
        for (int i = 0; i < 20; i++) {
            adaptive.saveMemory();
        }

        assertThat(adaptive.size()).isBetween(62, 100);
    }

    @Test
    void aFixedSizeDoesNotGrowBeyondTheTimeThatAFlushMayTake() {
        BatchSizer impatient =
                new BatchSizer(FlushPolicy.DEFAULT.withSizing(BatchSizing.FIXED.withFlushTime(Duration.ofMillis(15))));
        flush(impatient, 100, size -> MILLI);

        flush(impatient, FLUSHES_TO_LEARN, size -> Math.min(size, 300) * MILLI / 20);

        assertThat(impatient.size()).isEqualTo(200);
    }

    @Test
    void aFixedSizeIsNotHalved() {
        fixed.halve();

        assertThat(fixed.size()).isEqualTo(100);
    }
}
