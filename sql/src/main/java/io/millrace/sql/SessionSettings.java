package io.millrace.sql;

import io.millrace.checkpoint.Checkpoint;
import java.sql.Connection;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.Duration;
import java.util.List;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** What sessions are set to, so that none of them outlives its client for long: every one of ours, and those of committers. */
final class SessionSettings {
    private static final Logger log = LoggerFactory.getLogger(SessionSettings.class);
    private static final int TRANSACTION_TIMEOUT_SINCE = 17;

    /** What a session begins with, before anything is set in it. */
    private static final String LIMITS = "SELECT name, reset_val FROM pg_catalog.pg_settings WHERE reset_val <> '0'"
            + " AND name IN ('lock_timeout', 'statement_timeout', 'transaction_timeout')";

    /** A lower limit of the role's, or of the database's, is an administrator's wish: it stays. */
    private static final String LIMIT_TRANSACTIONS =
            "SELECT set_config(name, '%1$d', false) FROM pg_catalog.pg_settings"
                    + " WHERE name IN ('idle_in_transaction_session_timeout', 'transaction_timeout')"
                    + " AND (setting = '0' OR setting::bigint > %1$d)";

    private static final Duration CLIENT_CHECK = Duration.ofSeconds(5);
    private static final String KEEP_ALIVES =
            "SET tcp_keepalives_idle = 10;SET tcp_keepalives_interval = 5;SET tcp_keepalives_count = 4";

    /**
     * Has each row of a merge looked up by its key, where the server would read the whole table if that was small when the
     * plan was made; and keeps it from planning anew each time (as it would for a few rows, which takes longer than merging
     * them), and from compiling what takes less time than that.
     */
    static final String LOOK_UP_BY_KEY = "SET enable_hashjoin = off;SET enable_mergejoin = off;SET enable_seqscan = off"
            + ";SET plan_cache_mode = force_generic_plan;SET jit = off";

    /** Leaves that to the server's estimates again, in one statement. */
    static final String PLAN_FREELY = "SELECT set_config(name, reset_val, false) FROM pg_catalog.pg_settings"
            + " WHERE name IN ('enable_hashjoin', 'enable_mergejoin', 'enable_seqscan',"
            + " 'plan_cache_mode', 'jit')";

    private SessionSettings() {}

    /**
     * For a session of ours, of whatever use: PostgreSQL itself finds out that we are gone, and ends a transaction of which
     * we would not hear any more.
     *
     * @param socket how long we wait for an answer before we take the connection for lost
     */
    static void applyToAny(Connection connection, Duration socket) throws SQLException {
        try (Statement statement = connection.createStatement()) {
            statement.execute(LIMIT_TRANSACTIONS.formatted(socket.toMillis()));
        }
        noticeLostClient(connection);
    }

    /** Not every operating system lets a server notice that its client is gone. */
    private static void noticeLostClient(Connection connection) throws SQLException {
        setIfPossible(connection, set("client_connection_check_interval", CLIENT_CHECK));
        setIfPossible(connection, KEEP_ALIVES);
    }

    /** For a session of a committer, which need not come from our own pool. */
    static void apply(Connection connection, String name, List<Checkpoint> writing, FlushTimeouts wanted)
            throws SQLException {
        FlushTimeouts timeouts = limited(connection, name, wanted);
        try (Statement statement = connection.createStatement()) {
            statement.execute(String.join(
                    ";",
                    "SET application_name = " + Identifiers.literal(WriterSessions.name(name, writing)),
                    "SET standard_conforming_strings = on",
                    "SET default_transaction_isolation = 'read committed'",
                    set("lock_timeout", timeouts.lock()),
                    set("statement_timeout", timeouts.statement()),
                    set("idle_in_transaction_session_timeout", timeouts.socket())));
            if (connection.getMetaData().getDatabaseMajorVersion() >= TRANSACTION_TIMEOUT_SINCE) {
                statement.execute(set("transaction_timeout", timeouts.transaction()));
            }
        }
        noticeLostClient(connection);
    }

    /**
     * The same, and the locks that tell of it, as a statement that begins each transaction where sessions are lent.
     * (Keep-alives towards the server are the pooler's own there.)
     */
    static String perTransaction(Connection connection, String name, List<Checkpoint> writing, FlushTimeouts wanted)
            throws SQLException {
        FlushTimeouts timeouts = limited(connection, name, wanted);
        StringBuilder sql = new StringBuilder("SELECT set_config('application_name', ")
                .append(Identifiers.literal(WriterSessions.name(name, writing)))
                .append(", true)")
                .append(local("lock_timeout", timeouts.lock()))
                .append(local("statement_timeout", timeouts.statement()))
                .append(local("idle_in_transaction_session_timeout", timeouts.socket()));
        if (connection.getMetaData().getDatabaseMajorVersion() >= TRANSACTION_TIMEOUT_SINCE) {
            sql.append(local("transaction_timeout", timeouts.transaction()));
        }
        String checks = local("client_connection_check_interval", CLIENT_CHECK);
        if (setIfPossible(connection, "SELECT true" + checks)) {
            sql.append(checks);
        }
        for (Checkpoint of : writing) {
            sql.append(", pg_advisory_xact_lock_shared(")
                    .append(WriterSessions.KEY.replace("?", Identifiers.literal(of.projection())))
                    .append(")");
        }
        return sql.toString();
    }

    private static String local(String name, Duration value) {
        return ", set_config('" + name + "', '" + value.toMillis() + "', true)";
    }

    /** A lower limit of the role's, or of the database's, is an administrator's wish: it stays. */
    private static FlushTimeouts limited(Connection connection, String projection, FlushTimeouts wanted)
            throws SQLException {
        FlushTimeouts limited = wanted;
        try (Statement statement = connection.createStatement();
                ResultSet row = statement.executeQuery(LIMITS)) {
            while (row.next()) {
                limited = limited.limitedBy(row.getString(1), Duration.ofMillis(row.getLong(2)));
            }
        }
        if (!limited.equals(wanted)) {
            log.info(
                    "PostgreSQL sets lower limits of time for this role than projection {} needs at most: {}."
                            + " Flushes that take longer are sent again in halves",
                    projection,
                    limited);
        }
        return limited;
    }

    private static String set(String name, Duration value) {
        return "SET " + name + " = " + value.toMillis();
    }

    private static boolean setIfPossible(Connection connection, String sql) throws SQLException {
        try (Statement statement = connection.createStatement()) {
            statement.execute(sql);
            return true;
        } catch (SQLException e) {
            if (!SqlFailure.isServersAnswer(e)) {
                throw e;
            }
            log.debug("The server does not support: {}", sql, e);
            return false;
        }
    }
}
