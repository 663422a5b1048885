package io.millrace.sql;

import io.millrace.batching.ParkedStreams;
import io.millrace.checkpoint.Checkpoint;
import io.millrace.checkpoint.Writer;
import java.sql.SQLException;
import java.util.List;

/**
 * A committer's connection and the server session behind it: all that a committer knows of the database. Behind it
 * stands PostgreSQL, or a simulation. For one thread; every call blocks.
 */
interface FlushSession {

    /** A server process, told from a later one with the same number by the time when it began. */
    record Backend(int processId, String startedAt) {}

    /** Opens sessions. */
    @FunctionalInterface
    interface Source {
        /**
         * Opens one.
         *
         * @param writing the checkpoints that it is to move, for others to know
         */
        FlushSession open(List<Checkpoint> writing) throws SQLException;
    }

    Backend backend();

    /**
     * Writes rows and checkpoints, in one transaction, if each checkpoint stands where it is expected.
     *
     * @return when the checkpoints moved, by the server's clock, in microseconds since 1970; as far as it can be told without
     *     asking
     */
    long flush(Flush flush, Writer writer) throws SQLException;

    /** Ends a transaction that failed; until then the server refuses everything else (25P02). */
    void rollback() throws SQLException;

    /**
     * Whether the session would send the same flush in another way than the one that was refused so, which may pass; from
     * then on it does. To be asked after {@link #rollback}.
     */
    default boolean sendsOtherwise(SQLException refusal) throws SQLException {
        return false;
    }

    /**
     * Waits for whoever is moving them, and is refused by a standby, whose answer could be an old one.
     *
     * @return in the order of the projections; without those that are not there
     */
    List<Checkpoint> readCheckpoints(List<String> projections) throws SQLException;

    /** What was parked up to this checkpoint. A session that keeps no parked events has none. */
    default ParkedStreams readParked(Checkpoint checkpoint) throws SQLException {
        return ParkedStreams.NONE;
    }

    /**
     * Ends the session that we lost, or finds it gone. The server waits for it, at most as long as given.
     *
     * @return whether it is gone, so that what became of its transaction is settled
     */
    boolean ended(Backend lost, long waitMs) throws SQLException;

    /** Says that these projections are no longer written by us, before the connection ends in its own time. */
    void release() throws SQLException;

    /** Ends the connection for good. Never throws. */
    void discard();
}
