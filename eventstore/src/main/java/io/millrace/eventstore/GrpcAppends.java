package io.millrace.eventstore;

import com.eventstore.dbclient.proto.shared.Shared;
import com.eventstore.dbclient.proto.shared.Shared.Empty;
import com.eventstore.dbclient.proto.shared.Shared.StreamIdentifier;
import com.eventstore.dbclient.proto.streams.StreamsGrpc;
import com.eventstore.dbclient.proto.streams.StreamsOuterClass.AppendReq;
import com.eventstore.dbclient.proto.streams.StreamsOuterClass.AppendResp;
import com.google.protobuf.ByteString;
import com.google.protobuf.UnsafeByteOperations;
import io.grpc.CallOptions;
import io.grpc.Channel;
import io.grpc.ClientCall;
import io.grpc.Metadata;
import io.grpc.Status;
import io.millrace.checkpoint.Position;
import io.millrace.eventstore.AppendException.Kind;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/** Makes append calls over gRPC, to the leader. Safe for use by several threads. */
final class GrpcAppends {
    private static final int REDIRECTS = 3;
    private static final String JSON = "application/json";
    private static final String OCTETS = "application/octet-stream";

    private final Transport transport;
    private final NodeConnection node;

    GrpcAppends(Transport transport) {
        this.transport = transport;
        this.node = new NodeConnection(transport);
    }

    /** What is sent: the options first, then the events. */
    record Request(String stream, ExpectedRevision expected, List<AppendReq> messages) {}

    static Request request(String stream, ExpectedRevision expected, List<NewEvent> events) {
        List<AppendReq> messages = new ArrayList<>(events.size() + 1);
        messages.add(
                AppendReq.newBuilder().setOptions(options(stream, expected)).build());
        events.forEach(event -> messages.add(
                AppendReq.newBuilder().setProposedMessage(proposed(event)).build()));
        return new Request(stream, expected, messages);
    }

    private static AppendReq.Options.Builder options(String stream, ExpectedRevision expected) {
        AppendReq.Options.Builder options = AppendReq.Options.newBuilder()
                .setStreamIdentifier(StreamIdentifier.newBuilder().setStreamName(ByteString.copyFromUtf8(stream)));
        if (expected instanceof ExpectedRevision.Exactly exactly) {
            return options.setRevision(exactly.revision());
        }
        return expected instanceof ExpectedRevision.NoStream
                ? options.setNoStream(Empty.getDefaultInstance())
                : options.setAny(Empty.getDefaultInstance());
    }

    private static AppendReq.ProposedMessage.Builder proposed(NewEvent event) {
        return AppendReq.ProposedMessage.newBuilder()
                .setId(Shared.UUID
                        .newBuilder()
                        .setStructured(Shared.UUID
                                .Structured
                                .newBuilder()
                                .setMostSignificantBits(event.eventId().getMostSignificantBits())
                                .setLeastSignificantBits(event.eventId().getLeastSignificantBits())))
                .putMetadata("type", event.type())
                .putMetadata("content-type", event.isJson() ? JSON : OCTETS)
                .setData(UnsafeByteOperations.unsafeWrap(event.data()))
                .setCustomMetadata(UnsafeByteOperations.unsafeWrap(event.metadata()));
    }

    /**
     * Sends it; the result fails with an {@link AppendException}. Another leader is followed: whoever is none has not
     * written.
     */
    void send(Request request, CompletableFuture<Appended> result) {
        send(request, REDIRECTS, result);
    }

    private void send(Request request, int redirects, CompletableFuture<Appended> result) {
        try {
            transport.execute(() -> connectAndSend(request, redirects, result));
        } catch (RejectedExecutionException closed) {
            result.completeExceptionally(notSent(request.stream(), "the connection was closed", closed));
        }
    }

