package io.millrace.sql;

import java.io.PrintWriter;
import java.sql.Connection;
import java.sql.SQLException;
import java.time.Duration;
import java.util.logging.Logger;
import javax.sql.DataSource;

/** Opens server sessions that are ours alone, each with the settings of {@link SessionSettings#applyToAny}. */
final class OwnSessions implements DataSource {
    private final DataSource source;
    private final Duration socket;

    OwnSessions(DataSource source, Duration socket) {
        this.source = source;
        this.socket = socket;
    }

    @Override
    public Connection getConnection() throws SQLException {
        return set(source.getConnection());
    }

    @Override
    public Connection getConnection(String user, String password) throws SQLException {
        return set(source.getConnection(user, password));
    }

    private Connection set(Connection opened) throws SQLException {
        try {
            SessionSettings.applyToAny(opened, socket);
            return opened;
        } catch (SQLException | RuntimeException e) {
            try (opened) {
                throw e;
            }
        }
    }

    @Override
    public PrintWriter getLogWriter() throws SQLException {
        return source.getLogWriter();
    }

    @Override
    public void setLogWriter(PrintWriter out) throws SQLException {
        source.setLogWriter(out);
    }

    @Override
    public void setLoginTimeout(int seconds) throws SQLException {
        source.setLoginTimeout(seconds);
    }

    @Override
    public int getLoginTimeout() throws SQLException {
        return source.getLoginTimeout();
    }

    @Override
    public Logger getParentLogger() {
        return Logger.getLogger("io.millrace.sql");
    }

    @Override
    public <T> T unwrap(Class<T> type) throws SQLException {
        return source.unwrap(type);
    }

    @Override
    public boolean isWrapperFor(Class<?> type) throws SQLException {
        return source.isWrapperFor(type);
    }
}
