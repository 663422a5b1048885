package io.millrace.eventstore;

import io.grpc.Channel;
import io.grpc.Status;
import io.millrace.eventstore.Discovery.Node;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.function.BiConsumer;
import org.jspecify.annotations.Nullable;

/**
 * The connection to the node that is talked to, found and made when it is first needed. Safe for use by several threads.
 * A connection that failed is thrown away and not kept: gRPC lets a lost one wait for up to two minutes.
 */
final class NodeConnection {
    private final Transport transport;
    private @Nullable CompletableFuture<Node> node;
    private Optional<Endpoint> leader = Optional.empty();
    private String target;
    private boolean closed;

    NodeConnection(Transport transport) {
        this.transport = transport;
        this.target = transport.settings().toString();
    }

    /** Hands on the channel, or the gRPC status that says why no node was found; now or later. */
    void whenConnected(BiConsumer<? super @Nullable Channel, ? super @Nullable Throwable> then) {
        var unused = node().whenComplete((found, error) -> then.accept(found == null ? null : found.channel(), error));
    }

    private synchronized CompletableFuture<Node> node() {
        CompletableFuture<Node> current = node;
        if (closed) {
            return CompletableFuture.failedFuture(Status.CANCELLED
                    .withDescription("the connection was closed")
                    .asRuntimeException());
        }
        if (current == null) {
            current = find();
            node = current;
            CompletableFuture<Node> mine = current;
            var unused = mine.thenAccept(found -> arrived(mine, found));
        }
        return current;
    }

    private CompletableFuture<Node> find() {
        if (leader.isEmpty() && transport.settings().discovers()) {
            return new Discovery(transport).find();
        }
        Endpoint endpoint = leader.orElse(transport.settings().hosts().get(0));
        return CompletableFuture.completedFuture(new Node(endpoint, transport.channel(endpoint)));
    }

    private synchronized void arrived(CompletableFuture<Node> search, Node found) {
        if (search == node) {
            target = found.endpoint().toString();
        } else {
            found.channel().shutdownNow();
        }
    }

    /** Drops the connection; the next one goes to this leader, or to whom the connection string leads. */
    synchronized void reconnect(Optional<Endpoint> nextLeader) {
        drop();
        leader = nextLeader;
    }

    /** The same, unless the connection that failed was replaced by then. */
    synchronized void replace(Channel failed, Optional<Endpoint> nextLeader) {
        CompletableFuture<Node> current = node;
        if (current != null && current.isDone() && current.join().channel() == failed) {
            // Other calls on it may still come to a good end.
            current.join().channel().shutdown();
            node = null;
            leader = nextLeader;
        }
    }

    private void drop() {
        CompletableFuture<Node> dropped = node;
        node = null;
        if (dropped != null) {
            var unused = dropped.thenAccept(found -> found.channel().shutdownNow());
        }
    }

    /** The node that was talked to last, or what the connection string names. */
    synchronized String target() {
        return target;
    }

    synchronized void close() {
        closed = true;
        drop();
    }
}
