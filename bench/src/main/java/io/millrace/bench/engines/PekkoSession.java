package io.millrace.bench.engines;

import java.sql.Connection;
import java.sql.SQLException;
import javax.sql.DataSource;
import org.apache.pekko.japi.function.Function;
import org.apache.pekko.projection.jdbc.JdbcSession;

/** A transaction over a pooled connection, as Pekko's documentation shows it; counts what is committed. */
final class PekkoSession implements JdbcSession {
    private final Connection connection;
    private final Countdown countdown;
    private long handled;

    PekkoSession(DataSource pool, Countdown countdown) {
        this.countdown = countdown;
        try {
            this.connection = pool.getConnection();
        } catch (SQLException e) {
            throw new IllegalStateException(e);
        }
    }

    Connection connection() {
        return connection;
    }

    void handled(long events) {
        handled += events;
    }

    @Override
    public <R> R withConnection(Function<Connection, R> work) throws Exception {
        return work.apply(connection);
    }

    @Override
    public void commit() throws SQLException {
        connection.commit();
        if (handled > 0) {
            countdown.committed(handled);
        }
    }

    @Override
    public void rollback() throws SQLException {
        connection.rollback();
    }

    @Override
    public void close() throws SQLException {
        connection.close();
    }
}
