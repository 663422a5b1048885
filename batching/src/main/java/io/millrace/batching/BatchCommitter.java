package io.millrace.batching;

import io.millrace.checkpoint.Checkpoint;
import java.util.Optional;

/**
 * Writes batches: rows and checkpoint together or not at all, and only if the checkpoint stands where this committer
 * left it. Used by one thread at a time, but for {@link #prepare}.
 */
public interface BatchCommitter extends AutoCloseable {

    /** Where the projection stands now, as far as this committer knows without asking. */
    Checkpoint checkpoint();

    /** Which streams are parked where {@link #checkpoint} stands. One that keeps no parked events has none. */
    default ParkedStreams parked() {
        return ParkedStreams.NONE;
    }

    /**
     * Writes a batch, what it parks included, and returns when it is known what became of it. Blocks; does not wait
     * and try again by itself.
     *
     * <p>After {@link CommitOutcome.Unavailable} it may be unknown whether the batch was committed: call again with
     * the same batch, and the committer first finds that out.
     */
    CommitOutcome commit(Batch batch);

    /**
     * Makes ready what can be, before it is this batch's turn. May be called while another batch is committed by another
     * thread; nothing depends on it.
     */
    default void prepare(Batch next) {}

    /**
     * Looks whether the checkpoint still stands where this committer left it. Blocks. Not to be called while the outcome
     * of a batch is unknown.
     *
     * @return why it does not, or why that cannot be told; empty if it does
     */
    Optional<CommitOutcome> look();

    /** Gives back the connection. */
    @Override
    void close();
}
