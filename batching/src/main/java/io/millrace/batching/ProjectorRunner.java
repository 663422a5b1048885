package io.millrace.batching;

import io.millrace.projections.EventSource;
import io.millrace.projections.Projection;
import java.time.Duration;
import java.time.InstantSource;
import java.util.SplittableRandom;

/**
 * Puts threads around a projector: two that step it and commit, its {@link Crew}, and those of {@link HandlingAhead#shared}.
 * Safe for use by several threads.
 */
public final class ProjectorRunner implements AutoCloseable {
    /** How long a stop may take if nothing else is said. */
    public static final Duration STOP_WITHIN = Duration.ofSeconds(10);

    private static final Duration FOR_EVER = Duration.ofNanos(Long.MAX_VALUE);

    private final Projector projector;
    private final Crew crew;

    /**
     * @param committer opened already; stays the caller's to close, once the projector has ended
     */
    public ProjectorRunner(
            Projection projection,
            EventSource source,
            BatchCommitter committer,
            ProjectorOptions options,
            ProjectorListener... listeners) {
        this.crew = new Crew(projection.name());
        Surroundings surroundings = new Surroundings(
                crew,
                System::nanoTime,
                InstantSource.system(),
                new SplittableRandom(),
                crew::call,
                crew::callForEvents,
                options.flushPolicy().sizing().isAdaptive() ? new HeapGauge() : () -> false,
                Runtime.getRuntime().maxMemory(),
                HandlingAhead.shared());
        this.projector = new Projector(projection, source, committer, options, surroundings, listeners);
    }

    /** Begins. To be called once. */
    public void start() {
        crew.start(projector);
    }

    /**
     * Commits what is folded and ends, waiting for that a little longer than {@code within}; what could not be
     * committed by then is read again next time.
     */
    public void stop(Duration within) throws InterruptedException {
        projector.stop(within);
        crew.awaitEnd(within.plusSeconds(1));
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
        crew.awaitEnd(FOR_EVER);
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
