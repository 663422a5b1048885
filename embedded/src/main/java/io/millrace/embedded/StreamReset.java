package io.millrace.embedded;

import java.util.logging.Logger;

/** Thrown into gRPC to make it reset a call; see {@link Faults#resetSubscriptions()}. */
final class StreamReset extends RuntimeException {
    private static final long serialVersionUID = 1;
    private static final Logger GRPC = Logger.getLogger("io.grpc.internal.ServerCallImpl");

    static {
        // gRPC warns of it, with a stack trace; here it is what was asked for.
        GRPC.setFilter(entry -> !(entry.getThrown() instanceof StreamReset));
    }

    StreamReset() {
        super("reset by a fault switch of the embedded event store", null, false, false);
    }
}
