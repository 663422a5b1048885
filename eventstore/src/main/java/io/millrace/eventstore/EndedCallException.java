package io.millrace.eventstore;

/** A call that somebody waits for ended without its answer. */
final class EndedCallException extends Exception {
    private static final long serialVersionUID = 1L;

    private final transient CallEnd end;

    EndedCallException(CallEnd end) {
        super(end.cause());
        this.end = end;
    }

    CallEnd end() {
        return end;
    }
}
