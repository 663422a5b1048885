package io.millrace.service;

import io.millrace.batching.Batch;
import io.millrace.batching.CommitOutcome;
import io.millrace.batching.ProjectorListener;
import io.millrace.sql.OldestSnapshot;
import io.millrace.sql.PostgresException;
import io.millrace.sql.PostgresStore;
import java.time.Duration;
import java.util.Optional;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Looks why a flush takes long: ends server processes of older epochs that hold what it waits for, and names any other
 * one, once; and where flushes have grown slow, who keeps old versions of rows. {@link #look} is called twice a second, by
 * one thread.
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

    private volatile boolean strained;
    private Optional<String> named = Optional.empty();
    private Optional<OldestSnapshot> snapshot = Optional.empty();

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
        strained = false; // the projector is a new one, and says so when it is
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

    @Override
    public void strained(boolean far) {
        strained = far;
    }

    void look() {
        lookForSnapshot();
        lookForBlockers();
    }

    private void lookForSnapshot() {
        if (!strained) {
            snapshot = Optional.empty();
            return;
        }
        try {
            Optional<OldestSnapshot> oldest = store.oldestSnapshot();
            if (oldest.isPresent() && !snapshot.map(oldest.get()::isSameAs).orElse(false)) {
                LOG.warn(
                        "{}: flushes take far longer than they did, and old versions of rows are kept for {}. End that, or"
                                + " wait for it; while catching up, batches grow to make up for it",
                        projection,
                        oldest.get());
            }
            snapshot = oldest;
        } catch (PostgresException e) {
            LOG.debug("{}: who holds the oldest snapshot is not known", projection, e);
        }
    }

    private void lookForBlockers() {
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
