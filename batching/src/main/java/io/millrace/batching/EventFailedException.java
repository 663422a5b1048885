package io.millrace.batching;

import io.millrace.checkpoint.Position;
import io.millrace.projections.EventEnvelope;

/** Names the one event that a projector cannot get over. Everything before it is in the read model. */
public final class EventFailedException extends ProjectorException {
    private static final long serialVersionUID = 1L;

    private final String stream;
    private final long revision;
    private final transient Position position;

    private EventFailedException(String message, EventEnvelope event, Throwable cause) {
        super(message, cause);
        this.stream = event.stream();
        this.revision = event.revision();
        this.position = event.position();
    }

    /** It could not be decoded, its handler failed, or what it does cannot be composed. */
    static EventFailedException whileFolding(EventEnvelope event, RuntimeException cause) {
        String named = event.toString();
        String reason = String.valueOf(cause.getMessage());
        return new EventFailedException(
                reason.contains(event.stream())
                                && reason.contains(event.position().toString())
                        ? reason
                        : named + " cannot be handled: " + (cause.getMessage() == null ? cause.toString() : reason),
                event,
                cause);
    }

    /** PostgreSQL refuses what it does, also when it is written alone. */
    static EventFailedException refused(EventEnvelope event, CommitOutcome.Rejected rejected) {
        return new EventFailedException(
                event + " cannot be written: " + rejected.message() + " (SQLSTATE " + rejected.sqlState() + ")",
                event,
                rejected.cause());
    }

    /** The stream that the event was written to. */
    public String stream() {
        return stream;
    }

    /** Its number in that stream, counted from 0. */
    public long revision() {
        return revision;
    }

    /** Where it stands in what the projector reads. */
    public Position position() {
        return position;
    }
}
