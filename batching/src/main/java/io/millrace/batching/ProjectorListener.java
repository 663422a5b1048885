package io.millrace.batching;

import java.time.Duration;

/**
 * Sees each step of a projector, in the order in which a batch goes through them. Called by the projector's thread,
 * once per step or batch and not per event; must not block. One that throws is logged and passed over.
 */
public interface ProjectorListener {

    /** Events were taken from the subscription. */
    default void received(int events, long bytes) {}

    /** Events were folded; so many wait to be flushed now. */
    default void folded(int waiting) {}

    /**
     * A batch was handed to the committer.
     *
     * @param attempt counted from 1; above 1 it is the same batch again
     */
    default void flushed(Batch batch, int attempt) {}

    /**
     * A batch is in the read model.
     *
     * @param took from the first attempt on
     */
    default void committed(Batch batch, CommitOutcome.Committed outcome, Duration took) {}

    /** The database takes far longer for a row than it did before, or does so no more. */
    default void strained(boolean far) {}

    /** A batch was not committed; what the projector does about it shows in its state. */
    default void failed(Batch batch, CommitOutcome outcome) {}

    default void stateChanged(ProjectorState from, ProjectorState to) {}
}
