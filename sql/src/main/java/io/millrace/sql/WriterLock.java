package io.millrace.sql;

import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;

/**
 * The advisory lock that says "this projection is being written": every committer's session holds it shared, a reset
 * wants it alone. It is a courtesy, not the guard: that is the epoch, which a reset raises. It ends with its session,
 * which may outlive a frozen or vanished host until the server notices.
 */
final class WriterLock {
    /** The lock's key as SQL, with one parameter: the projection's name. */
    static final String KEY = "hashtextextended('millrace writer ' || ?::text, 0)";

    private WriterLock() {}

    /** Who holds it, for people to read; empty if the server does not tell. */
    static String holders(Connection connection, String projection) throws SQLException {
        // A lock on one bigint shows its upper half as classid and its lower half as objid.
        String sql = "SELECT string_agg('server process ' || l.pid"
                + " || coalesce(', from ' || host(a.client_addr), '')"
                + " || coalesce(', since ' || date_trunc('second', a.backend_start)::text, ''), '; ')"
                + " FROM pg_locks l LEFT JOIN pg_stat_activity a ON a.pid = l.pid"
                + " WHERE l.locktype = 'advisory' AND l.objsubid = 1 AND l.granted AND l.pid <> pg_backend_pid()"
                + " AND ((l.classid::bigint << 32) | l.objid::bigint) = " + KEY;
        try (PreparedStatement statement = connection.prepareStatement(sql)) {
            statement.setString(1, projection);
            try (ResultSet row = statement.executeQuery()) {
                row.next();
                String holders = row.getString(1);
                return holders == null ? "" : " (" + holders + ")";
            }
        }
    }
}
