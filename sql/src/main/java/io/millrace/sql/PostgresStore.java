package io.millrace.sql;

import io.millrace.checkpoint.Checkpoint;
import io.millrace.checkpoint.CheckpointStore;
import io.millrace.checkpoint.Writer;
import io.millrace.projections.Projection;
import io.millrace.projections.ReadModel;
import java.net.InetAddress;
import java.net.UnknownHostException;
import java.sql.Connection;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.Collection;
import java.util.List;
import java.util.UUID;

/** A PostgreSQL database that holds read models: the way in to everything in this module. Safe for several threads. */
public final class PostgresStore implements AutoCloseable {
    private final PostgresSettings settings;
    private final ConnectionPool pool;
    private final CheckpointStore checkpoints;

    private PostgresStore(PostgresSettings settings, ConnectionPool pool) {
        this.settings = settings;
        this.pool = pool;
        this.checkpoints = new PostgresCheckpointStore(pool, settings.schema());
    }

    /**
     * Connects; creates nothing yet.
     *
     * @throws PostgresException if the database cannot be used; its kind says why
     */
    public static PostgresStore open(PostgresSettings settings) {
        return new PostgresStore(settings, ConnectionPool.open(settings));
    }

    /**
     * Makes the database ready for a projection, creating what is missing, and opens the connection that its flushes go
     * over.
     *
     * @return the committer, which stands at the projection's checkpoint
     * @throws StartRefusedException if database and projection don't fit; then nothing was written
     * @throws PostgresException if the database cannot be used
     */
    public PostgresBatchCommitter committerFor(Projection projection) {
        Checkpoint checkpoint = register(projection);
        PostgresBatchCommitter committer = PostgresBatchCommitter.over(
                pool, settings.schema(), projection, checkpoint, thisProcess(), settings.timeouts());
        try {
            committer.connect();
        } catch (SQLException e) {
            throw PostgresException.connecting(e);
        }
        return committer;
    }

    /** Checkpoints can be read before any projection has started: then there are none. */
    public CheckpointStore checkpoints() {
        return checkpoints;
    }

    /** Whether somebody's session writes this projection now. */
    public boolean isBeingWritten(String projection) {
        try (Connection connection = pool.borrow()) {
            return Inspection.isBeingWritten(connection, projection);
        } catch (SQLException e) {
            throw PostgresException.asking("The writers of projection " + projection + " cannot be told", e);
        }
    }

    /**
     * A few rows for people to look at: those with the largest values in a column.
     *
     * @return each row as text, first its key, then its columns, in the order of the read model; NULL is empty text
     */
    public List<List<String>> topRows(ReadModel model, String column, int limit) {
        try (Connection connection = pool.borrow()) {
            return Inspection.topRows(connection, settings.schema(), model, column, limit);
        } catch (SQLException e) {
            throw PostgresException.asking("Table " + model.table() + " cannot be read", e);
        }
    }

    /** The statements that create everything, for an administrator to run. */
    public static String schemaScript(PostgresSettings settings, Collection<? extends Projection> projections) {
        return SchemaScript.of(settings, projections);
    }

    private Checkpoint register(Projection projection) {
        try (Connection connection = pool.borrow()) {
            return Transaction.in(connection, () -> {
                try (Statement statement = connection.createStatement()) {
                    statement.execute(MillraceSchema.LOCK);
                }
                MillraceSchema.install(connection);
                return new Registration(connection, projection, settings.schema()).register();
            });
        } catch (SQLException e) {
            if (SqlFailure.state(e).equals("42501")) {
                throw rightsMissing(projection, e);
            }
            throw PostgresException.asking("Projection " + projection.name() + " cannot be registered", e);
        }
    }

    private StartRefusedException rightsMissing(Projection projection, SQLException e) {
        return new StartRefusedException(
                StartRefusedException.Reason.RIGHTS_MISSING,
                "projection " + projection.name() + " cannot start: " + e.getMessage()
                        + ". Have an administrator run these statements, those that are not done yet:\n\n"
                        + SchemaScript.of(settings, List.of(projection)),
                e);
    }

    private static Writer thisProcess() {
        String host;
        try {
            host = InetAddress.getLocalHost().getHostName();
        } catch (UnknownHostException e) {
            host = "unknown host";
        }
        return new Writer(UUID.randomUUID(), host, ProcessHandle.current().pid());
    }

    /** How many connections it may have open at once: one for each committer, and two for everything else. */
    public int connections() {
        return pool.size();
    }

    @Override
    public void close() {
        pool.close();
    }
}
