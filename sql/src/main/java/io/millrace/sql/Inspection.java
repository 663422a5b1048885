package io.millrace.sql;

import io.millrace.batching.FlushReason;
import io.millrace.projections.Column;
import io.millrace.projections.ReadModel;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.ArrayList;
import java.util.List;
import java.util.OptionalLong;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/** Looks at the database for people; writes nothing. */
final class Inspection {
    /** What checkpoints' rows have counted since, as rows of flush_counts. */
    private static final String STILL_COUNTING =
            "SELECT projection, counted_since, counted_reason, counted_flushes, counted_events, counted_changes,"
                    + " counted_rows, counted_statements, counted_round_trips, counted_shares FROM millrace.checkpoints"
                    + " WHERE counted_flushes > 0";

    private Inspection() {}

    /** Whether a committer's session of this projection lives. */
    static boolean isBeingWritten(Connection connection, String projection) throws SQLException {
        return WriterSessions.exist(connection, projection);
    }

    /** The rows with the largest values in this column, as text; NULL is empty text. */
    static List<List<String>> topRows(Connection connection, String schema, ReadModel model, String column, int limit)
            throws SQLException {
        List<String> columns = Stream.concat(model.key().stream(), model.columns().stream())
                .map(Column::name)
                .toList();
        String sql = "SELECT "
                + columns.stream()
                        .map(name -> "coalesce(" + Identifiers.quoted(name) + "::text, '')")
                        .collect(Collectors.joining(", "))
                + " FROM " + Identifiers.quoted(schema, model.table())
                + " ORDER BY " + Identifiers.quoted(column) + " DESC NULLS LAST, "
                + Identifiers.quotedList(model.key().stream().map(Column::name).toList())
                + " LIMIT " + limit;
        List<List<String>> rows = new ArrayList<>();
        try (Statement statement = connection.createStatement();
                ResultSet found = statement.executeQuery(sql)) {
            while (found.next()) {
                List<String> row = new ArrayList<>();
                for (int i = 1; i <= columns.size(); i++) {
                    row.add(found.getString(i));
                }
                rows.add(row);
            }
        }
        return rows;
    }

    /** What a projection's flushes took, by reason; those of the last so many minutes, or since the start. */
    static List<FlushCounts> flushCounts(Connection connection, String projection, OptionalLong lastMinutes)
            throws SQLException {
        String sql = "SELECT reason, sum(flushes)::bigint, sum(events)::bigint, sum(changes)::bigint,"
                + " sum(changed_rows)::bigint, sum(statements)::bigint, sum(round_trips)::bigint, sum(shares::numeric)"
                + " FROM (SELECT * FROM millrace.flush_counts UNION ALL " + STILL_COUNTING
                + ") AS f WHERE projection = ?"
                + (lastMinutes.isPresent()
                        ? " AND began_at > clock_timestamp() - make_interval(mins => " + lastMinutes.getAsLong() + ")"
                        : "")
                + " GROUP BY reason ORDER BY 2 DESC, 1";
        List<FlushCounts> counts = new ArrayList<>();
        try (PreparedStatement statement = connection.prepareStatement(sql)) {
            statement.setString(1, projection);
            try (ResultSet row = statement.executeQuery()) {
                while (row.next()) {
                    counts.add(new FlushCounts(
                            FlushReason.valueOf(row.getString(1)),
                            row.getLong(2),
                            row.getLong(3),
                            row.getLong(4),
                            row.getLong(5),
                            row.getLong(6),
                            row.getLong(7),
                            row.getBigDecimal(8)));
                }
            }
        }
        return counts;
    }
}
