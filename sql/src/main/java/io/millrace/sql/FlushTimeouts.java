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

    /**
     * The same with what the server sets below it. Locks are waited for half as long as a statement may take, so that the
     * one is told from the other.
     *
     * @param setting PostgreSQL's name of the limit
     */
    FlushTimeouts limitedBy(String setting, Duration limit) {
        return switch (setting) {
            case "lock_timeout" -> new FlushTimeouts(shorter(lock, limit), statement, transaction, socket);
            case "statement_timeout" ->
                limit.compareTo(statement) >= 0
                        ? this
                        : new FlushTimeouts(shorter(lock, half(limit)), limit, transaction, socket);
            case "transaction_timeout" -> {
                FlushTimeouts within = limitedBy("statement_timeout", limit);
                yield new FlushTimeouts(within.lock, within.statement, shorter(transaction, limit), socket);
            }
            default -> throw new IllegalArgumentException("expected a limit of time: setting=" + setting);
        };
    }

    private static Duration shorter(Duration one, Duration other) {
        return one.compareTo(other) < 0 ? one : other;
    }

    private static Duration half(Duration limit) {
        return Duration.ofMillis(Math.max(1, limit.toMillis() / 2));
    }

    /** All of them so that an answer is waited for this long at most, in the proportions of {@link #DEFAULT}. */
    public static FlushTimeouts within(Duration socket) {
        return new FlushTimeouts(
                socket.dividedBy(6), socket.dividedBy(2), socket.multipliedBy(3).dividedBy(4), socket);
    }
}
