package io.millrace.embedded;

import io.grpc.netty.shaded.io.netty.channel.Channel;
import io.grpc.netty.shaded.io.netty.channel.ChannelFuture;
import io.grpc.netty.shaded.io.netty.channel.socket.nio.NioServerSocketChannel;
import java.util.List;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentHashMap;

/** The TCP connections of the running server, so that they can be cut as a crash or a bad network cuts them. */
final class Connections {
    private final Set<Channel> open = ConcurrentHashMap.newKeySet();

    /** Closes all of them without a word of HTTP/2 before it. */
    void cut() {
        CompletableFuture<Void> unused = cutAndClose();
    }

    /** As {@link #cut}; completes when they are closed. */
    CompletableFuture<Void> cutAndClose() {
        return CompletableFuture.allOf(open.stream().map(Connections::cut).toArray(CompletableFuture<?>[]::new));
    }

    private static CompletableFuture<Void> cut(Channel channel) {
        CompletableFuture<Void> closed = new CompletableFuture<>();
        ChannelFuture unused = channel.closeFuture().addListener(end -> closed.complete(null));
        // Through the event loop, so that what was written before gets out first; not through the pipeline, which would
        // say good-bye and wait for the calls to end.
        channel.eventLoop().execute(() -> {
            channel.flush();
            channel.unsafe().close(channel.voidPromise());
        });
        return closed;
    }

    int count() {
        return open.size();
    }

    /** A listening socket that reports what it accepts. */
    NioServerSocketChannel listen() {
        return new NioServerSocketChannel() {
            @Override
            protected int doReadMessages(List<Object> accepted) throws Exception {
                int before = accepted.size();
                int count = super.doReadMessages(accepted);
                accepted.subList(before, accepted.size()).forEach(channel -> track((Channel) channel));
                return count;
            }
        };
    }

    private void track(Channel channel) {
        open.add(channel);
        ChannelFuture unused = channel.closeFuture().addListener(closed -> open.remove(channel));
    }
}