    private void connectAndSend(Request request, int redirects, CompletableFuture<Appended> result) {
        node.whenConnected((channel, error) -> {
            if (channel == null) {
                node.reconnect(Optional.empty());
                Metadata noTrailers = new Metadata();
                CallEnd end = CallEnd.of(Status.fromThrowable(error), noTrailers, node.target());
                result.completeExceptionally(failure(request, end, noTrailers));
            } else {
                new AppendCall(channel, request, redirects, result).begin();
            }
        });
    }

    private void ended(
            Channel channel,
            Request request,
            int redirects,
            Status status,
            Metadata trailers,
            CompletableFuture<Appended> result) {
        CallEnd end = CallEnd.of(status, trailers, node.target());
        if (end instanceof CallEnd.NotLeader elsewhere && redirects > 0) {
            node.replace(channel, elsewhere.leader());
            send(request, redirects - 1, result);
            return;
        }
        if (end instanceof CallEnd.Passing) {
            node.replace(channel, Optional.empty());
        }
        result.completeExceptionally(failure(request, end, trailers));
    }

    private static AppendException failure(Request request, CallEnd end, Metadata trailers) {
        Kind kind = new CallEnd.Trailers(trailers).isException("maximum-append-size-exceeded")
                ? Kind.TOO_LARGE
                : switch (end.cause().kind()) {
                    case DENIED -> Kind.DENIED;
                    case UNREACHABLE -> Kind.UNREACHABLE;
                    case OTHER_HISTORY, INVALID -> Kind.INVALID;
                };
        String consequence =
                kind == Kind.UNREACHABLE ? "; whether it was written is not known" : "; nothing was written";
        return new AppendException(
                kind,
                request.stream(),
                "could not append " + (request.messages().size() - 1) + " events to " + request.stream() + ": "
                        + end.cause().getMessage() + consequence,
                end.cause());
    }

    static AppendException notSent(String stream, String why, Throwable cause) {
        return new AppendException(Kind.UNREACHABLE, stream, "nothing was appended to " + stream + ": " + why, cause);
    }

    void close() {
        node.close();
    }

    /** One call. */
    private final class AppendCall extends ClientCall.Listener<AppendResp> {
        private final Channel channel;
        private final Request request;
        private final int redirects;
        private final CompletableFuture<Appended> result;
        private @Nullable AppendResp answer;

        AppendCall(Channel channel, Request request, int redirects, CompletableFuture<Appended> result) {
            this.channel = channel;
            this.request = request;
            this.redirects = redirects;
            this.result = result;
        }

        void begin() {
            ClientCall<AppendReq, AppendResp> call = channel.newCall(
                    StreamsGrpc.getAppendMethod(),
                    CallOptions.DEFAULT.withDeadlineAfter(
                            transport.settings().appendDeadline().toMillis(), TimeUnit.MILLISECONDS));
            call.start(this, transport.settings().headers(true));
            call.request(2);
            request.messages().forEach(call::sendMessage);
            call.halfClose();
        }

        @Override
        public void onMessage(AppendResp message) {
            answer = message;
        }

        @Override
        public void onClose(Status status, Metadata trailers) {
            AppendResp said = answer;
            if (!status.isOk() || said == null) {
                ended(channel, request, redirects, status.isOk() ? Status.UNAVAILABLE : status, trailers, result);
            } else if (said.hasSuccess()) {
                result.complete(appended(said.getSuccess()));
            } else {
                result.completeExceptionally(wrongRevision(said.getWrongExpectedVersion()));
            }
        }

        private static Appended appended(AppendResp.Success success) {
            return new Appended(
                    success.getCurrentRevision(),
                    success.hasPosition()
                            ? Optional.of(Position.inLog(
                                    success.getPosition().getCommitPosition(),
                                    success.getPosition().getPreparePosition()))
                            : Optional.empty());
        }

        private AppendException wrongRevision(AppendResp.WrongExpectedVersion wrong) {
            OptionalLong current =
                    wrong.hasCurrentRevision() ? OptionalLong.of(wrong.getCurrentRevision()) : OptionalLong.empty();
            return new AppendException(request.stream(), request.expected(), current);
        }
    }
}
