package io.millrace.it.tapes;

import com.eventstore.dbclient.proto.gossip.GossipGrpc;
import com.eventstore.dbclient.proto.serverfeatures.ServerFeaturesGrpc;
import com.eventstore.dbclient.proto.shared.Shared.Empty;
import com.eventstore.dbclient.proto.streams.StreamsGrpc;
import com.eventstore.dbclient.proto.streams.StreamsOuterClass.AppendReq;
import com.eventstore.dbclient.proto.streams.StreamsOuterClass.DeleteReq;
import com.eventstore.dbclient.proto.streams.StreamsOuterClass.ReadReq;
import com.eventstore.dbclient.proto.streams.StreamsOuterClass.TombstoneReq;
import com.fasterxml.jackson.databind.JsonNode;
import com.google.protobuf.InvalidProtocolBufferException;
import com.google.protobuf.Message;
import com.google.protobuf.util.JsonFormat;
import io.grpc.Channel;
import io.grpc.ClientInterceptors;
import io.grpc.Metadata;
import io.grpc.stub.MetadataUtils;
import io.grpc.stub.StreamObserver;
import java.nio.charset.StandardCharsets;
import java.util.Base64;
import java.util.List;
import java.util.Optional;

/** Makes the calls of a recording over the generated stub, as whoever recorded them did. */
final class ServerUnderTest {
    private static final JsonFormat.Parser PARSER = JsonFormat.parser();

    private final Channel channel;

    /** Calls as {@code user:password}, or without credentials. */
    ServerUnderTest(Channel channel, Optional<String> credentials) {
        Metadata headers = new Metadata();
        headers.put(key("requires-leader"), "true");
        credentials.ifPresent(userAndPassword -> headers.put(
                key("authorization"),
                "Basic " + Base64.getEncoder().encodeToString(userAndPassword.getBytes(StandardCharsets.UTF_8))));
        this.channel = ClientInterceptors.intercept(channel, MetadataUtils.newAttachHeadersInterceptor(headers));
    }

    private static Metadata.Key<String> key(String name) {
        return Metadata.Key.of(name, Metadata.ASCII_STRING_MARSHALLER);
    }

    /** Begins the call; the conversation hears the answer. */
    void call(String call, JsonNode request, List<JsonNode> events, Conversation conversation) {
        StreamsGrpc.StreamsStub streams = StreamsGrpc.newStub(channel);
        switch (call) {
            case "append" -> append(streams.append(conversation.observer()), request, events);
            case "read", "subscribe" ->
                streams.read(
                        ReadReq.newBuilder()
                                .setOptions(parse(request, ReadReq.Options.newBuilder())
                                        .build())
                                .build(),
                        conversation.observer());
            case "delete" ->
                streams.delete(parse(request, DeleteReq.newBuilder()).build(), conversation.observer());
            case "tombstone" ->
                streams.tombstone(parse(request, TombstoneReq.newBuilder()).build(), conversation.observer());
            case "gossip" -> GossipGrpc.newStub(channel).read(Empty.getDefaultInstance(), conversation.observer());
            case "features" ->
                ServerFeaturesGrpc.newStub(channel)
                        .getSupportedMethods(Empty.getDefaultInstance(), conversation.observer());
            default -> throw new IllegalArgumentException("a call of the recordings was expected: " + call);
        }
    }

    private static void append(StreamObserver<AppendReq> requests, JsonNode options, List<JsonNode> events) {
        requests.onNext(AppendReq.newBuilder()
                .setOptions(parse(options, AppendReq.Options.newBuilder()))
                .build());
        for (JsonNode event : events) {
            requests.onNext(AppendReq.newBuilder()
                    .setProposedMessage(parse(event, AppendReq.ProposedMessage.newBuilder()))
                    .build());
        }
        requests.onCompleted();
    }

    private static <B extends Message.Builder> B parse(JsonNode json, B into) {
        try {
            PARSER.merge(json.toString(), into);
            return into;
        } catch (InvalidProtocolBufferException e) {
            throw new IllegalArgumentException("protobuf JSON was expected: " + json, e);
        }
    }
}
