package io.millrace.projections;

/** Says why events cannot be read, in a sentence for the person who operates the projector. */
public class EventSourceException extends RuntimeException {
    private static final long serialVersionUID = 1L;

    /** What kind of trouble it is; decides whether to try again and how the program ends. */
    public enum Kind {
        /** Nobody answers, or the connection was lost; trying again can help. */
        UNREACHABLE,
        /** Credentials, rights or certificates were refused; trying again does not help. */
        DENIED,
        /** The checkpoint does not fit this store: another history, or a position beyond its end. */
        OTHER_HISTORY,
        /** The request is wrong, or the store answered what the protocol does not know. */
        INVALID
    }

    private final Kind kind;

    public EventSourceException(Kind kind, String message) {
        super(message);
        this.kind = kind;
    }

    public EventSourceException(Kind kind, String message, Throwable cause) {
        super(message, cause);
        this.kind = kind;
    }

    public Kind kind() {
        return kind;
    }
}
