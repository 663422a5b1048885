package io.millrace.projections;

/**
 * Says what an event of one type changes. Pure: no clock, no I/O, no randomness, no state of its own; safe for use by
 * several threads then.
 */
@FunctionalInterface
public interface Handler<E> {
    void handle(E event, Rows rows);

    /** A handler that also looks at where and when the event was recorded. */
    @FunctionalInterface
    interface WithEnvelope<E> {
        void handle(E event, EventEnvelope envelope, Rows rows);
    }
}
