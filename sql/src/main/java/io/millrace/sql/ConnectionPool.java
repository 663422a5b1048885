package io.millrace.sql;

import com.zaxxer.hikari.HikariConfig;
import com.zaxxer.hikari.HikariDataSource;
import java.sql.Connection;
import java.sql.SQLException;
import java.time.Duration;
import org.postgresql.PGProperty;
import org.postgresql.ds.PGSimpleDataSource;

/**
 * The connections to one database: one for each committer, for as long as it lives, and two for everything else. Safe
 * for use by several threads.
 */
final class ConnectionPool implements ConnectionSource, AutoCloseable {
    private static final int CONNECT_TIMEOUT_SECONDS = 10;
    private static final long WAIT_FOR_CONNECTION_MS = 5_000;

    /** Half a lease's validity: a renewal that hangs is given up in time to try once more. */
    private static final int LEASE_SOCKET_TIMEOUT_SECONDS = 2;

    private final PostgresSettings settings;
    private final boolean behindPooler;
    private final HikariDataSource pool;
    private int committers;

    private ConnectionPool(PostgresSettings settings, boolean behindPooler, HikariDataSource pool) {
        this.settings = settings;
        this.behindPooler = behindPooler;
        this.pool = pool;
    }

    /**
     * @throws PostgresException if no connection can be opened
     */
    static ConnectionPool open(PostgresSettings settings) {
        PGSimpleDataSource source = dataSource(settings);
        boolean behindPooler = probe(source);
        if (behindPooler) {
            source.setPrepareThreshold(0);
        }
        HikariConfig config = new HikariConfig();
        config.setPoolName("millrace");
        config.setDataSource(
                behindPooler
                        ? source
                        : new OwnSessions(source, settings.timeouts().socket()));
        config.setMaximumPoolSize(ConnectionBudget.FOR_EVERYTHING_ELSE);
        config.setMinimumIdle(0);
        config.setConnectionTimeout(WAIT_FOR_CONNECTION_MS);
        config.setInitializationFailTimeout(-1);
        config.setExceptionOverride(new NeverEvict());
        return new ConnectionPool(settings, behindPooler, new HikariDataSource(config));
    }

    /** The pool itself would try again until it times out, and say only that it did. */
    private static boolean probe(PGSimpleDataSource source) {
        try (Connection connection = source.getConnection()) {
            boolean behindPooler = Pooler.isBetween(connection);
            if (behindPooler) {
                Pooler.check(connection);
            }
            return behindPooler;
        } catch (SQLException e) {
            throw PostgresException.connecting(e);
        }
    }

    @Override
    public boolean isBehindPooler() {
        return behindPooler;
    }

    private static PGSimpleDataSource dataSource(PostgresSettings settings) {
        PGSimpleDataSource source = new PGSimpleDataSource();
        try {
            source.setURL(settings.url());
            if (!settings.url().contains("connectTimeout=")) {
                source.setConnectTimeout(CONNECT_TIMEOUT_SECONDS);
            }
            settings.user().ifPresent(source::setUser);
            settings.password().ifPresent(source::setPassword);
            TransportSecurity.apply(source);
            source.setApplicationName("millrace");
            source.setTcpKeepAlive(true);
            source.setSocketTimeout((int) settings.timeouts().socket().toSeconds());
            // One round trip a flush rests on these: see PostgresFlushSession.
            source.setProperty(PGProperty.PREFER_QUERY_MODE, "extended");
            source.setProperty(PGProperty.STRING_TYPE, "varchar");
            source.setProperty(PGProperty.AUTOSAVE, "never");
            source.setProperty(PGProperty.DEFAULT_ROW_FETCH_SIZE, "0");
        } catch (IllegalArgumentException invalid) {
            // Without its cause: that one quotes the URL, and its password.
            throw new PostgresException(
                    PostgresException.Kind.CONFIGURATION, "The settings for PostgreSQL are wrong: " + settings, null);
        }
        return source;
    }

    /** A connection outside of the pool, whose requests are given up soon. */
    Connection openForLeases() throws SQLException {
        PGSimpleDataSource source = dataSource(settings);
        source.setApplicationName("millrace leases");
        source.setConnectTimeout(LEASE_SOCKET_TIMEOUT_SECONDS);
        source.setSocketTimeout(LEASE_SOCKET_TIMEOUT_SECONDS);
        if (behindPooler) {
            source.setPrepareThreshold(0);
            return source.getConnection();
        }
        return new OwnSessions(source, Duration.ofSeconds(LEASE_SOCKET_TIMEOUT_SECONDS)).getConnection();
    }

    /**
     * Makes sure that so many connections can be used at once.
     *
     * @param first one of this pool
     * @throws StartRefusedException if they cannot
     */
    void require(ConnectionBudget budget, Connection first) throws SQLException {
        budget.check(first);
        if (behindPooler) {
            PGSimpleDataSource source = dataSource(settings);
            int seconds = (int) Math.max(1, settings.timeouts().lock().toSeconds());
            source.setConnectTimeout(seconds);
            source.setSocketTimeout(seconds);
            source.setPrepareThreshold(0);
            Pooler.requireAtOnce(budget, first, source::getConnection, Duration.ofSeconds(seconds));
        }
    }

    /** A connection for anything but flushes; closing it gives it back. */
    Connection borrow() throws SQLException {
        return pool.getConnection();
    }

    int size() {
        return pool.getMaximumPoolSize();
    }

    @Override
    public Connection open(String projection) throws SQLException {
        resize(1);
        try {
            return pool.getConnection();
        } catch (SQLException e) {
            resize(-1);
            throw e;
        }
    }

    @Override
    public void discard(Connection connection) {
        pool.evictConnection(connection);
        resize(-1);
    }

    private synchronized void resize(int change) {
        committers += change;
        pool.getHikariConfigMXBean().setMaximumPoolSize(ConnectionBudget.FOR_EVERYTHING_ELSE + committers);
    }

    @Override
    public void close() {
        pool.close();
    }
}
