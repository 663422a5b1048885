package io.millrace.bench.engines;

import io.millrace.batching.BatchSizing;
import io.millrace.batching.FlushPolicy;
import io.millrace.batching.ProjectorOptions;
import io.millrace.batching.ProjectorOptions.Until;
import io.millrace.batching.ProjectorRunner;
import io.millrace.batching.ProjectorState;
import io.millrace.bench.machine.Database;
import io.millrace.bench.workload.Workload;
import io.millrace.projections.EventEnvelope;
import io.millrace.sql.PostgresBatchCommitter;
import io.millrace.sql.PostgresSettings;
import io.millrace.sql.PostgresStore;
import java.sql.SQLException;
import java.util.List;

/** Millrace as it is shipped: its projector, runner, committer and pool, with the declared projection. */
final class Ours implements Contender {
    static final String SCHEMA = "ours";
    private static final int ADAPTED = 20_000;

    private final Database database;
    private final Workload workload;
    private final String settings;
    private final FlushPolicy policy;

    Ours(Database database, Workload workload, String settings, FlushPolicy policy) {
        this.database = database;
        this.workload = workload;
        this.settings = settings;
        this.policy = policy;
    }

    static Ours ofSize(Database database, Workload workload, int batchSize) {
        FlushPolicy policy = FlushPolicy.DEFAULT
                .withBatchSize(batchSize)
                .withMaxBytes(64L << 20)
                .withSizing(BatchSizing.FIXED.withMaxEvents(batchSize));
        return new Ours(database, workload, Integer.toString(batchSize), policy);
    }

    @Override
    public String name() {
        return "ours-" + settings;
    }

    /** Batches that find their size are given the time to. */
    @Override
    public int groupSize() {
        return policy.sizing().equals(BatchSizing.FIXED) ? policy.batchSize() : ADAPTED;
    }

    @Override
    public Run begin(List<EventEnvelope> events) throws SQLException {
        database.execute(
                "DROP SCHEMA IF EXISTS millrace CASCADE; DROP SCHEMA IF EXISTS ours CASCADE;" + " CREATE SCHEMA ours");
        PostgresStore store = PostgresStore.open(PostgresSettings.of(database.url(), database.user(), "", SCHEMA));
        return new OurRun(store, store.committerFor(workload.projection()), events);
    }

    private final class OurRun implements Run {
        private final PostgresStore store;
        private final PostgresBatchCommitter committer;
        private final ProjectorRunner runner;

        OurRun(PostgresStore store, PostgresBatchCommitter committer, List<EventEnvelope> events) {
            this.store = store;
            this.committer = committer;
            this.runner = new ProjectorRunner(
                    workload.projection(),
                    new MemorySource(events),
                    committer,
                    ProjectorOptions.DEFAULT.withFlushPolicy(policy).withUntil(Until.FIRST_HEAD));
        }

        @Override
        public String schema() {
            return SCHEMA;
        }

        @Override
        public void run() throws InterruptedException {
            runner.start();
            runner.awaitEnd();
            if (!(runner.state() instanceof ProjectorState.Stopped)) {
                throw new IllegalStateException("expected a projector that has stopped: state=" + runner.state());
            }
        }

        @Override
        public void close() {
            runner.close();
            committer.close();
            store.close();
        }
    }
}
