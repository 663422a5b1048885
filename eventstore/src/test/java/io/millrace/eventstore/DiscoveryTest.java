package io.millrace.eventstore;

import static com.eventstore.dbclient.proto.gossip.GossipOuterClass.MemberInfo.VNodeState.CatchingUp;
import static com.eventstore.dbclient.proto.gossip.GossipOuterClass.MemberInfo.VNodeState.Follower;
import static com.eventstore.dbclient.proto.gossip.GossipOuterClass.MemberInfo.VNodeState.Leader;
import static com.eventstore.dbclient.proto.gossip.GossipOuterClass.MemberInfo.VNodeState.ReadOnlyReplica;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import com.eventstore.dbclient.NodePreference;
import com.eventstore.dbclient.proto.gossip.GossipOuterClass.EndPoint;
import com.eventstore.dbclient.proto.gossip.GossipOuterClass.MemberInfo;
import com.eventstore.dbclient.proto.gossip.GossipOuterClass.MemberInfo.VNodeState;
import io.millrace.embedded.EmbeddedEventStore;
import io.millrace.projections.EventSourceException;
import io.millrace.projections.EventSourceException.Kind;
import java.io.IOException;
import java.net.ServerSocket;
import java.time.Duration;
import java.util.List;
import org.junit.jupiter.api.Test;

/** Seeds are asked who is who, until one tells of a node that suits. */
class DiscoveryTest {
    private static final Duration PATIENCE = Duration.ofSeconds(20);

    private static MemberInfo member(String host, VNodeState state, boolean alive) {
        return MemberInfo.newBuilder()
                .setState(state)
                .setIsAlive(alive)
                .setHttpEndPoint(EndPoint.newBuilder().setAddress(host).setPort(2113))
                .build();
    }

    private static String best(NodePreference preference, MemberInfo... members) {
        return Discovery.best(List.of(members), preference).map(Endpoint::host).orElse("none");
    }

    @Test
    void choosesByPreferenceAmongTheLiving() {
        MemberInfo deadLeader = member("dead", Leader, false);
        MemberInfo leader = member("leader", Leader, true);
        MemberInfo follower = member("follower", Follower, true);
        MemberInfo replica = member("replica", ReadOnlyReplica, true);
        MemberInfo joining = member("joining", CatchingUp, true);
        assertThat(best(NodePreference.LEADER, deadLeader, follower, leader, replica))
                .isEqualTo("leader");
        assertThat(best(NodePreference.FOLLOWER, leader, joining, follower)).isEqualTo("follower");
        assertThat(best(NodePreference.READ_ONLY_REPLICA, leader, replica)).isEqualTo("replica");
        assertThat(best(NodePreference.FOLLOWER, leader, joining)).isEqualTo("leader");
        assertThat(best(NodePreference.LEADER, deadLeader, follower, joining)).isEqualTo("none");
    }

    @Test
    void passesOverSeedsThatDoNotAnswer() throws IOException {
        try (EmbeddedEventStore store = EmbeddedEventStore.start();
                EventStoreConnection connection = EventStoreConnection.open(
                        "esdb://127.0.0.1:" + freePort() + ",127.0.0.1:" + store.port() + "?tls=false")) {
            assertThat(connection.check(PATIENCE).node()).isEqualTo("127.0.0.1:" + store.port());
        }
    }

    @Test
    void findsTheNodeOfADiscoveryString() {
        try (EmbeddedEventStore store = EmbeddedEventStore.start();
                EventStoreConnection connection =
                        EventStoreConnection.open("esdb+discover://localhost:" + store.port() + "?tls=false")) {
            SignalRecorder recorder = new SignalRecorder();
            connection.appender().appendNow("a-1", ExpectedRevision.any(), Samples.numbered("A", 1, 3));
            connection
                    .source()
                    .subscribe(Samples.fromStart(Samples.ALL, "A"), recorder)
                    .request(3);
            recorder.awaitEvents(3, PATIENCE);
            store.stop();
            store.restart();
            connection.appender().appendNow("a-1", ExpectedRevision.any(), Samples.numbered("A", 4, 4));
        }
    }

    @Test
    void saysThatNoSeedAnswers() throws IOException {
        String connectionString = "esdb+discover://127.0.0.1:" + freePort() + ",127.0.0.1:" + freePort() + "?tls=false";
        try (EventStoreConnection connection = EventStoreConnection.open(connectionString)) {
            EventSourceException cause =
                    catchThrowableOfType(EventSourceException.class, () -> connection.check(PATIENCE));
            assertThat(cause.kind()).isEqualTo(Kind.UNREACHABLE);
        }
    }

    private static int freePort() throws IOException {
        try (ServerSocket socket = new ServerSocket(0)) {
            return socket.getLocalPort();
        }
    }
}
