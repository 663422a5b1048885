package io.millrace.it.contract;

import static org.assertj.core.api.Assertions.assertThat;

import com.eventstore.dbclient.EventStoreDBClient;
import com.eventstore.dbclient.ReadStreamOptions;
import com.eventstore.dbclient.ServerVersion;
import java.util.Optional;
import org.junit.jupiter.api.Assumptions;
import org.junit.jupiter.api.Test;

/** What the client asks a server before it does anything else. */
final class ConnectionIT extends ContractTest {
    @Test
    void namesAVersionThatTheClientUnderstands() {
        Optional<ServerVersion> version = Outcome.of(CLIENT.getServerVersion());

        assertThat(version).hasValueSatisfying(of -> assertThat(of.getMajor()).isGreaterThanOrEqualTo(23));
    }

    @Test
    void isFoundByDiscoveryThroughGossip() {
        String connectionString = Target.plain();
        int port = Target.settings(connectionString).getHosts()[0].getPort();
        Assumptions.assumeTrue(
                Wire.ofPlainServer().gossip().getMembersList().stream()
                        .anyMatch(member -> member.getHttpEndPoint().getPort() == port),
                "needs a server that advertises the port that it is reached at");
        EventStoreDBClient client =
                Target.connect(connectionString.replaceFirst("^(esdb|kurrentdb)(\\+discover)?://", "esdb+discover://"));
        try {
            String stream = unique("discover");
            Outcome.of(client.appendToStream(stream, event("Found")));
            assertThat(Outcome.of(client.readStream(stream, ReadStreamOptions.get()))
                            .getEvents())
                    .hasSize(1);
        } finally {
            Outcome.of(client.shutdown());
        }
    }
}
