package io.millrace.embedded;

import com.eventstore.dbclient.proto.gossip.GossipGrpc;
import com.eventstore.dbclient.proto.gossip.GossipOuterClass.ClusterInfo;
import com.eventstore.dbclient.proto.gossip.GossipOuterClass.EndPoint;
import com.eventstore.dbclient.proto.gossip.GossipOuterClass.MemberInfo;
import com.eventstore.dbclient.proto.shared.Shared;
import io.grpc.stub.StreamObserver;
import java.time.Instant;
import java.util.UUID;
import java.util.function.IntSupplier;

/** Says that this one node is the whole cluster; what {@code esdb+discover://} asks first. */
final class GossipService extends GossipGrpc.GossipImplBase {
    private final UUID instance = UUID.randomUUID();
    private final String host;
    private final IntSupplier port;
    private final FaultGate gate;

    GossipService(String host, IntSupplier port, FaultGate gate) {
        this.host = host;
        this.port = port;
        this.gate = gate;
    }

    @Override
    public void read(Shared.Empty request, StreamObserver<ClusterInfo> response) {
        ClusterInfo.Builder cluster = ClusterInfo.newBuilder();
        boolean follows = gate.leader.isPresent();
        cluster.addMembers(member(
                instance,
                follows ? MemberInfo.VNodeState.Follower : MemberInfo.VNodeState.Leader,
                host,
                port.getAsInt()));
        gate.leader.ifPresent(leader -> cluster.addMembers(
                member(UUID.randomUUID(), MemberInfo.VNodeState.Leader, leader.host(), leader.port())));
        response.onNext(cluster.build());
        response.onCompleted();
    }

    private static MemberInfo member(UUID id, MemberInfo.VNodeState state, String host, int port) {
        Instant now = Instant.now();
        return MemberInfo.newBuilder()
                .setInstanceId(Shared.UUID
                        .newBuilder()
                        .setStructured(Shared.UUID
                                .Structured
                                .newBuilder()
                                .setMostSignificantBits(id.getMostSignificantBits())
                                .setLeastSignificantBits(id.getLeastSignificantBits())))
                .setTimeStamp(now.getEpochSecond() * 10_000_000 + now.getNano() / 100)
                .setState(state)
                .setIsAlive(true)
                .setHttpEndPoint(EndPoint.newBuilder().setAddress(host).setPort(port))
                .build();
    }
}
