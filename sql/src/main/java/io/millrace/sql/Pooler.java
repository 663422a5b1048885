package io.millrace.sql;

import java.sql.Connection;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import org.postgresql.PGConnection;

/**
 * Something that lends us a server session for one transaction at a time, as PgBouncer does with {@code pool_mode =
 * transaction}. Behind it nothing that we set in a session stays ours, no prepared statement can be counted on, and no
 * server process can be told by its number.
 */
final class Pooler {
    private Pooler() {}

    /** Whether the process that answers is not the one that the connection was opened to. */
    static boolean isBetween(Connection connection) throws SQLException {
        try (Statement statement = connection.createStatement();
                ResultSet row = statement.executeQuery("SELECT pg_backend_pid()")) {
            row.next();
            return connection.unwrap(PGConnection.class).getBackendPID() != row.getInt(1);
        }
    }

    /**
     * Tries a transaction of several round trips, in which a setting lasts as long as it does.
     *
     * @throws PostgresException if the pooler does not do that
     */
    static void check(Connection connection) {
        try (Statement statement = connection.createStatement()) {
            // Else the driver names its COMMIT, which stays behind in the server's session, for the next one to trip
            // over.
            connection.unwrap(PGConnection.class).setPrepareThreshold(0);
            connection.setAutoCommit(false);
            statement.execute("SELECT set_config('lock_timeout', '4321', true)");
            statement.execute("SELECT current_setting('lock_timeout')");
            connection.commit();
        } catch (SQLException e) {
            throw new PostgresException(
                    PostgresException.Kind.CONFIGURATION,
                    "The pooler in front of PostgreSQL does not pass on a transaction: " + e.getMessage()
                            + ". With PgBouncer, set pool_mode = transaction (or session) for this database",
                    e);
        }
    }

    /** What to change at a pooler that refuses a connection for what the driver says at its start. */
    static String advice(String message) {
        return message.contains("unsupported startup parameter")
                ? ". With PgBouncer, name it in ignore_startup_parameters"
                : "";
    }
}
