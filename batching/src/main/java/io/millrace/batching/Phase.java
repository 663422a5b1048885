package io.millrace.batching;

/** How a projector reads, as far as it decides when to flush. */
public enum Phase {
    /** From history: full batches. */
    CATCHING_UP,
    /**
     * Live, but events came faster than they could be flushed, so that a full batch waited: full batches, until what
     * came meanwhile is folded. The store need not say that it caught up again, for it never fell behind.
     */
    OVERRUN,
    /** The store had nothing more to send, and what was left of history is not flushed yet. */
    CAUGHT_UP,
    /** Each event is shown as soon as can be. */
    LIVE
}
