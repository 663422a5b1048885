package io.millrace.cost;

import io.millrace.batching.Batch;
import io.millrace.batching.CommitOutcome;
import io.millrace.batching.FlushReason;
import io.millrace.batching.ProjectorListener;
import java.time.Duration;

/**
 * Counts what committed batches cost: as a projector's listener, or behind a {@link MeteringCommitter}; not as both at
 * once, which would count twice. Safe for use by several threads.
 */
public final class Meter implements ProjectorListener {
    private final PriceList prices;
    private final StatementCount statementCount;
    private long batches;
    private long statements;
    private long roundTrips;
    private long checkpointOnly;

    public Meter(PriceList prices, StatementCount statementCount) {
        this.prices = prices;
        this.statementCount = statementCount;
    }

    /** Counts a committed batch. */
    public synchronized void count(Batch batch, CommitOutcome.Committed outcome) {
        if (batch.reason() == FlushReason.CHECKPOINT_ONLY) {
            checkpointOnly++;
            return;
        }
        batches++;
        statements += statementCount.of(batch, outcome);
        roundTrips += outcome.roundTrips();
    }

    @Override
    public void committed(Batch batch, CommitOutcome.Committed outcome, Duration took) {
        count(batch, outcome);
    }

    /** What was counted so far. */
    public synchronized Cost cost() {
        return new Cost(
                batches,
                statements,
                roundTrips,
                prices.batches(batches, statements),
                checkpointOnly,
                prices.singles(checkpointOnly));
    }
}
