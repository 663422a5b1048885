package io.millrace.sql;

import io.millrace.checkpoint.Checkpoint;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The server processes that write a projection. Each holds the projection's advisory lock, shared, and says in its
 * application name under which epoch it writes. The lock guards nothing (that is the epoch's part): it is how one
 * finds, from another session, those who may still hold row locks, though nobody at the other end lives.
 */
final class WriterSessions {
    private static final Logger log = LoggerFactory.getLogger(WriterSessions.class);

    /** The lock's key as SQL, with one parameter: the projection's name. */
    static final String KEY = "hashtextextended('millrace writer ' || ?::text, 0)";

    /** Those that hold the lock; one parameter, the projection. A lock on one bigint shows its two halves. */
    private static final String HOLDERS = " FROM pg_locks l JOIN pg_stat_activity a ON a.pid = l.pid"
            + " WHERE l.locktype = 'advisory' AND l.objsubid = 1 AND l.granted AND l.pid <> pg_backend_pid()"
            + " AND l.database = (SELECT oid FROM pg_database WHERE datname = current_database())"
            + " AND ((l.classid::bigint << 32) | l.objid::bigint) = " + KEY;

    /** Null where it is none of ours. */
    private static final String EPOCH = "substring(a.application_name FROM '^millrace ([0-9]{1,18}) ')::bigint";

    private static final String HELD_OF_WHAT_IS_AWAITED = "(SELECT string_agg(DISTINCT held.mode || ' on '"
            + " || held.relation::regclass, ', ') FROM pg_locks awaited JOIN pg_locks held ON held.granted"
            + " AND held.pid = blocking.pid AND held.locktype = 'relation' AND held.database = awaited.database"
            + " AND held.relation = awaited.relation"
            + " WHERE awaited.pid = blocking.waiting AND NOT awaited.granted AND awaited.locktype = 'relation')";

    private static final long END_WITHIN_MS = 2_000;

    private WriterSessions() {}

    /** What such a session calls itself; the server cuts it after 63 bytes, so the epoch stands first. */
    static String name(String projection, long epoch) {
        return "millrace " + epoch + " " + projection;
    }

    /**
     * The same for several: the least of their epochs, so that each one's next owner finds it older than its own. Whoever
     * writes them must look for older ones by that epoch, too, or takes its own for one of those.
     */
    static String name(String name, List<Checkpoint> writing) {
        return name(name, writing.stream().mapToLong(Checkpoint::epoch).min().orElseThrow());
    }

    /**
     * One that stands in the way of a writer.
     *
     * @param holds its locks on the table that the writer waits for, if it waits for a table and not for a row
     * @param since since when, and {@code query}, what it does: empty where our role may not see that
     */
    record Blocker(
            int processId, String application, String role, String holds, String since, String query, boolean older) {
        @Override
        public String toString() {
            return "server process " + processId
                    + (application.isEmpty() ? "" : " (" + application + ")")
                    + (role.isEmpty() ? "" : " of role " + role)
                    + (holds.isEmpty() ? "" : ", which holds " + holds)
                    + (since.isEmpty() ? "" : ", in its transaction since " + since)
                    + (query.isEmpty() ? "" : ": " + query);
        }
    }

    static boolean exist(Connection connection, String projection) throws SQLException {
        try (PreparedStatement statement = connection.prepareStatement("SELECT 1" + HOLDERS)) {
            statement.setString(1, projection);
            try (ResultSet row = statement.executeQuery()) {
                return row.next();
            }
        }
    }

    /**
     * Ends those that write under an older epoch: they can commit nothing any more, and may hold locks for ever. On a
     * connection in autocommit mode.
     */
    static void endOlder(Connection connection, String projection, long epoch) throws SQLException {
        for (int processId : older(connection, projection, epoch)) {
            end(connection, projection, epoch, processId);
        }
    }

    static boolean existsOlder(Connection connection, String projection, long epoch) throws SQLException {
        return !older(connection, projection, epoch).isEmpty();
    }

    private static List<Integer> older(Connection connection, String projection, long epoch) throws SQLException {
        List<Integer> older = new ArrayList<>();
        String sql = "SELECT a.pid" + HOLDERS + " AND " + EPOCH + " < ?";
        try (PreparedStatement statement = connection.prepareStatement(sql)) {
            statement.setString(1, projection);
            statement.setLong(2, epoch);
            try (ResultSet row = statement.executeQuery()) {
                while (row.next()) {
                    older.add(row.getInt(1));
                }
            }
        }
        return older;
    }

    /** Looks once more whether it is still the same: its number may be another's by now. */
    private static void end(Connection connection, String projection, long epoch, int processId) throws SQLException {
        String sql = "SELECT pg_terminate_backend(a.pid, ?)" + HOLDERS + " AND " + EPOCH + " < ? AND a.pid = ?";
        try (PreparedStatement statement = connection.prepareStatement(sql)) {
            statement.setLong(1, END_WITHIN_MS);
            statement.setString(2, projection);
            statement.setLong(3, epoch);
            statement.setInt(4, processId);
            statement.executeQuery().close();
            log.info(
                    "Ended server process {}, a session of projection {} under an epoch before {}.",
                    processId,
                    projection,
                    epoch);
        } catch (SQLException e) {
            if (!SqlFailure.state(e).equals("42501")) { // another role's: then it is named
                throw e;
            }
            log.warn(
                    "Server process {} is an old session of projection {}, and not ours to end: {}",
                    processId,
                    projection,
                    e.getMessage());
        }
    }

    /** Those that the writers of a projection wait for; with {@code epoch}, which of them are older than it. */
    static List<Blocker> blockers(Connection connection, String projection, long epoch) throws SQLException {
        String sql = "SELECT DISTINCT blocking.pid, coalesce(b.application_name, ''), coalesce(b.usename, ''),"
                + " coalesce(" + HELD_OF_WHAT_IS_AWAITED + ", ''),"
                + " coalesce(date_trunc('second', b.xact_start)::text, ''),"
                + " coalesce(nullif(left(regexp_replace(b.query, '\\s+', ' ', 'g'), 80), '<insufficient privilege>'), ''),"
                + " coalesce(substring(b.application_name FROM '^millrace ([0-9]{1,18}) ')::bigint < ?, false)"
                + " FROM (SELECT unnest(pg_blocking_pids(a.pid)) AS pid, a.pid AS waiting" + HOLDERS
                + " AND a.wait_event_type = 'Lock') AS blocking"
                + " LEFT JOIN pg_stat_activity b ON b.pid = blocking.pid ORDER BY 1";
        List<Blocker> blockers = new ArrayList<>();
        try (PreparedStatement statement = connection.prepareStatement(sql)) {
            statement.setLong(1, epoch);
            statement.setString(2, projection);
            try (ResultSet row = statement.executeQuery()) {
                while (row.next()) {
                    blockers.add(new Blocker(
                            row.getInt(1),
                            row.getString(2),
                            row.getString(3),
                            row.getString(4),
                            row.getString(5),
                            row.getString(6),
                            row.getBoolean(7)));
                }
            }
        }
        return blockers;
    }

    /** Who they are, for people to read; empty if there are none. */
    static Optional<String> describe(List<Blocker> blockers) {
        return blockers.isEmpty()
                ? Optional.empty()
                : Optional.of(String.join(
                        "; ", blockers.stream().map(Blocker::toString).toList()));
    }
}
