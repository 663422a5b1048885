package io.millrace.bench.engines;

import io.millrace.bench.machine.Database;
import io.millrace.bench.workload.Workload;
import io.millrace.projections.EventEnvelope;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.SQLException;
import java.util.List;

/** What teams write today: upserts and the checkpoint in a transaction, for each event or for so many, unfolded. */
final class Unfolded implements Contender {
    private static final String SCHEMA = "unfolded";

    private final Database database;
    private final Workload workload;
    private final int batchSize;
    private final boolean rewriteInserts;

    Unfolded(Database database, Workload workload, int batchSize, boolean rewriteInserts) {
        this.database = database;
        this.workload = workload;
        this.batchSize = batchSize;
        this.rewriteInserts = rewriteInserts;
    }

    @Override
    public String name() {
        return (batchSize == 1 ? "upsert-each" : "jdbc-" + batchSize) + (rewriteInserts ? "-rewrite" : "");
    }

    @Override
    public int groupSize() {
        return batchSize;
    }

    @Override
    public Run begin(List<EventEnvelope> events) throws SQLException {
        database.execute("DROP SCHEMA IF EXISTS unfolded CASCADE; CREATE SCHEMA unfolded;"
                + workload.createTable(SCHEMA)
                + "; CREATE TABLE unfolded.checkpoint (projection text PRIMARY KEY, position bigint NOT NULL);"
                + " INSERT INTO unfolded.checkpoint VALUES ('flights', 0)");
        Connection connection = database.connect("&reWriteBatchedInserts=" + rewriteInserts);
        connection.setAutoCommit(false);
        return new UnfoldedRun(events, connection);
    }

    private final class UnfoldedRun implements Run {
        private final List<EventEnvelope> events;
        private final Connection connection;

        UnfoldedRun(List<EventEnvelope> events, Connection connection) {
            this.events = events;
            this.connection = connection;
        }

        @Override
        public String schema() {
            return SCHEMA;
        }

        @Override
        public void run() throws SQLException {
            String sql = "UPDATE unfolded.checkpoint SET position = ? WHERE projection = 'flights'";
            try (PreparedStatement checkpoint = connection.prepareStatement(sql)) {
                for (int from = 0; from < events.size(); from += batchSize) {
                    int to = Math.min(from + batchSize, events.size());
                    Writing writing = batchSize == 1 ? Writing.EACH : Writing.BATCH;
                    writing.write(connection, workload, SCHEMA, events.subList(from, to));
                    checkpoint.setLong(1, to);
                    checkpoint.executeUpdate();
                    connection.commit();
                }
            }
        }

        @Override
        public void close() throws SQLException {
            connection.close();
        }
    }
}
