package io.millrace.bench.engines;

import java.sql.Connection;
import java.sql.SQLException;
import javax.sql.DataSource;
import org.axonframework.common.jdbc.ConnectionProvider;
import org.axonframework.common.jdbc.ConnectionWrapperFactory;
import org.axonframework.common.jdbc.ConnectionWrapperFactory.NoOpCloseHandler;
import org.axonframework.common.transaction.Transaction;
import org.axonframework.common.transaction.TransactionManager;
import org.jspecify.annotations.Nullable;

/** A transaction per thread over a pooled connection, which token store and handler share; counts what is committed. */
final class AxonTransactions implements TransactionManager, ConnectionProvider {
    private final DataSource pool;
    private final Countdown countdown;
    private static final ThreadLocal<@Nullable Current> CURRENT = new ThreadLocal<>();

    AxonTransactions(DataSource pool, Countdown countdown) {
        this.pool = pool;
        this.countdown = countdown;
    }

    @Override
    public Transaction startTransaction() {
        Current outer = CURRENT.get();
        if (outer != null) {
            return new Joined();
        }
        try {
            Current begun = new Current(pool.getConnection());
            CURRENT.set(begun);
            return begun;
        } catch (SQLException e) {
            throw new IllegalStateException(e);
        }
    }

    /** For the token store, which closes what it gets. */
    @Override
    public Connection getConnection() {
        return ConnectionWrapperFactory.wrap(connection(), new NoOpCloseHandler());
    }

    /** Of the transaction that this thread is in. */
    Connection connection() {
        return inTransaction().connection;
    }

    void handled(int events) {
        inTransaction().handled += events;
    }

    private Current inTransaction() {
        Current transaction = CURRENT.get();
        if (transaction == null) {
            throw new IllegalStateException("expected to be in a transaction");
        }
        return transaction;
    }

    /** Within another one. */
    private static final class Joined implements Transaction {
        @Override
        public void commit() {}

        @Override
        public void rollback() {}
    }

    private final class Current implements Transaction {
        private final Connection connection;
        private int handled;

        Current(Connection connection) {
            this.connection = connection;
        }

        @Override
        public void commit() {
            end(Connection::commit);
            if (handled > 0) {
                countdown.committed(handled);
            }
        }

        @Override
        public void rollback() {
            end(Connection::rollback);
        }

        private void end(Ending ending) {
            CURRENT.remove();
            try (Connection ended = connection) {
                ending.apply(ended);
            } catch (SQLException e) {
                countdown.failed(e);
                throw new IllegalStateException(e);
            }
        }
    }

    private interface Ending {
        void apply(Connection connection) throws SQLException;
    }
}
