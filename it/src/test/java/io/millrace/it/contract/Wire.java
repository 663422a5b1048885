package io.millrace.it.contract;

import com.eventstore.dbclient.EventStoreDBClient;
import com.eventstore.dbclient.EventStoreDBClientSettings;
import com.eventstore.dbclient.proto.gossip.GossipGrpc;
import com.eventstore.dbclient.proto.gossip.GossipOuterClass.ClusterInfo;
import com.eventstore.dbclient.proto.serverfeatures.ServerFeaturesGrpc;
import com.eventstore.dbclient.proto.serverfeatures.Serverfeatures.SupportedMethods;
import com.eventstore.dbclient.proto.shared.Shared.Empty;
import com.eventstore.dbclient.proto.streams.StreamsGrpc;
import com.eventstore.dbclient.proto.streams.StreamsOuterClass.AppendReq;
import com.eventstore.dbclient.proto.streams.StreamsOuterClass.AppendResp;
import com.eventstore.dbclient.proto.streams.StreamsOuterClass.ReadReq;
import com.eventstore.dbclient.proto.streams.StreamsOuterClass.ReadResp;
import io.grpc.CallOptions;
import io.grpc.Channel;
import io.grpc.ClientCall;
import io.grpc.ClientInterceptor;
import io.grpc.ClientInterceptors;
import io.grpc.Metadata;
import io.grpc.MethodDescriptor;
import io.grpc.stub.ClientCalls;
import io.grpc.stub.MetadataUtils;
import io.grpc.stub.StreamObserver;
import java.nio.charset.StandardCharsets;
import java.util.Base64;
import java.util.Iterator;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicReference;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * The stubs in the client's jar over the client's own channel: for what the protocol has and the client cannot say, such
 * as prefixes, filtered reads, and requests that lack something.
 */
final class Wire {
    private static final Pattern USER = Pattern.compile("://([^/@]+)@");
    private static final Wire OF_PLAIN_SERVER = new Wire(Target.plain());

    private final Channel channel;

    private Wire(String connectionString) {
        AtomicReference<Channel> used = new AtomicReference<>();
        EventStoreDBClientSettings settings = Target.settings(connectionString);
        settings.getInterceptors().add(new ClientInterceptor() {
            @Override
            public <Q, R> ClientCall<Q, R> interceptCall(
                    MethodDescriptor<Q, R> method, CallOptions options, Channel next) {
                used.set(next);
                return next.newCall(method, options);
            }
        });
        Outcome.of(EventStoreDBClient.create(settings).getServerVersion());
        this.channel = ClientInterceptors.intercept(
                used.get(), MetadataUtils.newAttachHeadersInterceptor(headers(connectionString)));
    }

    private static Metadata headers(String connectionString) {
        Metadata headers = new Metadata();
        headers.put(Metadata.Key.of("requires-leader", Metadata.ASCII_STRING_MARSHALLER), "true");
        Matcher user = USER.matcher(connectionString);
        if (user.find()) {
            String basic = Base64.getEncoder().encodeToString(user.group(1).getBytes(StandardCharsets.UTF_8));
            headers.put(Metadata.Key.of("authorization", Metadata.ASCII_STRING_MARSHALLER), "Basic " + basic);
        }
        return headers;
    }

    static Wire ofPlainServer() {
        return OF_PLAIN_SERVER;
    }

    ClusterInfo gossip() {
        return GossipGrpc.newBlockingStub(channel).read(Empty.getDefaultInstance());
    }

    SupportedMethods features() {
        return ServerFeaturesGrpc.newBlockingStub(channel).getSupportedMethods(Empty.getDefaultInstance());
    }

    /** Throws StatusRuntimeException from the iterator where the server refuses. */
    Iterator<ReadResp> read(ReadReq.Options options) {
        return StreamsGrpc.newBlockingStub(channel)
                .withDeadlineAfter(30, TimeUnit.SECONDS)
                .read(ReadReq.newBuilder().setOptions(options).build());
    }

    CompletableFuture<AppendResp> append(AppendReq... messages) {
        CompletableFuture<AppendResp> answer = new CompletableFuture<>();
        StreamObserver<AppendReq> requests = ClientCalls.asyncClientStreamingCall(
                channel.newCall(
                        StreamsGrpc.getAppendMethod(), CallOptions.DEFAULT.withDeadlineAfter(30, TimeUnit.SECONDS)),
                new StreamObserver<>() {
                    @Override
                    public void onNext(AppendResp response) {
                        answer.complete(response);
                    }

                    @Override
                    public void onError(Throwable cause) {
                        answer.completeExceptionally(cause);
                    }

                    @Override
                    public void onCompleted() {}
                });
        for (AppendReq message : messages) {
            requests.onNext(message);
        }
        requests.onCompleted();
        return answer;
    }
}
