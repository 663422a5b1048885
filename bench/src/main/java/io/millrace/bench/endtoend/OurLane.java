package io.millrace.bench.endtoend;

import io.millrace.batching.FlushPolicy;
import io.millrace.batching.ProjectorOptions.Until;
import io.millrace.bench.machine.Database;
import io.millrace.bench.store.FlightStore;
import io.millrace.bench.store.OurProjector;
import io.millrace.bench.workload.Workload;

/** Millrace with these settings. */
final class OurLane implements Lane {
    private final FlightStore store;
    private final Database database;
    private final Workload workload;
    private final String settings;
    private final FlushPolicy policy;

    OurLane(FlightStore store, Database database, Workload workload, String settings, FlushPolicy policy) {
        this.store = store;
        this.database = database;
        this.workload = workload;
        this.settings = settings;
        this.policy = policy;
    }

    @Override
    public String name() {
        return "ours-" + settings;
    }

    @Override
    public Run begin() throws Exception {
        database.execute(
                "DROP SCHEMA IF EXISTS millrace CASCADE; DROP SCHEMA IF EXISTS ours CASCADE;" + " CREATE SCHEMA ours");
        OurProjector projector = OurProjector.open(
                database.url(), workload.projection(), store.connection().source(), policy, Until.FIRST_HEAD);
        return new Run() {
            @Override
            public void run() throws Exception {
                projector.start();
                projector.awaitEnd();
            }

            @Override
            public void close() {
                projector.close();
            }
        };
    }
}
