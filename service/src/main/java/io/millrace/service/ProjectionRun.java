package io.millrace.service;

import io.millrace.batching.BatchCommitter;
import io.millrace.batching.ProjectorListener;
import io.millrace.batching.ProjectorOptions;
import io.millrace.batching.ProjectorRunner;
import io.millrace.batching.ProjectorState;
import io.millrace.batching.ProjectorState.Failed;
import io.millrace.batching.ProjectorState.Fenced;
import io.millrace.cost.Meter;
import io.millrace.cost.PriceList;
import io.millrace.cost.StatementCount;
import io.millrace.projections.Projection;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** One projection, from the servers to its end: its projector, its meter, its states in the log. */
final class ProjectionRun implements AutoCloseable {
    private static final Logger LOG = LoggerFactory.getLogger(ProjectionRun.class);

    private final String name;
    private final Meter meter = new Meter(PriceList.REFERENCE, StatementCount.AS_SENT);
    private final BatchCommitter committer;
    private final ProjectorRunner runner;
    private final CompletableFuture<Long> endedNanos = new CompletableFuture<>();
    private long startedNanos;

    /**
     * Makes the database ready for it; begins nothing yet.
     *
     * @throws io.millrace.sql.StartRefusedException if checkpoint, tables and projection do not fit together
     */
    ProjectionRun(Projection projection, Servers servers, ProjectorOptions options, ProjectorListener... listeners) {
        this.name = projection.name();
        this.committer = servers.postgres().committerFor(projection);
        List<ProjectorListener> all = new ArrayList<>(List.of(meter, new StateLog(name), new EndWatch()));
        all.addAll(Arrays.asList(listeners));
        this.runner = new ProjectorRunner(
                projection, servers.eventStore().source(), committer, options, all.toArray(ProjectorListener[]::new));
    }

    private final class EndWatch implements ProjectorListener {
        @Override
        public void stateChanged(ProjectorState from, ProjectorState to) {
            if (to instanceof ProjectorState.Ended) {
                endedNanos.complete(System.nanoTime());
            }
        }
    }

    void start() {
        startedNanos = System.nanoTime();
        LOG.info("{}: STARTING", name);
        runner.start();
    }

    String name() {
        return name;
    }

    ProjectorState state() {
        return runner.state();
    }

    /** Done when it has ended, whatever the reason. */
    CompletableFuture<Long> ended() {
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
    RunSummary summary() {
        Duration took = Duration.ofNanos(endedNanos.getNow(System.nanoTime()) - startedNanos);
        return RunSummary.of(name, runner.summary(), meter.cost().units(), took);
    }

    /** Commits what is folded and ends; returns after that. */
    void stop(Duration within) {
        try {
            runner.stop(within);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    /** Gives its connection back; it must have ended, or never begun. */
    @Override
    public void close() {
        committer.close();
    }
}
