package io.millrace.sql;

import io.millrace.checkpoint.Checkpoint;
import io.millrace.projections.Projection;
import io.millrace.projections.ReadModel;
import io.millrace.sql.StartRefusedException.Reason;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.List;
import java.util.Optional;
import java.util.OptionalLong;

/**
 * Makes a projection known to the database before it runs: its tables, its checkpoint row, which tables are its own. Or
 * refuses, where database and projection don't fit. In the caller's transaction, under {@link MillraceSchema#LOCK}.
 */
final class Registration {

    private final Connection connection;
    private final Projection projection;
    private final String schema;
    private final OptionalLong epoch;

    /** @param epoch of the lease that it is registered under; empty where there are no leases */
    Registration(Connection connection, Projection projection, String schema, OptionalLong epoch) {
        this.connection = connection;
        this.projection = projection;
        this.schema = schema;
        this.epoch = epoch;
    }

    /** Where the projection stands. */
    Checkpoint register() throws SQLException {
        ProjectionDefinition definition = ProjectionDefinition.of(projection, schema);
        boolean started = hasCheckpoint(definition);
        for (ReadModel table : projection.readModels()) {
            checkOwner(table);
            Optional<ExistingTable> existing = ExistingTable.find(connection, schema, table.table());
            if (existing.isPresent()) {
                check(existing.get(), table, started);
            } else if (started) {
                throw refused(
                        Reason.TABLE_MISSING,
                        "table " + name(table) + " is missing, though there is a checkpoint",
                        "restore the table");
            } else {
                create(table);
            }
        }
        if (!started) {
            write(definition);
        }
        if (epoch.isPresent()) {
            Takeover.raiseRow(connection, projection.name(), epoch.getAsLong());
        }
        return ours(readCheckpoint());
    }

    private Checkpoint ours(Checkpoint found) {
        if (epoch.isPresent() && found.epoch() != epoch.getAsLong()) {
            throw new StartRefusedException(
                    Reason.LEASE_LOST,
                    "projection " + projection.name() + " cannot start under epoch " + epoch.getAsLong()
                            + ": its checkpoint is of epoch " + found.epoch() + ", another one has taken it over");
        }
        return found;
    }

    private boolean hasCheckpoint(ProjectionDefinition now) throws SQLException {
        String sql = "SELECT position IS NOT NULL, source, event_types, read_models FROM millrace.checkpoints"
                + " WHERE projection = ? FOR UPDATE";
        try (PreparedStatement statement = connection.prepareStatement(sql)) {
            statement.setString(1, projection.name());
            try (ResultSet row = statement.executeQuery()) {
                if (!row.next() || !row.getBoolean(1)) {
                    return false;
                }
                ProjectionDefinition before =
                        new ProjectionDefinition(row.getString(2), row.getString(3), row.getString(4));
                List<String> changes = now.changesSince(before);
                if (!changes.isEmpty()) {
                    throw refused(
                            Reason.DEFINITION_CHANGED,
                            "it changed since its checkpoint was reached:\n  " + String.join("\n  ", changes) + "\n",
                            "take the change back, give the projection (and its tables) a new name");
                }
                return true;
            }
        }
    }

    private void checkOwner(ReadModel table) throws SQLException {
        String sql = "SELECT projection FROM millrace.read_models WHERE schema_name = ? AND table_name = ?";
        try (PreparedStatement statement = connection.prepareStatement(sql)) {
            statement.setString(1, schema);
            statement.setString(2, table.table());
            try (ResultSet row = statement.executeQuery()) {
                if (row.next() && !row.getString(1).equals(projection.name())) {
                    throw new StartRefusedException(
                            Reason.TABLE_OF_ANOTHER_PROJECTION,
                            "projection " + projection.name() + " cannot start: table " + name(table)
                                    + " belongs to projection " + row.getString(1)
                                    + ". Give the read model another table; or, if that projection is no more, drop the"
                                    + " table and delete its row from millrace.read_models");
                }
            }
        }
    }

    private void check(ExistingTable existing, ReadModel table, boolean started) throws SQLException {
        List<String> differences = existing.differencesFrom(table);
        if (!differences.isEmpty()) {
            throw new StartRefusedException(
                    Reason.TABLE_DIFFERS,
                    "projection " + projection.name() + " cannot start: table " + name(table)
                            + " does not fit its read model:\n  " + String.join("\n  ", differences)
                            + "\nAlter the table, change the read model, or give it another table"
                            + (started ? "" : "; or drop the table, and it is created anew"));
        }
        if (!started && ExistingTable.hasRows(connection, schema, table.table())) {
            throw refused(
                    Reason.ROWS_WITHOUT_CHECKPOINT,
                    "table " + name(table) + " has rows, though there is no checkpoint: its events would count twice",
                    "empty the table, give the read model another one");
        }
    }

    private void create(ReadModel table) throws SQLException {
        try (Statement statement = connection.createStatement()) {
            if (!schemaExists()) {
                statement.execute("CREATE SCHEMA " + Identifiers.quoted(schema));
            }
            statement.execute(TableText.create(schema, table));
        }
    }

    private boolean schemaExists() throws SQLException {
        try (PreparedStatement statement =
                connection.prepareStatement("SELECT 1 FROM pg_namespace WHERE nspname = ?")) {
            statement.setString(1, schema);
            try (ResultSet row = statement.executeQuery()) {
                return row.next();
            }
        }
    }

    private void write(ProjectionDefinition definition) throws SQLException {
        update("DELETE FROM millrace.read_models WHERE projection = ?", projection.name());
        for (ReadModel table : projection.readModels()) {
            update(
                    "INSERT INTO millrace.read_models (schema_name, table_name, projection) VALUES (?, ?, ?)",
                    schema,
                    table.table(),
                    projection.name());
        }
        update(
                "INSERT INTO millrace.checkpoints AS c (projection, source, event_types, read_models)"
                        + " VALUES (?, ?, ?, ?) ON CONFLICT (projection) DO UPDATE SET source = excluded.source,"
                        + " event_types = excluded.event_types, read_models = excluded.read_models",
                projection.name(),
                definition.source(),
                definition.eventTypes(),
                definition.readModels());
    }

    private void update(String sql, String... parameters) throws SQLException {
        try (PreparedStatement statement = connection.prepareStatement(sql)) {
            for (int i = 0; i < parameters.length; i++) {
                statement.setString(i + 1, parameters[i]);
            }
            statement.executeUpdate();
        }
    }

    private Checkpoint readCheckpoint() throws SQLException {
        return CheckpointRow.findForUpdate(connection, projection.name()).orElseThrow();
    }

    private StartRefusedException refused(Reason reason, String difference, String wayOut) {
        return new StartRefusedException(
                reason,
                "projection " + projection.name() + " cannot start: " + difference + ". Ways out: " + wayOut
                        + ", or start again from the beginning with `millrace replay " + projection.name()
                        + " --from-start`, which empties its tables");
    }

    private String name(ReadModel table) {
        return Identifiers.quoted(schema, table.table());
    }
}
