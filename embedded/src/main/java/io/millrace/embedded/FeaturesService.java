package io.millrace.embedded;

import com.eventstore.dbclient.proto.serverfeatures.ServerFeaturesGrpc;
import com.eventstore.dbclient.proto.serverfeatures.Serverfeatures.SupportedMethod;
import com.eventstore.dbclient.proto.serverfeatures.Serverfeatures.SupportedMethods;
import com.eventstore.dbclient.proto.shared.Shared;
import io.grpc.stub.StreamObserver;
import java.util.List;

/** Says which calls this server answers, and whose version it follows. */
final class FeaturesService extends ServerFeaturesGrpc.ServerFeaturesImplBase {
    private static final String VERSION = "24.6.0";
    private static final String STREAMS = "event_store.client.streams.streams";
    private static final SupportedMethods METHODS = SupportedMethods.newBuilder()
            .setEventStoreServerVersion(VERSION)
            .addMethods(method(STREAMS, "read", "position", "events"))
            .addMethods(method(STREAMS, "append"))
            .addMethods(method(STREAMS, "delete"))
            .addMethods(method(STREAMS, "tombstone"))
            .addMethods(method("event_store.client.gossip.gossip", "read"))
            .addMethods(method("event_store.client.server_features.serverfeatures", "getsupportedmethods"))
            .build();

    @Override
    public void getSupportedMethods(Shared.Empty request, StreamObserver<SupportedMethods> response) {
        response.onNext(METHODS);
        response.onCompleted();
    }

    private static SupportedMethod method(String service, String name, String... features) {
        return SupportedMethod.newBuilder()
                .setServiceName(service)
                .setMethodName(name)
                .addAllFeatures(List.of(features))
                .build();
    }
}
