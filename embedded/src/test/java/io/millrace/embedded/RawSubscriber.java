package io.millrace.embedded;

import com.eventstore.dbclient.proto.shared.Shared.Empty;
import com.eventstore.dbclient.proto.shared.Shared.StreamIdentifier;
import com.eventstore.dbclient.proto.streams.StreamsGrpc;
import com.eventstore.dbclient.proto.streams.StreamsOuterClass.AppendReq;
import com.eventstore.dbclient.proto.streams.StreamsOuterClass.AppendResp;
import com.eventstore.dbclient.proto.streams.StreamsOuterClass.ReadReq;
import com.eventstore.dbclient.proto.streams.StreamsOuterClass.ReadResp;
import com.google.protobuf.ByteString;
import io.grpc.ManagedChannel;
import io.grpc.ManagedChannelBuilder;
import io.grpc.Metadata;
import io.grpc.Status;
import io.grpc.stub.ClientCallStreamObserver;
import io.grpc.stub.ClientResponseObserver;
import io.grpc.stub.MetadataUtils;
import io.grpc.stub.StreamObserver;
import java.util.UUID;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;

/** The generated stub on a channel of its own: sees what comes over the wire, and how a call ends. */
final class RawSubscriber implements AutoCloseable {
    private static final Metadata.Key<String> REQUIRES_LEADER =
            Metadata.Key.of("requires-leader", Metadata.ASCII_STRING_MARSHALLER);

    private final ManagedChannel channel;
    private final StreamsGrpc.StreamsStub stub;
    private final BlockingQueue<String> heard = new LinkedBlockingQueue<>();
    private final CompletableFuture<Status> ended = new CompletableFuture<>();

    RawSubscriber(int port) {
        channel = ManagedChannelBuilder.forAddress("127.0.0.1", port)
                .usePlaintext()
                .build();
        Metadata headers = new Metadata();
        headers.put(REQUIRES_LEADER, "true");
        stub = StreamsGrpc.newStub(channel).withInterceptors(MetadataUtils.newAttachHeadersInterceptor(headers));
    }

    /** Subscribes to a stream from its start. */
    RawSubscriber subscribe(String stream) {
        Empty yes = Empty.getDefaultInstance();
        stub.read(
                ReadReq.newBuilder()
                        .setOptions(ReadReq.Options.newBuilder()
                                .setStream(ReadReq.Options.StreamOptions.newBuilder()
                                        .setStreamIdentifier(identifier(stream))
                                        .setStart(yes))
                                .setSubscription(ReadReq.Options.SubscriptionOptions.getDefaultInstance())
                                .setNoFilter(yes)
                                .setUuidOption(
                                        ReadReq.Options.UUIDOption.newBuilder().setString(yes)))
                        .build(),
                new Listener());
        return this;
    }

    void append(String stream, int count) throws Exception {
        begin(stream, count).get(20, TimeUnit.SECONDS);
    }

    CompletableFuture<AppendResp> begin(String stream, int count) {
        CompletableFuture<AppendResp> answer = new CompletableFuture<>();
        StreamObserver<AppendReq> requests = stub.append(new StreamObserver<>() {
            @Override
            public void onNext(AppendResp value) {
                answer.complete(value);
            }

            @Override
            public void onError(Throwable t) {
                answer.completeExceptionally(t);
            }

            @Override
            public void onCompleted() {}
        });
        requests.onNext(AppendReq.newBuilder()
                .setOptions(AppendReq.Options.newBuilder()
                        .setStreamIdentifier(identifier(stream))
                        .setAny(Empty.getDefaultInstance()))
                .build());
        for (int i = 0; i < count; i++) {
            requests.onNext(AppendReq.newBuilder()
                    .setProposedMessage(AppendReq.ProposedMessage.newBuilder()
                            .setId(com.eventstore.dbclient.proto.shared.Shared.UUID
                                    .newBuilder()
                                    .setString(UUID.randomUUID().toString()))
                            .putMetadata("type", "Happened")
                            .putMetadata("content-type", "application/json")
                            .setData(ByteString.copyFromUtf8("{}")))
                    .build());
        }
        requests.onCompleted();
        return answer;
    }

    private static StreamIdentifier identifier(String stream) {
        return StreamIdentifier.newBuilder()
                .setStreamName(ByteString.copyFromUtf8(stream))
                .build();
    }

    /** What came next: a revision, {@code caughtUp}, {@code confirmation}, …; {@code silence} after a long time without. */
    String next() throws InterruptedException {
        String message = heard.poll(20, TimeUnit.SECONDS);
        return message == null ? "silence" : message;
    }

    /** Whether nothing comes for half a second. */
    boolean hearsNothing() throws InterruptedException {
        String message = heard.poll(500, TimeUnit.MILLISECONDS);
        return message == null;
    }

    /** Passes over everything up to and with this message. */
    RawSubscriber skipTo(String message) throws InterruptedException {
        String next;
        do {
            next = next();
            if (next.equals("silence")) {
                throw new AssertionError("never came: " + message);
            }
        } while (!next.equals(message));
        return this;
    }

    int waiting() {
        return heard.size();
    }

    /** How the call ended. */
    Status end() throws Exception {
        return ended.get(20, TimeUnit.SECONDS);
    }

    boolean hasEnded() {
        return ended.isDone();
    }

    @Override
    public void close() {
        channel.shutdownNow();
    }

    private final class Listener implements ClientResponseObserver<ReadReq, ReadResp> {
        @Override
        public void beforeStart(ClientCallStreamObserver<ReadReq> call) {}

        @Override
        public void onNext(ReadResp message) {
            heard.add(
                    message.hasEvent()
                            ? Long.toString(message.getEvent().getEvent().getStreamRevision())
                            : switch (message.getContentCase()) {
                                case CONFIRMATION -> "confirmation";
                                case CAUGHT_UP -> "caughtUp";
                                case FELL_BEHIND -> "fellBehind";
                                default -> message.getContentCase().name();
                            });
        }

        @Override
        public void onError(Throwable failure) {
            ended.complete(Status.fromThrowable(failure));
        }

        @Override
        public void onCompleted() {
            ended.complete(Status.OK);
        }
    }
}
