package io.millrace.sql;

import java.sql.Connection;
import java.sql.SQLException;

/**
 * Where a committer gets its connection from, and takes it back to: a pool, a plain data source, or something that
 * stands in for either in a simulation. Safe for use by several threads.
 */
public interface ConnectionSource {

    /**
     * Opens a connection in autocommit mode. Blocks, for a bounded time.
     *
     * @param projection whose connection it is
     */
    Connection open(String projection) throws SQLException;

    /** Whether a pooler is between, which lends a server session for one transaction at a time. */
    default boolean isBehindPooler() {
        return false;
    }

    /** Ends a connection for good; whatever its server session still holds is to be released. Never throws. */
    void discard(Connection connection);
}
