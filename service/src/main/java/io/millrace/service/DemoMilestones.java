package io.millrace.service;

import io.millrace.batching.Batch;
import io.millrace.batching.CommitOutcome;
import io.millrace.batching.ProjectorListener;
import io.millrace.batching.ProjectorState;
import io.millrace.batching.ProjectorState.Ended;
import io.millrace.batching.ProjectorState.Live;
import io.millrace.service.terminal.Progress;
import java.time.Duration;
import java.util.concurrent.locks.Condition;
import java.util.concurrent.locks.ReentrantLock;

/** Waits until a projection has come so far, and shows how far it is. */
final class DemoMilestones implements ProjectorListener, AutoCloseable {
    private static final Duration LOOK_AT_STOP_EVERY = Duration.ofMillis(100);

    private final String projection;
    private final Progress progress;
    private final StopSignal stop;
    private final ReentrantLock lock = new ReentrantLock();
    private final Condition changed = lock.newCondition();
    private long handled;
    private boolean live;
    private boolean ended;

    DemoMilestones(String projection, Progress progress, StopSignal stop) {
        this.projection = projection;
        this.progress = progress;
        this.stop = stop;
    }

    @Override
    public void committed(Batch batch, CommitOutcome.Committed outcome, Duration took) {
        change(() -> handled += batch.events().size());
        progress.stepTo(handled);
    }

    @Override
    public void stateChanged(ProjectorState from, ProjectorState to) {
        change(() -> {
            live = to instanceof Live;
            ended = to instanceof Ended;
        });
    }

    private void change(Runnable change) {
        lock.lock();
        try {
            change.run();
            changed.signalAll();
        } finally {
            lock.unlock();
        }
    }

    /** Returns once this many events are in the read model and there was nothing more to read. */
    void awaitLive(long events) {
        await(events, true);
    }

    /** Returns once this many events are in the read model. */
    void awaitHandled(long events) {
        await(events, false);
    }

    private void await(long events, boolean untilLive) {
        lock.lock();
        try {
            while (handled < events || (untilLive && !live)) {
                if (ended) {
                    throw new CommandFailure(ExitCode.PROJECTION_FAILED, projection + " ended; the log says why");
                }
                if (stop.isRaised()) {
                    throw new StoppedException();
                }
                changed.awaitNanos(LOOK_AT_STOP_EVERY.toNanos());
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new StoppedException();
        } finally {
            lock.unlock();
        }
    }

    @Override
    public void close() {
        progress.close();
    }
}
