package io.millrace.bench.engines;

import io.millrace.bench.machine.Database;
import io.millrace.bench.workload.Workload;
import io.millrace.bench.workload.Workload.Fold;
import io.millrace.projections.EventEnvelope;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.SQLException;
import java.util.List;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;

/**
 * The best that a skilled user writes for one read model: decode, fold into a map, one statement for rows and checkpoint,
 * one round trip; the commit overlapped with the next fold, or not.
 */
final class ByHand implements Contender {
    static final String SCHEMA = "hand";

    private final Database database;
    private final Workload workload;
    private final int batchSize;
    private final boolean overlapped;

    ByHand(Database database, Workload workload, int batchSize, boolean overlapped) {
        this.database = database;
        this.workload = workload;
        this.batchSize = batchSize;
        this.overlapped = overlapped;
    }

    @Override
    public String name() {
        return "hand-" + batchSize + (overlapped ? "-overlap" : "");
    }

    @Override
    public int groupSize() {
        return batchSize;
    }

    @Override
    public Run begin(List<EventEnvelope> events) throws SQLException {
        database.execute("DROP SCHEMA IF EXISTS hand CASCADE; CREATE SCHEMA hand;" + workload.createTable(SCHEMA)
                + "; CREATE TABLE hand.checkpoint (projection text PRIMARY KEY, position bigint NOT NULL);"
                + " INSERT INTO hand.checkpoint VALUES ('flights', 0)");
        return new HandRun(events, database.connect(""));
    }

    private final class HandRun implements Run {
        private final List<EventEnvelope> events;
        private final Connection connection;
        private final PreparedStatement flush;
        private final ExecutorService committing = Executors.newSingleThreadExecutor();

        HandRun(List<EventEnvelope> events, Connection connection) throws SQLException {
            this.events = events;
            this.connection = connection;
            this.flush = connection.prepareStatement(
                    "WITH moved AS (UPDATE hand.checkpoint SET position = ? WHERE projection = 'flights'"
                            + " AND position = ? RETURNING 1) "
                            + workload.insertFolded(SCHEMA) + " WHERE EXISTS (SELECT FROM moved)"
                            + workload.onConflict());
        }

        @Override
        public String schema() {
            return SCHEMA;
        }

        @Override
        public void run() throws Exception {
            Fold fold = workload.newFold();
            Fold other = workload.newFold();
            Future<?> underWay = committing.submit(() -> {});
            for (int from = 0; from < events.size(); from += batchSize) {
                int to = Math.min(from + batchSize, events.size());
                for (int i = from; i < to; i++) {
                    fold.add(events.get(i));
                }
                if (overlapped) {
                    await(underWay);
                    Fold full = fold;
                    int upTo = to;
                    int expected = from;
                    underWay = committing.submit(() -> {
                        commit(full, expected, upTo);
                        full.clear();
                        return null;
                    });
                    fold = other;
                    other = full;
                } else {
                    commit(fold, from, to);
                    fold.clear();
                }
            }
            await(underWay);
        }

        private void await(Future<?> commit) throws InterruptedException, ExecutionException {
            commit.get();
        }

        private void commit(Fold fold, int expected, int upTo) throws SQLException {
            flush.setLong(1, upTo);
            flush.setLong(2, expected);
            fold.bind(connection, flush, 3);
            if (flush.executeUpdate() == 0) {
                throw new IllegalStateException("expected the checkpoint at " + expected);
            }
        }

        @Override
        public void close() throws SQLException {
            committing.shutdownNow();
            connection.close();
        }
    }
}
