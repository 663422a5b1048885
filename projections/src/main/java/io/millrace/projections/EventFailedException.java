package io.millrace.projections;

import io.millrace.checkpoint.Position;

/** Says which event could not be handled, and why: it does not fit its class, or its handler failed. */
public class EventFailedException extends RuntimeException {
    private static final long serialVersionUID = 1L;

    private final String projection;
    private final String type;
    private final String stream;
    private final long revision;
    private final transient Position position;

    public EventFailedException(String projection, EventEnvelope event, String problem, Throwable cause) {
        super("projection " + projection + ": " + event + ": " + problem, cause);
        this.projection = projection;
        this.type = event.type();
        this.stream = event.stream();
        this.revision = event.revision();
        this.position = event.position();
    }

    static EventFailedException inHandler(String projection, EventEnvelope event, Throwable cause) {
        return new EventFailedException(
                projection,
                event,
                "its handler failed: " + (cause.getMessage() == null ? cause : cause.getMessage())
                        + ". Mend the handler, or let it leave such events out",
                cause);
    }

    public String projection() {
        return projection;
    }

    /** The event's type. */
    public String type() {
        return type;
    }

    /** The stream that the event was written to. */
    public String stream() {
        return stream;
    }

    /** Its number in {@link #stream()}, counted from 0. */
    public long revision() {
        return revision;
    }

    /** Where it stands in what is read. */
    public Position position() {
        return position;
    }
}
