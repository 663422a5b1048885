package io.millrace.checkpoint;

import java.util.Collection;
import java.util.List;
import java.util.Optional;

/**
 * Reads checkpoints, and resets them. It cannot move one: that is the committer's alone, which does it in the
 * transaction of the rows.
 *
 * <p>Implementations are safe for use by several threads.
 */
public interface CheckpointStore {

    /** The checkpoint of this projection; empty if it was never started. */
    Optional<Checkpoint> find(String projection);

    /** All checkpoints, by name of the projection. */
    List<Checkpoint> all();

    /**
     * Empties the tables and clears the checkpoint in one transaction, raising the epoch, so that whoever still writes
     * under the old one is refused. For programs without leases.
     *
     * @param tables the tables of the projection's read models
     * @return the checkpoint as it stands now: the next epoch, no position
     */
    Checkpoint reset(String projection, Collection<String> tables);

    /**
     * As above, under a lease: its epoch becomes the checkpoint's. To be done before anything is written under it.
     *
     * @param epoch of the lease of this projection, which the caller holds
     */
    Checkpoint reset(String projection, Collection<String> tables, long epoch);
}
