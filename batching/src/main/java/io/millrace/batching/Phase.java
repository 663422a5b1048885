package io.millrace.batching;

/** How a projector reads, as far as it decides when to flush. */
public enum Phase {
    /** From history: full batches. */
    CATCHING_UP,
    /** The store had nothing more to send, and what was left of history is not flushed yet. */
    CAUGHT_UP,
    /** Each event is shown as soon as can be. */
    LIVE
}
