package io.millrace.cost;

import io.millrace.batching.BatchSizing;
import io.millrace.batching.FlushPolicy;
import java.time.Duration;
import java.util.List;
import java.util.Locale;
import java.util.Objects;

/**
 * What the rungs of a ladder are made with.
 *
 * @param policy how the projector runs: batch size and bytes hold for rungs 3 to 5, the wait of live events from 5 on
 * @param burst how many live events come at once on the last rung
 */
public record LadderSettings(PriceList prices, FlushPolicy policy, int burst) {
    public static final LadderSettings DEFAULT = new LadderSettings(PriceList.REFERENCE, FlushPolicy.DEFAULT, 10);

    /** The rung that Millrace stands on: what it does when it runs with these settings. */
    public static final int AS_IT_RUNS = 5;

    /** What batches that find their own size begin with. They grow by how long a flush takes, in virtual time nothing. */
    private static final int ADAPTIVE_BEGINS_WITH = 1_000;

    private static final int LARGER_BATCH = 1_000;
    /** Never, as far as any run is concerned. */
    private static final Duration NEVER = Duration.ofDays(3_650);
    /** No number of rows cuts a batch. */
    private static final BatchSizing UNCUT = new BatchSizing(
            BatchSizing.Mode.FIXED, BatchSizing.FIXED.flushTime(), BatchSizing.FIXED.maxEvents(), Integer.MAX_VALUE);

    public LadderSettings {
        Objects.requireNonNull(prices, "prices");
        Objects.requireNonNull(policy, "policy");
        if (burst < 1) {
            throw new IllegalArgumentException("expected bursts of at least 1 event: burst=" + burst);
        }
    }

    /** Whether the projector's batches find their own size, so that they are priced at the one that they begin with. */
    public boolean isAdaptive() {
        return policy.sizing().isAdaptive();
    }

    /** The batch size that rungs 3 to 5 are priced at. */
    public int batchSize() {
        return isAdaptive() ? Math.min(ADAPTIVE_BEGINS_WITH, policy.sizing().maxEvents()) : policy.batchSize();
    }

    /** How long a live event waits for others, from rung 5 on; zero shows each at once. */
    public Duration liveWithin() {
        return policy.liveWithin();
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
                "batches of " + number(batchSize()) + ", live events each at once",
                true,
                priced().withLiveWithin(Duration.ZERO),
                Sending.BATCHED,
                StatementCount.PER_CHANGE,
                1);
        Rung fourth = third.with(4, "folded: one statement per row").with(StatementCount.PER_ROW);
        Rung fifth = asItRuns();
        Rung sixth = fifth.with(6, "batches of " + number(largerBatch()))
                .with(fifth.policy().withBatchSize(largerBatch()));
        Rung seventh = sixth.with(7, "everything at hand in one batch")
                .with(fifth.policy()
                        .withBatchSize(Integer.MAX_VALUE)
                        .withMaxBytes(Long.MAX_VALUE)
                        .withSizing(UNCUT));
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
                priced(),
                Sending.BATCHED,
                StatementCount.AS_SENT,
                1);
    }

    /** The projector's policy, its batches of a size that stays. */
    private FlushPolicy priced() {
        return policy.withBatchSize(batchSize()).withSizing(BatchSizing.FIXED);
    }

    /** The batch size of rung 6. */
    private int largerBatch() {
        return batchSize() < LARGER_BATCH ? LARGER_BATCH : (int) Math.min(Integer.MAX_VALUE, 10L * batchSize());
    }

    private static String number(int count) {
        return String.format(Locale.ROOT, "%,d", count);
    }
}
