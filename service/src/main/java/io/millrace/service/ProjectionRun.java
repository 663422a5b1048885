package io.millrace.service;

import io.millrace.batching.BatchCommitter;
import io.millrace.batching.ProjectorListener;
import io.millrace.batching.ProjectorOptions;
import io.millrace.batching.ProjectorRunner;
import io.millrace.batching.ProjectorState;
import io.millrace.batching.ProjectorState.Ended;
import io.millrace.batching.ProjectorState.Failed;
import io.millrace.batching.ProjectorState.Fenced;
import io.millrace.batching.ProjectorSummary;
import io.millrace.cost.Meter;
import io.millrace.cost.PriceList;
import io.millrace.cost.StatementCount;
import io.millrace.projections.Projection;
import io.millrace.sql.PostgresBatchCommitter;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.stream.Stream;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** One projection, from the servers to its end: its projector, its meter, its states in the log. */
final class ProjectionRun implements Run {
    private static final Logger LOG = LoggerFactory.getLogger(ProjectionRun.class);

    private final String name;
    private final Meter meter = new Meter(PriceList.REFERENCE, StatementCount.AS_SENT);
    private final PostgresBatchCommitter committer;
    private final ProjectorRunner runner;
    private final CompletableFuture<Long> endedNanos = new CompletableFuture<>();
    private long startedNanos;

    /**
     * Makes the database ready for it; begins nothing yet. Without a lease: where nobody else can be.
     *
     * @throws io.millrace.sql.StartRefusedException if checkpoint, tables and projection do not fit together
     */
    ProjectionRun(Projection projection, Servers servers, ProjectorOptions options, ProjectorListener... listeners) {
        this(projection, servers, servers.postgres().committerFor(projection), options, listeners);
    }

    /** Over a committer that stands at the checkpoint already, and becomes its own to close. */
    ProjectionRun(
            Projection projection,
            Servers servers,
            PostgresBatchCommitter committer,
            ProjectorOptions options,
            ProjectorListener... listeners) {
        this(
                projection,
                servers,
                committer,
                committer,
                options,
                Stream.concat(Stream.of(new StateLog(projection.name())), Arrays.stream(listeners))
                        .toList());
    }

    /**
     * The same, with nothing logged of its states.
     *
     * @param through how the projector reaches the committer
     */
    ProjectionRun(
            Projection projection,
            Servers servers,
            PostgresBatchCommitter committer,
            BatchCommitter through,
            ProjectorOptions options,
            List<ProjectorListener> listeners) {
        this.name = projection.name();
        this.committer = committer;
        List<ProjectorListener> all = new ArrayList<>(List.of(meter));
        all.addAll(listeners);
        all.add(new EndWatch());
        this.runner = new ProjectorRunner(
                projection, servers.eventStore().source(), through, options, all.toArray(ProjectorListener[]::new));
    }

    private final class EndWatch implements ProjectorListener {
        @Override
        public void stateChanged(ProjectorState from, ProjectorState to) {
            if (to instanceof Ended) {
                endedNanos.complete(System.nanoTime());
            }
        }
    }

    @Override
    public void start() {
        startedNanos = System.nanoTime();
        LOG.debug("{} starts", name);
        runner.start();
    }

    String name() {
        return name;
    }

    @Override
    public ProjectorState state() {
        return runner.state();
    }

    /** Done when it has ended, whatever the reason. */
    @Override
    public CompletableFuture<Long> ended() {
        return endedNanos.copy();
    }

    /** How it ended, or would, if it ended now. */
    ExitCode exitCode() {
        if (state() instanceof Fenced) {
            return ExitCode.FENCED;
        }
        return state() instanceof Failed failed ? Failures.exitCode(failed.cause()) : ExitCode.DONE;
    }

    /** What it has done so far, or in all if it has ended. */
    @Override
    public RunSummary summary() {
        Duration took = Duration.ofNanos(endedNanos.getNow(System.nanoTime()) - startedNanos);
        return RunSummary.of(name, runner.summary(), meter.cost().units(), took);
    }

    ProjectorSummary projectorSummary() {
        return runner.summary();
    }

    /** Whether it has ended, and what it sent last may still be committed. */
    boolean hasLeftBatchUnderWay() {
        return runner.hasLeftBatchUnderWay();
    }

    /** Asks it to commit what is folded and to end; does not wait for that. */
    @Override
    public void beginToStop(Duration within) {
        runner.beginToStop(within);
    }

    /** Drops what is folded and ends; does not wait for that. */
    @Override
    public void fence(String why) {
        runner.fence(why);
    }

    /** Commits what is folded and ends; returns after that. */
    void stop(Duration within) {
        try {
            runner.stop(within);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    /** Gives its connection back, or ends it where a batch is still under way, which may go nowhere for a long time. */
    @Override
    public void close() {
        boolean inOrder = state() instanceof Ended ended && !(ended instanceof Fenced) && !hasLeftBatchUnderWay();
        if (!inOrder) {
            committer.abort();
        }
        committer.close();
    }
}
