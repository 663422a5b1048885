package io.millrace.eventstore;

import com.eventstore.dbclient.proto.streams.StreamsGrpc;
import com.eventstore.dbclient.proto.streams.StreamsOuterClass.AppendReq;
import com.eventstore.dbclient.proto.streams.StreamsOuterClass.AppendResp;
import com.eventstore.dbclient.proto.streams.StreamsOuterClass.ReadReq;
import com.eventstore.dbclient.proto.streams.StreamsOuterClass.ReadResp;
import com.eventstore.dbclient.proto.streams.StreamsOuterClass.ReadResp.SubscriptionConfirmation;
import io.grpc.Context;
import io.grpc.ManagedChannel;
import io.grpc.Metadata;
import io.grpc.Server;
import io.grpc.ServerBuilder;
import io.grpc.Status;
import io.grpc.netty.shaded.io.grpc.netty.NettyChannelBuilder;
import io.grpc.netty.shaded.io.grpc.netty.NettyServerBuilder;
import io.grpc.stub.StreamObserver;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.TimeUnit;
import java.util.function.UnaryOperator;

/**
 * A server that stands before a store and passes on what it is asked, except where a test wants it to misbehave in ways
 * that the store does not know.
 */
final class Intermediary extends StreamsGrpc.StreamsImplBase implements AutoCloseable {
    private final ManagedChannel behind;
    private final Server server;
    private final int port;
    private final List<ReadReq> subscriptions = new CopyOnWriteArrayList<>();
    private final List<ReadReq> reads = new CopyOnWriteArrayList<>();
    private volatile Behaviour behaviour = StreamsGrpc.StreamsStub::read;

    /** What becomes of a read or a subscription. */
    interface Behaviour {
        void answer(StreamsGrpc.StreamsStub store, ReadReq request, StreamObserver<ReadResp> client);
    }

    Intermediary(int storePort) {
        this(storePort, UnaryOperator.identity());
    }

    Intermediary(int storePort, UnaryOperator<NettyServerBuilder> settings) {
        this.behind = NettyChannelBuilder.forAddress("127.0.0.1", storePort)
                .usePlaintext()
                .maxInboundMessageSize(64 << 20)
                .build();
        ServerBuilder<?> builder = settings.apply(
                        NettyServerBuilder.forAddress(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0)))
                .permitKeepAliveTime(1, TimeUnit.SECONDS)
                .addService(this);
        try {
            this.server = builder.build().start();
            this.port = server.getPort();
        } catch (IOException unexpected) {
            throw new UncheckedIOException(unexpected);
        }
    }

    int port() {
        return port;
    }

    String connectionString() {
        return "esdb://127.0.0.1:" + port() + "?tls=false";
    }

    void behave(Behaviour wanted) {
        behaviour = wanted;
    }

    void behaveWell() {
        behaviour = StreamsGrpc.StreamsStub::read;
    }

    /** Misbehaves in subscriptions only. */
    void behaveInSubscriptions(Behaviour wanted) {
        behaviour = (store, request, client) -> {
            if (request.getOptions().hasSubscription()) {
                wanted.answer(store, request, client);
            } else {
                store.read(request, client);
            }
        };
    }

    /** Answers every read and subscription with this error. */
    void refuse(Status status, Metadata trailers) {
        behave((store, request, client) -> client.onError(status.asRuntimeException(trailers)));
    }

    List<ReadReq> subscriptions() {
        return subscriptions;
    }

    /** All reads that are no subscriptions. */
    List<ReadReq> reads() {
        return reads;
    }

    static ReadResp confirmation() {
        return ReadResp.newBuilder()
                .setConfirmation(SubscriptionConfirmation.newBuilder().setSubscriptionId("test"))
                .build();
    }

    static Metadata trailers(String... namesAndValues) {
        Metadata trailers = new Metadata();
        for (int i = 0; i < namesAndValues.length; i += 2) {
            trailers.put(Metadata.Key.of(namesAndValues[i], Metadata.ASCII_STRING_MARSHALLER), namesAndValues[i + 1]);
        }
        return trailers;
    }

    @Override
    public void read(ReadReq request, StreamObserver<ReadResp> client) {
        if (request.getOptions().hasSubscription()) {
            subscriptions.add(request);
        } else {
            reads.add(request);
        }
        // Not cancelled with the incoming call: a deaf subscription must go on to be deaf.
        Context.ROOT.run(() -> behaviour.answer(StreamsGrpc.newStub(behind), request, client));
    }

    @Override
    public StreamObserver<AppendReq> append(StreamObserver<AppendResp> client) {
        return StreamsGrpc.newStub(behind).append(client);
    }

    @Override
    public void close() {
        server.shutdownNow();
        behind.shutdownNow();
    }
}
