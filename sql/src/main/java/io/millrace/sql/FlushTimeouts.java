package io.millrace.sql;

import java.time.Duration;

/**
 * How long a flush may take, from the inside out: the server gives up before we do, so that we hear what became of it.
 *
 * @param lock how long a statement waits for a lock
 * @param statement how long one statement of a flush takes
 * @param transaction how long a flush takes; kept by servers from PostgreSQL 17 on
 * @param socket how long we wait for an answer before we take the connection for lost
 */
public record FlushTimeouts(Duration lock, Duration statement, Duration transaction, Duration socket) {
    public static final FlushTimeouts DEFAULT = new FlushTimeouts(
            Duration.ofSeconds(10), Duration.ofSeconds(30), Duration.ofSeconds(45), Duration.ofSeconds(60));

    public FlushTimeouts {
        if (lock.toMillis() < 1
                || lock.compareTo(statement) > 0
                || statement.compareTo(transaction) > 0
                || transaction.compareTo(socket) >= 0
                || socket.toSeconds() < 1) {
            throw new IllegalArgumentException("expected 0 < lock <= statement <= transaction < socket, the last in"
                    + " seconds: lock=" + lock + ", statement=" + statement + ", transaction=" + transaction
                    + ", socket=" + socket);
        }
    }
}
