package io.millrace.bench.workload;

import io.millrace.projections.EventEnvelope;
import io.millrace.projections.Projection;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.SQLException;
import java.util.List;

/**
 * One read model over the flights: for Millrace as a projection; for those who write by hand as statements, for one event
 * and folded; and the rows that must come out.
 */
public interface Workload {
    String name();

    Projection projection();

    String table();

    /** Creates the table as Millrace does, in this schema. */
    String createTable(String schema);

    /** An upsert of one event's effect. */
    String upsert(String schema);

    /** Decodes an event and sets the parameters of its {@link #upsert}. */
    void bind(PreparedStatement upsert, EventEnvelope event) throws SQLException;

    /** An empty fold of many events. */
    Fold newFold();

    /** The head of an {@code INSERT … SELECT}, up to where a condition may follow. */
    String insertFolded(String schema);

    /** What follows the condition. */
    String onConflict();

    /** What shows a row {@code t} as a text. */
    default String rowText() {
        return "t::text";
    }

    /** What a plain fold over these events leaves, each row as {@link #rowText} shows it, in any order. */
    List<String> expectedRows(List<EventEnvelope> events);

    /** The best fold that a user would write for just this read model. For one thread. */
    interface Fold {
        /** Decodes and folds. */
        void add(EventEnvelope event);

        /**
         * Sets the parameters of {@link #insertFolded}.
         *
         * @return the index of the first parameter after them
         */
        int bind(Connection connection, PreparedStatement statement, int first) throws SQLException;

        void clear();
    }
}
