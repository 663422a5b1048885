package io.millrace.sql;

import io.millrace.checkpoint.Checkpoint;
import io.millrace.checkpoint.CheckpointStore;
import io.millrace.sql.StartRefusedException.Reason;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.Optional;

/** Reads checkpoints from {@code millrace.checkpoints}, and resets them. Safe for use by several threads. */
final class PostgresCheckpointStore implements CheckpointStore {
    private final ConnectionPool pool;
    private final String schema;

    PostgresCheckpointStore(ConnectionPool pool, String schema) {
        this.pool = pool;
        this.schema = schema;
    }

    @Override
    public Optional<Checkpoint> find(String projection) {
        return all().stream()
                .filter(checkpoint -> checkpoint.projection().equals(projection))
                .findFirst();
    }

    @Override
    public List<Checkpoint> all() {
        List<Checkpoint> checkpoints = new ArrayList<>();
        try (Connection connection = pool.borrow()) {
            if (MillraceSchema.version(connection) == 0) {
                return checkpoints;
            }
            try (Statement statement = connection.createStatement();
                    ResultSet row = statement.executeQuery(CheckpointRow.SELECT + " ORDER BY projection")) {
                while (row.next()) {
                    checkpoints.add(CheckpointRow.read(row));
                }
            }
            return checkpoints;
        } catch (SQLException e) {
            throw PostgresException.asking("The checkpoints cannot be read", e);
        }
    }

    /**
     * {@inheritDoc}
     *
     * <p>Refused while a committer's session of this projection lives; see {@link WriterLock}.
     *
     * @throws StartRefusedException if another writer runs
     */
    @Override
    public Checkpoint reset(String projection, Collection<String> tables) {
        try (Connection connection = pool.borrow()) {
            return Transaction.in(connection, () -> reset(connection, projection, tables));
        } catch (SQLException e) {
            throw PostgresException.asking("Projection " + projection + " cannot be reset", e);
        }
    }

    private Checkpoint reset(Connection connection, String projection, Collection<String> tables) throws SQLException {
        refuseWhileWritten(connection, projection);
        try (Statement statement = connection.createStatement()) {
            List<String> existing = new ArrayList<>();
            for (String table : tables) {
                if (ExistingTable.find(connection, schema, table).isPresent()) {
                    existing.add(Identifiers.quoted(schema, table));
                }
            }
            if (!existing.isEmpty()) {
                statement.execute("TRUNCATE " + String.join(", ", existing));
            }
        }
        if (MillraceSchema.version(connection) == 0) {
            return Checkpoint.atStart(projection);
        }
        String clear = """
                UPDATE millrace.checkpoints SET epoch = epoch + 1, flush_number = 0, position = NULL,
                    handled_position = NULL, handled_event_id = NULL, writer_id = NULL, writer_host = NULL,
                    writer_process_id = NULL, moved_at = NULL
                WHERE projection = ?""";
        try (PreparedStatement statement = connection.prepareStatement(clear)) {
            statement.setString(1, projection);
            statement.executeUpdate();
        }
        return read(connection, projection).orElseGet(() -> Checkpoint.atStart(projection));
    }

    private static void refuseWhileWritten(Connection connection, String projection) throws SQLException {
        String lock = "SELECT pg_try_advisory_xact_lock(" + WriterLock.KEY + ")";
        try (PreparedStatement statement = connection.prepareStatement(lock)) {
            statement.setString(1, projection);
            try (ResultSet row = statement.executeQuery()) {
                row.next();
                if (row.getBoolean(1)) {
                    return;
                }
            }
        }
        throw new StartRefusedException(
                Reason.WRITER_RUNNING,
                "projection " + projection + " cannot be reset while it is being written"
                        + WriterLock.holders(connection, projection)
                        + ". Stop that one first; if it is gone already, its session ends as soon as the server"
                        + " notices");
    }

    private static Optional<Checkpoint> read(Connection connection, String projection) throws SQLException {
        try (PreparedStatement statement = connection.prepareStatement(CheckpointRow.SELECT_ONE_FOR_UPDATE)) {
            statement.setString(1, projection);
            try (ResultSet row = statement.executeQuery()) {
                return row.next() ? Optional.of(CheckpointRow.read(row)) : Optional.empty();
            }
        }
    }
}
