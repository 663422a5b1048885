package io.millrace.cost;

import io.millrace.batching.FlushPolicy;
import java.time.Duration;
import java.util.List;
import java.util.Locale;
import java.util.Objects;

/**
 * What the rungs of a ladder are made with.
 *
 * @param batchSize of rungs 3 to 5
 * @param burst how many live events come at once on the last rung
 * @param liveWithin how long a live event waits for others, from rung 5 on; zero shows each at once
 */
public record LadderSettings(PriceList prices, int batchSize, int burst, Duration liveWithin) {
    public static final LadderSettings DEFAULT =
            new LadderSettings(PriceList.REFERENCE, FlushPolicy.DEFAULT.batchSize(), 10, Duration.ZERO);

    /** The rung that Millrace stands on: what it does when it runs with these settings. */
    public static final int AS_IT_RUNS = 5;

    private static final int LARGER_BATCH = 1_000;
    /** Never, as far as any run is concerned. */
    private static final Duration NEVER = Duration.ofDays(3_650);

    public LadderSettings {
        Objects.requireNonNull(prices, "prices");
        // The policy refuses what it cannot do.
        FlushPolicy.DEFAULT.withBatchSize(batchSize).withLiveWithin(liveWithin);
        if (burst < 1) {
            throw new IllegalArgumentException("expected bursts of at least 1 event: burst=" + burst);
        }
    }

    /** The rungs, the dearest first. */
    List<Rung> rungs() {
        FlushPolicy alone = FlushPolicy.DEFAULT.withBatchSize(1);
        Rung first = new Rung(
                1,
                "a statement and a checkpoint per event",
                false,
                alone.withCheckpointOnlyEvery(Duration.ofNanos(1)),
                Sending.SINGLES,
                StatementCount.PER_CHANGE,
                1);
        Rung second =
                first.with(2, "the checkpoint only with a handled event").with(alone.withCheckpointOnlyEvery(NEVER));
        Rung third = new Rung(
                3,
                "batches of " + number(batchSize) + ", live events each at once",
                true,
                FlushPolicy.DEFAULT.withBatchSize(batchSize),
                Sending.BATCHED,
                StatementCount.PER_CHANGE,
                1);
        Rung fourth = third.with(4, "folded: one statement per row").with(StatementCount.PER_ROW);
        Rung fifth = asItRuns();
        Rung sixth = fifth.with(6, "batches of " + number(largerBatch()))
                .with(fifth.policy().withBatchSize(largerBatch()));
        Rung seventh = sixth.with(7, "everything at hand in one batch")
                .with(fifth.policy().withBatchSize(Integer.MAX_VALUE).withMaxBytes(Long.MAX_VALUE));
        Rung eighth = seventh.with(8, "live events that come in bursts of " + number(burst) + " together")
                .with(burst);
        return List.of(first, second, third, fourth, fifth, sixth, seventh, eighth);
    }

    /** The rung of {@link #AS_IT_RUNS}. */
    Rung asItRuns() {
        return new Rung(
                AS_IT_RUNS,
                "one statement per shape of change",
                true,
                FlushPolicy.DEFAULT.withBatchSize(batchSize).withLiveWithin(liveWithin),
                Sending.BATCHED,
                StatementCount.AS_SENT,
                1);
    }

    /** The batch size of rung 6. */
    private int largerBatch() {
        return batchSize < LARGER_BATCH ? LARGER_BATCH : (int) Math.min(Integer.MAX_VALUE, 10L * batchSize);
    }

    private static String number(int count) {
        return String.format(Locale.ROOT, "%,d", count);
    }
}
