package io.millrace.batching;

import io.millrace.projections.EventSource;
import io.millrace.projections.Projection;
import java.time.Duration;
import java.time.InstantSource;
import java.util.SplittableRandom;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.locks.LockSupport;

/**
 * Puts threads around a projector: one that steps it and pauses while there is nothing to do, one that commits, and those
 * of {@link HandlingAhead#shared}.
 * Safe for use by several threads.
 */
public final class ProjectorRunner implements AutoCloseable {
    /** How long a stop may take if nothing else is said. */
    public static final Duration STOP_WITHIN = Duration.ofSeconds(10);

    private final Projector projector;
    private final ExecutorService flushes;
    private final Thread thread;

    /**
     * @param committer opened already; stays the caller's to close, once the projector has ended
     */
    public ProjectorRunner(
            Projection projection,
            EventSource source,
            BatchCommitter committer,
            ProjectorOptions options,
            ProjectorListener... listeners) {
        String name = projection.name();
        this.flushes = Executors.newSingleThreadExecutor(work -> daemon(work, "millrace-flush-" + name));
        this.thread = daemon(this::run, "millrace-project-" + name);
        Surroundings surroundings = new Surroundings(
                flushes,
                System::nanoTime,
                InstantSource.system(),
                new SplittableRandom(),
                () -> LockSupport.unpark(thread),
                options.flushPolicy().sizing().isAdaptive() ? new HeapGauge() : () -> false,
                HandlingAhead.shared());
        this.projector = new Projector(projection, source, committer, options, surroundings, listeners);
    }

    private static Thread daemon(Runnable work, String name) {
        Thread thread = new Thread(work, name);
        thread.setDaemon(true);
        return thread;
    }

    /** Begins. To be called once. */
    public void start() {
        thread.start();
    }

    private void run() {
        boolean interrupted = false;
        try {
            while (!projector.hasEnded()) {
                if (!projector.step()) {
                    LockSupport.parkNanos(this, projector.nanosUntilDue());
                }
                if (Thread.interrupted()) {
                    interrupted = true;
                    projector.stop(STOP_WITHIN);
                }
            }
        } finally {
            flushes.shutdownNow();
            if (interrupted) {
                Thread.currentThread().interrupt();
            }
        }
    }

    /**
     * Commits what is folded and ends, waiting for that a little longer than {@code within}; what could not be
     * committed by then is read again next time.
     */
    public void stop(Duration within) throws InterruptedException {
        projector.stop(within);
        thread.join(within.plusSeconds(1).toMillis());
    }

    /** As {@link #stop}, without waiting for the end. */
    public void beginToStop(Duration within) {
        projector.stop(within);
    }

    /** Ends it at once, committing nothing more; a batch that is under way is left to its fate. Does not wait. */
    public void fence(String message) {
        projector.fence(message);
    }

    /** Waits until the projector has ended by itself or was stopped, and says what it has done. */
    public ProjectorSummary awaitEnd() throws InterruptedException {
        thread.join();
        return projector.summary();
    }

    public ProjectorState state() {
        return projector.state();
    }

    /** As {@link Projector#hasLeftBatchUnderWay}. */
    public boolean hasLeftBatchUnderWay() {
        return projector.hasLeftBatchUnderWay();
    }

    public ProjectorSummary summary() {
        return projector.summary();
    }

    /** Stops it within {@link #STOP_WITHIN}. */
    @Override
    public void close() {
        try {
            stop(STOP_WITHIN);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }
}
