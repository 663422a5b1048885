package io.millrace.sql;

import io.millrace.projections.Column;
import io.millrace.projections.ReadModel;
import java.sql.Connection;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/** Looks at the database for people; writes nothing. */
final class Inspection {
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
}
