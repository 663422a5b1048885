package io.millrace.bench.engines;

import io.millrace.bench.workload.Workload;
import io.millrace.bench.workload.Workload.Fold;
import io.millrace.projections.EventEnvelope;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.SQLException;
import java.util.List;

/** How a user's handler writes the events that an engine hands to it within a transaction. */
enum Writing {
    /** A prepared statement, executed for each. */
    EACH {
        @Override
        void write(Connection connection, Workload workload, String schema, List<EventEnvelope> events)
                throws SQLException {
            try (PreparedStatement upsert = connection.prepareStatement(workload.upsert(schema))) {
                for (EventEnvelope event : events) {
                    workload.bind(upsert, event);
                    upsert.executeUpdate();
                }
            }
        }
    },
    /** As documented for groups: added to a JDBC batch, which is executed at the end. */
    BATCH {
        @Override
        void write(Connection connection, Workload workload, String schema, List<EventEnvelope> events)
                throws SQLException {
            try (PreparedStatement upsert = connection.prepareStatement(workload.upsert(schema))) {
                for (EventEnvelope event : events) {
                    workload.bind(upsert, event);
                    upsert.addBatch();
                }
                upsert.executeBatch();
            }
        }
    },
    /** As no documentation says, but a skilled user may: folded, one statement over arrays. */
    FOLD {
        @Override
        void write(Connection connection, Workload workload, String schema, List<EventEnvelope> events)
                throws SQLException {
            Fold fold = workload.newFold();
            events.forEach(fold::add);
            String sql = workload.insertFolded(schema) + workload.onConflict();
            try (PreparedStatement upsert = connection.prepareStatement(sql)) {
                fold.bind(connection, upsert, 1);
                upsert.executeUpdate();
            }
        }
    };

    abstract void write(Connection connection, Workload workload, String schema, List<EventEnvelope> events)
            throws SQLException;

    String suffix() {
        return this == EACH ? "" : "-" + name().toLowerCase(java.util.Locale.ROOT);
    }
}
