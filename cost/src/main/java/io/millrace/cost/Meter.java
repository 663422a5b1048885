package io.millrace.cost;

import io.millrace.batching.Batch;
import io.millrace.batching.CommitOutcome;
import io.millrace.batching.FlushReason;
import io.millrace.batching.ProjectorListener;
import java.math.BigDecimal;
import java.time.Duration;

/**
 * Counts what committed batches cost: as a projector's listener, or behind a {@link MeteringCommitter}; not as both at
 * once, which would count twice. Safe for use by several threads.
 */
public final class Meter implements ProjectorListener {
    private final PriceList prices;
    private final StatementCount statementCount;
    private final Sending sending;
    private long batches;
    private long statements;
    private long roundTrips;
    private long checkpointOnly;

    /** Of batches that go out as such. */
    public Meter(PriceList prices, StatementCount statementCount) {
        this(prices, statementCount, Sending.BATCHED);
    }

    public Meter(PriceList prices, StatementCount statementCount, Sending sending) {
        this.prices = prices;
        this.statementCount = statementCount;
        this.sending = sending;
    }

    /** Counts a committed batch. */
    public synchronized void count(Batch batch, CommitOutcome.Committed outcome) {
        if (batch.reason() == FlushReason.CHECKPOINT_ONLY) {
            checkpointOnly++;
            return;
        }
        long sent = statementCount.of(batch, outcome);
        batches++;
        statements += sent;
        roundTrips += sending == Sending.SINGLES ? sent : outcome.roundTrips();
    }

    @Override
    public void committed(Batch batch, CommitOutcome.Committed outcome, Duration took) {
        count(batch, outcome);
    }

    /** What was counted so far. */
    public synchronized Cost cost() {
        BigDecimal units =
                sending == Sending.SINGLES ? prices.singles(statements) : prices.batches(batches, statements);
        return new Cost(batches, statements, roundTrips, units, checkpointOnly, prices.singles(checkpointOnly));
    }
}
