package io.millrace.service;

import io.millrace.batching.Batch;
import io.millrace.batching.CommitOutcome;
import io.millrace.batching.ProjectorListener;
import io.millrace.sql.PostgresException;
import io.millrace.sql.PostgresStore;
import java.time.Duration;
import java.util.Optional;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Looks why a flush takes long: ends server processes of older epochs that hold what it waits for, and names any other
 * one, once. {@link #look} is called each second, by one thread.
 */
final class BlockerWatch implements ProjectorListener {
    private static final Logger LOG = LoggerFactory.getLogger(BlockerWatch.class);
    private static final long LONG_NANOS = Duration.ofSeconds(1).toNanos();
    private static final long NOTHING = 0;

    private final PostgresStore store;
    private final String projection;
    private volatile long epoch;
    /** Since when something waits for the database. */
    private volatile long sinceNanos;

    private Optional<String> named = Optional.empty();

    /** Begins to watch at once: taking over may wait, too. */
    BlockerWatch(PostgresStore store, String projection, long epoch) {
        this.store = store;
        this.projection = projection;
        this.epoch = epoch;
        begins();
    }

    /** It is written together with others: their session calls itself by the least of all epochs. */
    void writesUnder(long least) {
        epoch = least;
    }

    private void begins() {
        sinceNanos = System.nanoTime() | 1;
    }

    /** Nothing waits. */
    void ends() {
        sinceNanos = NOTHING;
    }

    @Override
    public void flushed(Batch batch, int attempt) {
        begins();
    }

    @Override
    public void committed(Batch batch, CommitOutcome.Committed outcome, Duration took) {
        ends();
    }

    @Override
    public void failed(Batch batch, CommitOutcome outcome) {
        ends();
    }

    void look() {
        long since = sinceNanos;
        if (since == NOTHING || System.nanoTime() - since < LONG_NANOS) {
            named = Optional.empty();
            return;
        }
        try {
            Optional<String> blockers = store.endOlderAndNameBlockers(projection, epoch);
            if (blockers.isPresent() && !blockers.equals(named)) {
                LOG.warn("{}: waits for {}", projection, blockers.get());
            }
            named = blockers;
        } catch (PostgresException e) {
            LOG.debug("{}: who blocks it is not known", projection, e);
        }
    }
}
