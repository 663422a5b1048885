package io.millrace.sql;

import io.millrace.projections.Column;
import io.millrace.projections.ReadModel;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;

/**
 * A table as it is in the database.
 *
 * @param columns by name
 * @param primaryKey its columns; empty if it has none
 */
record ExistingTable(Map<String, ExistingColumn> columns, Set<String> primaryKey) {

    /** A column as it is. */
    record ExistingColumn(String type, boolean nullable, boolean filledByItself, boolean generated, boolean exact) {}

    private static final String FIND = "SELECT c.oid FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace"
            + " WHERE n.nspname = ? AND c.relname = ?";
    private static final String COLUMNS = """
            SELECT a.attname, format_type(a.atttypid, a.atttypmod), NOT a.attnotnull,
                   a.atthasdef OR a.attidentity <> '', a.attgenerated <> '' OR a.attidentity = 'a',
                   coalesce(co.collisdeterministic, true),
                   a.attnum = ANY (coalesce(i.indkey::smallint[], '{}'))
            FROM pg_attribute a
            LEFT JOIN pg_collation co ON co.oid = a.attcollation
            LEFT JOIN pg_index i ON i.indrelid = a.attrelid AND i.indisprimary
            WHERE a.attrelid = ?::oid AND a.attnum > 0 AND NOT a.attisdropped ORDER BY a.attnum""";

    static Optional<ExistingTable> find(Connection connection, String schema, String table) throws SQLException {
        long oid;
        try (PreparedStatement statement = connection.prepareStatement(FIND)) {
            statement.setString(1, schema);
            statement.setString(2, table);
            try (ResultSet row = statement.executeQuery()) {
                if (!row.next()) {
                    return Optional.empty();
                }
                oid = row.getLong(1);
            }
        }
        return Optional.of(read(connection, oid));
    }

    private static ExistingTable read(Connection connection, long oid) throws SQLException {
        Map<String, ExistingColumn> columns = new LinkedHashMap<>();
        Set<String> primaryKey = new LinkedHashSet<>();
        try (PreparedStatement statement = connection.prepareStatement(COLUMNS)) {
            statement.setLong(1, oid);
            try (ResultSet row = statement.executeQuery()) {
                while (row.next()) {
                    columns.put(
                            row.getString(1),
                            new ExistingColumn(
                                    row.getString(2),
                                    row.getBoolean(3),
                                    row.getBoolean(4),
                                    row.getBoolean(5),
                                    row.getBoolean(6)));
                    if (row.getBoolean(7)) {
                        primaryKey.add(row.getString(1));
                    }
                }
            }
        }
        return new ExistingTable(columns, primaryKey);
    }

    static boolean hasRows(Connection connection, String schema, String table) throws SQLException {
        try (Statement statement = connection.createStatement();
                ResultSet row = statement.executeQuery(
                        "SELECT EXISTS (SELECT 1 FROM " + Identifiers.quoted(schema, table) + ")")) {
            row.next();
            return row.getBoolean(1);
        }
    }

    /** What a read model cannot live with, one line each; empty if it fits. */
    List<String> differencesFrom(ReadModel wanted) {
        List<String> differences = new ArrayList<>();
        Set<String> key = new HashSet<>(wanted.key().stream().map(Column::name).toList());
        if (!primaryKey.equals(key)) {
            differences.add("primary key: expected " + key + ", is " + primaryKey);
        }
        wanted.key().forEach(column -> compare(column, true, differences));
        wanted.columns().forEach(column -> compare(column, false, differences));
        Set<String> owned = new HashSet<>(key);
        wanted.columns().forEach(column -> owned.add(column.name()));
        columns.forEach((name, column) -> {
            if (!owned.contains(name) && !column.nullable() && !column.filledByItself()) {
                differences.add("column " + name + ": not among the read model's, but NOT NULL and without a default");
            }
        });
        return differences;
    }

    private void compare(Column wanted, boolean key, List<String> differences) {
        ExistingColumn existing = columns.get(wanted.name());
        String column = "column " + wanted.name() + ": ";
        if (existing == null) {
            differences.add(column + "missing");
            return;
        }
        String type = switch (wanted.type()) {
            case TIMESTAMPTZ -> "timestamp with time zone";
            default -> wanted.type().sqlName();
        };
        if (!existing.type().equals(type)) {
            differences.add(column + "expected " + type + ", is " + existing.type());
        }
        boolean nullable = !key && wanted.nullable();
        if (existing.nullable() != nullable) {
            differences.add(column + "expected " + nullability(nullable) + ", is " + nullability(existing.nullable()));
        }
        if (existing.generated()) {
            differences.add(column + "expected an ordinary column, is generated by the database");
        }
        if (key && !existing.exact()) {
            differences.add(column + "expected a collation that tells all texts apart, is nondeterministic");
        }
    }

    private static String nullability(boolean nullable) {
        return nullable ? "nullable" : "NOT NULL";
    }
}
