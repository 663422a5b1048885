package io.millrace.sql;

import java.sql.Connection;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.locks.LockSupport;
import org.postgresql.PGConnection;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Something that lends us a server session for one transaction at a time, as PgBouncer does with {@code pool_mode =
 * transaction}. Behind it nothing that we set in a session stays ours, no prepared statement can be counted on, and no
 * server process can be told by its number.
 */
final class Pooler {
    private static final Logger LOG = LoggerFactory.getLogger(Pooler.class);
    private static final String TRY_TURN =
            "SELECT pg_try_advisory_xact_lock(hashtextextended('millrace looks at the pooler', 0))";
    private static final Duration TURN_POLL = Duration.ofMillis(50);

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

    /** Opens a connection through it whose requests are given up soon. */
    @FunctionalInterface
    interface Opening {
        Connection open() throws SQLException;
    }

    /**
     * Makes sure that it lends as many server sessions at the same time as are needed, by as many transactions that are
     * open at once.
     *
     * @param first is one of the connections that are needed
     * @param patience after which the others give up
     * @throws StartRefusedException if it does not
     */
    static void requireAtOnce(ConnectionBudget budget, Connection first, Opening others, Duration patience)
            throws SQLException {
        awaitTurn(first, patience);
        List<Connection> opened = new ArrayList<>();
        int lent = 1;
        try {
            for (; lent < budget.needed(); lent++) {
                Connection next = others.open();
                opened.add(next);
                next.setAutoCommit(false);
                try (Statement statement = next.createStatement()) {
                    statement.execute("SELECT 1");
                }
            }
        } catch (SQLException e) {
            throw budget.tooFew(tooFew(lent, patience, e));
        } finally {
            for (Connection connection : opened) {
                close(connection);
            }
            first.rollback();
            first.setAutoCommit(true);
        }
    }

    /** Leaves a transaction open that others who ask the same wait for, so that none of them gets but a part. */
    private static void awaitTurn(Connection first, Duration patience) throws SQLException {
        first.setAutoCommit(false);
        long since = System.nanoTime();
        while (!isMyTurn(first) && System.nanoTime() - since < patience.toNanos()) {
            first.rollback(); // who waits holds no session
            LockSupport.parkNanos(TURN_POLL.toNanos());
        }
    }

    private static boolean isMyTurn(Connection first) throws SQLException {
        try (Statement statement = first.createStatement();
                ResultSet row = statement.executeQuery(TRY_TURN)) {
            return row.next() && row.getBoolean(1);
        }
    }

    private static String tooFew(int lent, Duration patience, SQLException e) {
        String message = String.valueOf(e.getMessage());
        boolean waited = !SqlFailure.isServersAnswer(e) || message.contains("query_wait_timeout");
        String lends = "the pooler in front of it lends " + lent + " server sessions at once";
        return waited
                ? lends + " and no other within " + patience.toSeconds() + " s: with PgBouncer, default_pool_size (or"
                        + " pool_size of this database; max_db_connections and max_user_connections, where they are set)"
                        + " is too small, or others use it up"
                : lends + ", then refuses: " + message + ": with PgBouncer, max_client_conn or the server's"
                        + " max_connections is too small";
    }

    private static void close(Connection connection) {
        try (connection) {
            connection.rollback(); // else the pooler throws the server session away
        } catch (SQLException e) {
            LOG.debug("A connection to the pooler had not begun anything", e);
        }
    }

    /** What to change at a pooler that refuses a connection for what the driver says at its start. */
    static String advice(String message) {
        return message.contains("unsupported startup parameter")
                ? ". With PgBouncer, name it in ignore_startup_parameters"
                : "";
    }
}
