package io.millrace.bench.store;

import io.millrace.batching.BatchSizing;
import io.millrace.batching.FlushPolicy;
import io.millrace.batching.GroupCommitter;
import io.millrace.batching.ProjectorListener;
import io.millrace.batching.ProjectorOptions;
import io.millrace.batching.ProjectorOptions.Until;
import io.millrace.batching.ProjectorRunner;
import io.millrace.batching.ProjectorState;
import io.millrace.batching.ProjectorSummary;
import io.millrace.projections.EventSource;
import io.millrace.projections.Projection;
import io.millrace.projections.ProjectionGroup;
import io.millrace.sql.PostgresBatchCommitter;
import io.millrace.sql.PostgresSettings;
import io.millrace.sql.PostgresStore;
import java.util.List;
import java.util.Optional;

/** Millrace as it is shipped: its projector, runner, committer and pool, over whatever source. */
public final class OurProjector implements AutoCloseable {
    public static final String SCHEMA = "ours";

    private final PostgresStore store;
    private final PostgresBatchCommitter committer;
    private final ProjectorRunner runner;

    private OurProjector(PostgresStore store, PostgresBatchCommitter committer, ProjectorRunner runner) {
        this.store = store;
        this.committer = committer;
        this.runner = runner;
    }

    /** Connects and goes on from its checkpoint; nothing is read before {@link #start}. */
    public static OurProjector open(
            String url,
            Projection projection,
            EventSource source,
            FlushPolicy policy,
            Until until,
            ProjectorListener... listeners) {
        PostgresStore store = PostgresStore.open(PostgresSettings.of(url, "postgres", "", SCHEMA));
        PostgresBatchCommitter committer = store.committerFor(projection);
        ProjectorOptions options =
                ProjectorOptions.DEFAULT.withFlushPolicy(policy).withUntil(until);
        return new OurProjector(
                store, committer, new ProjectorRunner(projection, source, committer, options, listeners));
    }

    /** The same for several projections of one source, none of which has begun: they share what reads and what flushes. */
    public static OurProjector openTogether(
            String url, List<Projection> projections, EventSource source, FlushPolicy policy, Until until) {
        PostgresStore store = PostgresStore.open(PostgresSettings.of(url, "postgres", "", SCHEMA));
        List<PostgresStore.Standing> standings = projections.stream()
                .map(projection -> store.ready(projection, 1))
                .toList();
        PostgresBatchCommitter committer = store.committerFor("together", standings);
        ProjectionGroup group = new ProjectionGroup(
                "together",
                projections.stream()
                        .map(projection -> new ProjectionGroup.Member(projection, Optional.empty()))
                        .toList());
        ProjectorOptions options =
                ProjectorOptions.DEFAULT.withFlushPolicy(policy).withUntil(until);
        return new OurProjector(
                store, committer, new ProjectorRunner(group, source, new GroupCommitter(committer), options));
    }

    /** A policy of this fixed size, without a bound of bytes that would make batches smaller. */
    public static FlushPolicy ofSize(int batchSize) {
        return FlushPolicy.DEFAULT
                .withBatchSize(batchSize)
                .withMaxBytes(64L << 20)
                .withSizing(BatchSizing.FIXED.withMaxEvents(batchSize));
    }

    public void start() {
        runner.start();
    }

    /** Waits for its end, which must be a good one. */
    public ProjectorSummary awaitEnd() throws InterruptedException {
        ProjectorSummary summary = runner.awaitEnd();
        if (!(runner.state() instanceof ProjectorState.Stopped)) {
            throw new IllegalStateException("expected a projector that has stopped: state=" + runner.state());
        }
        return summary;
    }

    public ProjectorState state() {
        return runner.state();
    }

    @Override
    public void close() {
        runner.close();
        committer.close();
        store.close();
    }
}
