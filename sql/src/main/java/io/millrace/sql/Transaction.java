package io.millrace.sql;

import java.sql.Connection;
import java.sql.SQLException;
import java.sql.Statement;

/** Runs something in one transaction, on a connection in autocommit mode. */
final class Transaction {
    private Transaction() {}

    /** What runs in it. */
    @FunctionalInterface
    interface Work<T> {
        T run() throws SQLException;
    }

    /** Commits what the work did, or, if it throws, rolls it back. */
    static <T> T in(Connection connection, Work<T> work) throws SQLException {
        connection.setAutoCommit(false);
        try {
            try (Statement statement = connection.createStatement()) {
                statement.execute("SET LOCAL lock_timeout = '30s'");
            }
            T result = work.run();
            connection.commit();
            return result;
        } catch (SQLException | RuntimeException e) {
            try {
                connection.rollback();
            } catch (SQLException suppressed) {
                e.addSuppressed(suppressed);
            }
            throw e;
        } finally {
            connection.setAutoCommit(true);
        }
    }
}
