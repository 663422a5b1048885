package io.millrace.batching;

import java.util.concurrent.Executor;
import java.util.function.BooleanSupplier;
import java.util.function.LongSupplier;
import org.jspecify.annotations.Nullable;

/**
 * A batch on its way to PostgreSQL. Launched by the projector, flown by the executor's thread, and collected by the
 * projector once it has landed; launched again if the database could not be reached. A full one may follow it, which is
 * launched the moment that it is committed, without the projector's thread being waited for, or woken up.
 */
final class Flight implements Runnable {
    private final Batch batch;
    private final long handled;
    private volatile long sinceNanos;
    private final BatchCommitter committer;
    private final Executor executor;
    private final LongSupplier nanoClock;
    private final Runnable wakeUp;
    private final BooleanSupplier mayLaunch;
    private int attempts;
    private long launchedNanos;
    private long landedNanos;
    private boolean waiting;
    private long retryAtNanos;
    private volatile @Nullable CommitOutcome outcome;
    // Under this object's lock.
    private @Nullable Flight follower;
    private boolean committed;
    private boolean followerLaunched;

    /** @param handled how many events' handlers the batch speaks for, with those that had no effect */
    Flight(
            Batch batch,
            long handled,
            long sinceNanos,
            BatchCommitter committer,
            Surroundings surroundings,
            BooleanSupplier mayLaunch) {
        this.batch = batch;
        this.handled = handled;
        this.sinceNanos = sinceNanos;
        this.committer = committer;
        this.executor = surroundings.flushes();
        this.nanoClock = surroundings.nanoClock();
        this.wakeUp = surroundings.wakeUp();
        this.mayLaunch = mayLaunch;
    }

    Batch batch() {
        return batch;
    }

    long handled() {
        return handled;
    }

    /** How long it took from when it was first launched; once it has landed. */
    long tookNanos() {
        return landedNanos - sinceNanos;
    }

    void launch(ProjectorListener listener) {
        waiting = false;
        outcome = null;
        tell(listener);
        executor.execute(this);
    }

    /** Says that it was launched; of one that follows another, once that is known. */
    void tell(ProjectorListener listener) {
        attempts++;
        listener.flushed(batch, attempts);
    }

    /** Has another one launched as soon as this one is committed, and not before; unless it is committed already. */
    synchronized void follow(Flight next) {
        if (!committed) {
            follower = next;
        }
    }

    /** Whether the one that was to follow it was launched by itself. */
    synchronized boolean hasLaunchedFollower() {
        return followerLaunched;
    }

    /** Launches none that was not launched yet. */
    synchronized void recallFollower() {
        follower = null;
    }

    /**
     * Under the lock, so that whoever ends the projector knows whether the follower is on its way. It is not remembered:
     * each would keep the next one, and that the one after it, from being collected.
     *
     * @return whether the follower is on its way
     */
    private synchronized boolean land(CommitOutcome became) {
        committed = became instanceof CommitOutcome.Committed;
        outcome = became; // publishes the times, too
        Flight next = follower;
        if (committed && next != null && mayLaunch.getAsBoolean()) {
            follower = null;
            next.sinceNanos = landedNanos;
            executor.execute(next);
            followerLaunched = true;
        }
        return followerLaunched;
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
        boolean goesOn = false;
        try {
            goesOn = land(became);
        } finally { // the projector's thread launches what could not be launched here
            if (!goesOn) {
                wakeUp.run();
            }
        }
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
