package io.millrace.sql;

import io.millrace.checkpoint.Checkpoint;
import io.millrace.checkpoint.CheckpointStore;
import java.sql.Connection;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.function.Consumer;

/** Reads checkpoints from {@code millrace.checkpoints}, and resets them. Safe for use by several threads. */
final class PostgresCheckpointStore implements CheckpointStore {
    private final ConnectionPool pool;
    private final String schema;
    private final Consumer<String> cleared;

    /** @param cleared is told of each projection whose checkpoint was cleared */
    PostgresCheckpointStore(ConnectionPool pool, String schema, Consumer<String> cleared) {
        this.pool = pool;
        this.schema = schema;
        this.cleared = cleared;
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

    @Override
    public Checkpoint reset(String projection, Collection<String> tables) {
        return reset(projection, tables, OptionalLong.empty());
    }

    @Override
    public Checkpoint reset(String projection, Collection<String> tables, long epoch) {
        return reset(projection, tables, OptionalLong.of(epoch));
    }

    private Checkpoint reset(String projection, Collection<String> tables, OptionalLong lease) {
        try (Connection connection = pool.borrow()) {
            if (lease.isPresent()) {
                WriterSessions.endOlder(connection, projection, lease.getAsLong());
            }
            Checkpoint start =
                    Transaction.in(connection, () -> new Reset(connection, schema, projection).run(tables, lease));
            cleared.accept(projection);
            return start;
        } catch (SQLException e) {
            throw PostgresException.asking("Projection " + projection + " cannot be reset", e);
        }
    }
}
