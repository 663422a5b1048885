package io.millrace.embedded;

import java.util.logging.Logger;

/** Keeps gRPC's server from warning, with stack traces, of what is ordinary here. */
final class GrpcLogs {
    // Held on to: java.util.logging forgets loggers, and their filters, that nobody holds.
    private static final Logger CALLS = Logger.getLogger("io.grpc.internal.ServerCallImpl");
    private static final Logger TRANSPORT = Logger.getLogger("io.grpc.netty.shaded.io.grpc.netty.NettyServerHandler");

    private GrpcLogs() {}

    static void quieten() {
        CALLS.setFilter(entry -> !(entry.getThrown() instanceof StreamReset));
        // A client that cancels while events are on their way to it.
        TRANSPORT.setFilter(entry -> entry.getThrown() == null
                || !String.valueOf(entry.getThrown().getMessage()).startsWith("Stream closed before write"));
    }
}
