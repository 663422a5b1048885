package io.millrace.batching;

import java.util.concurrent.Executor;
import java.util.function.LongSupplier;
import org.jspecify.annotations.Nullable;

/**
 * A batch on its way to PostgreSQL. Launched by the projector, flown by the executor's thread, and collected by the
 * projector once it has landed; launched again if the database could not be reached.
 */
final class Flight implements Runnable {
    private final Batch batch;
    private final long handled;
    private final long sinceNanos;
    private final BatchCommitter committer;
    private final LongSupplier nanoClock;
    private final Runnable wakeUp;
    private int attempts;
    private long launchedNanos;
    private long landedNanos;
    private boolean waiting;
    private long retryAtNanos;
    private volatile @Nullable CommitOutcome outcome;

    /** @param handled how many events' handlers the batch speaks for, with those that had no effect */
    Flight(Batch batch, long handled, long sinceNanos, BatchCommitter committer, Surroundings surroundings) {
        this.batch = batch;
        this.handled = handled;
        this.sinceNanos = sinceNanos;
        this.committer = committer;
        this.nanoClock = surroundings.nanoClock();
        this.wakeUp = surroundings.wakeUp();
    }

    Batch batch() {
        return batch;
    }

    long handled() {
        return handled;
    }

    /** When it was first launched. */
    long sinceNanos() {
        return sinceNanos;
    }

    void launch(Executor executor, ProjectorListener listener) {
        attempts++;
        waiting = false;
        outcome = null;
        listener.flushed(batch, attempts);
        executor.execute(this);
    }

    @Override
    public void run() {
        CommitOutcome became;
        launchedNanos = nanoClock.getAsLong();
        try {
            became = committer.commit(batch);
        } catch (RuntimeException | Error e) {
            became = new CommitOutcome.Failed("expected an outcome of the commit, but it threw: " + e, e);
        }
        landedNanos = nanoClock.getAsLong();
        outcome = became; // publishes the times, too
        wakeUp.run();
    }

    /** What became of it; null while it flies or waits to be launched again. */
    @Nullable
    CommitOutcome landed() {
        return waiting ? null : outcome;
    }

    /** How long the last attempt took; once it has landed. */
    long lastAttemptNanos() {
        return landedNanos - launchedNanos;
    }

    /** Keeps it on the ground until then. */
    void waitUntil(long nanos) {
        waiting = true;
        retryAtNanos = nanos;
    }

    boolean isWaiting() {
        return waiting;
    }

    /** When it is to be launched again; means nothing unless it waits. */
    long retryAtNanos() {
        return retryAtNanos;
    }
}
