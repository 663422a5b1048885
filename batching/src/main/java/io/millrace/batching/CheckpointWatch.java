package io.millrace.batching;

import io.millrace.batching.ProjectorState.Failed;
import io.millrace.batching.ProjectorState.Fenced;
import java.time.Duration;
import java.util.Optional;
import java.util.concurrent.Executor;

/**
 * Looks at the checkpoint while nothing is flushed. Without it a projector that has nothing to do would never hear that
 * the database lost commits, or that another one writes, and would call a read model live that lacks events. For the
 * projector's thread; the look itself is run by the executor.
 */
final class CheckpointWatch implements Runnable {
    private static final long EVERY_NANOS = Duration.ofSeconds(10).toNanos();

    private final BatchCommitter committer;
    private final Executor executor;
    private final Runnable wakeUp;
    private final Backoff backoff;
    private final StateTracker status;
    private long dueNanos;
    private boolean underWay;
    private Optional<CommitOutcome> found = Optional.empty();
    /** Set last, so that whoever sees it sees what was found. */
    private volatile boolean landed;

    CheckpointWatch(
            BatchCommitter committer, Surroundings surroundings, Backoff backoff, StateTracker status, long nowNanos) {
        this.committer = committer;
        this.executor = surroundings.flushes();
        this.wakeUp = surroundings.wakeUp();
        this.backoff = backoff;
        this.status = status;
        heard(nowNanos);
    }

    /** The database has just said where the checkpoint stands. */
    void heard(long nowNanos) {
        backoff.reset();
        dueNanos = nowNanos + EVERY_NANOS;
    }

    /** Begins to look, if it is time to. */
    boolean lookIfDue(long nowNanos) {
        if (nanosUntilDue(nowNanos) > 0) {
            return false;
        }
        underWay = true;
        executor.execute(this);
        return true;
    }

    @Override
    public void run() {
        try {
            found = committer.look();
        } catch (RuntimeException | Error e) {
            found = Optional.of(new CommitOutcome.Failed("expected to see the checkpoint, but it threw: " + e, e));
        } finally {
            landed = true;
            wakeUp.run();
        }
    }

    /** Whether a look is under way, so that nothing else can be asked of the committer. */
    boolean isUnderWay() {
        return underWay;
    }

    /** What a look has shown. Told once. */
    Landing collect(long nowNanos) {
        if (!underWay || !landed) {
            return Landing.NOTHING;
        }
        landed = false;
        underWay = false;
        if (found.isEmpty()) {
            heard(nowNanos);
            status.available();
            return new Landing.Stands();
        }
        return of(found.get(), nowNanos);
    }

    private Landing of(CommitOutcome seen, long nowNanos) {
        if (seen instanceof CommitOutcome.WentBack back) {
            heard(nowNanos);
            return new Landing.Back(back.checkpoint());
        }
        if (seen instanceof CommitOutcome.Fenced fenced) {
            return new Landing.Over(new Fenced(fenced.message()));
        }
        if (seen instanceof CommitOutcome.Failed failed) {
            return new Landing.Over(new Failed(new ProjectorException(failed.message(), failed.cause())));
        }
        if (seen instanceof CommitOutcome.Unavailable unavailable) {
            status.unavailable(unavailable.message());
        }
        dueNanos = nowNanos + backoff.nextDelayNanos();
        return Landing.ON_ITS_WAY;
    }

    /** How long until it looks; {@link Long#MAX_VALUE} while it does. */
    long nanosUntilDue(long nowNanos) {
        return underWay ? Long.MAX_VALUE : Math.max(0, dueNanos - nowNanos);
    }
}
