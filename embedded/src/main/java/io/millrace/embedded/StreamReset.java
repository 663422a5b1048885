package io.millrace.embedded;

/** Thrown into gRPC to make it reset a call; see {@link Faults#resetSubscriptions()}. */
final class StreamReset extends RuntimeException {
    private static final long serialVersionUID = 1;

    StreamReset() {
        super("reset by a fault switch of the embedded event store", null, false, false);
    }
}
