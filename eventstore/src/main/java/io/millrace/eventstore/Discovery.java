package io.millrace.eventstore;

import com.eventstore.dbclient.NodePreference;
import com.eventstore.dbclient.proto.gossip.GossipGrpc;
import com.eventstore.dbclient.proto.gossip.GossipOuterClass.ClusterInfo;
import com.eventstore.dbclient.proto.gossip.GossipOuterClass.MemberInfo;
import com.eventstore.dbclient.proto.gossip.GossipOuterClass.MemberInfo.VNodeState;
import com.eventstore.dbclient.proto.shared.Shared.Empty;
import io.grpc.ManagedChannel;
import io.grpc.Status;
import io.grpc.stub.MetadataUtils;
import io.grpc.stub.StreamObserver;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;

/** Finds a node by asking the seeds, one after the other, who is who in the cluster. */
final class Discovery {
    private final Transport transport;

    Discovery(Transport transport) {
        this.transport = transport;
    }

    /** A node and the connection to it. */
    record Node(Endpoint endpoint, ManagedChannel channel) {}

    /** Finds a node; fails with the status of the last seed that was asked. */
    CompletableFuture<Node> find() {
        List<Endpoint> seeds = new ArrayList<>(transport.settings().hosts());
        Collections.shuffle(seeds);
        CompletableFuture<Node> result = new CompletableFuture<>();
        askInTurn(
                seeds,
                Status.UNAVAILABLE.withDescription("no node that suits nodePreference="
                        + transport.settings().nodePreference() + " is known to " + transport.settings()),
                result);
        return result;
    }

    private void askInTurn(List<Endpoint> seeds, Status otherwise, CompletableFuture<Node> result) {
        if (seeds.isEmpty()) {
            result.completeExceptionally(otherwise.asRuntimeException());
            return;
        }
        Endpoint seed = seeds.get(0);
        ManagedChannel channel = transport.channel(seed);
        var unused = ask(channel).whenComplete((cluster, error) -> {
            Optional<Endpoint> best = error == null
                    ? best(cluster.getMembersList(), transport.settings().nodePreference())
                    : Optional.empty();
            if (best.isPresent() && best.get().isSameAs(seed)) {
                result.complete(new Node(seed, channel));
                return;
            }
            channel.shutdownNow();
            if (best.isPresent()) {
                result.complete(new Node(best.get(), transport.channel(best.get())));
            } else {
                askInTurn(
                        seeds.subList(1, seeds.size()),
                        error == null ? otherwise : Status.fromThrowable(error),
                        result);
            }
        });
    }

    private CompletableFuture<ClusterInfo> ask(ManagedChannel channel) {
        CompletableFuture<ClusterInfo> answer = new CompletableFuture<>();
        ConnectionSettings settings = transport.settings();
        GossipGrpc.newStub(channel)
                .withDeadlineAfter(settings.gossipTimeout().toMillis(), TimeUnit.MILLISECONDS)
                .withInterceptors(MetadataUtils.newAttachHeadersInterceptor(settings.headers(false)))
                .read(Empty.getDefaultInstance(), new StreamObserver<>() {
                    @Override
                    public void onNext(ClusterInfo cluster) {
                        answer.complete(cluster);
                    }

                    @Override
                    public void onError(Throwable error) {
                        answer.completeExceptionally(error);
                    }

                    @Override
                    public void onCompleted() {
                        answer.completeExceptionally(Status.UNAVAILABLE
                                .withDescription("the node did not say who is in the cluster")
                                .asRuntimeException());
                    }
                });
        return answer;
    }

    /** The preferred node; if that is not the leader, any other that can answer stands in for it. */
    static Optional<Endpoint> best(List<MemberInfo> members, NodePreference preference) {
        List<MemberInfo> usable = new ArrayList<>(members.stream()
                .filter(member -> member.getIsAlive() && member.hasHttpEndPoint() && canAnswer(member.getState()))
                .toList());
        Collections.shuffle(usable);
        Optional<MemberInfo> preferred = usable.stream()
                .filter(member -> suits(member.getState(), preference))
                .findFirst();
        return (preference == NodePreference.LEADER
                        ? preferred
                        : preferred.or(() -> usable.stream().findFirst()))
                .map(member -> new Endpoint(
                        member.getHttpEndPoint().getAddress(),
                        member.getHttpEndPoint().getPort()));
    }

    private static boolean canAnswer(VNodeState state) {
        return state == VNodeState.Leader || state == VNodeState.Follower || state == VNodeState.ReadOnlyReplica;
    }

    private static boolean suits(VNodeState state, NodePreference preference) {
        return switch (preference) {
            case LEADER -> state == VNodeState.Leader;
            case FOLLOWER -> state == VNodeState.Follower;
            case READ_ONLY_REPLICA -> state == VNodeState.ReadOnlyReplica;
            case RANDOM -> true;
        };
    }
}
