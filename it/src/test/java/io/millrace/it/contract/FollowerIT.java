package io.millrace.it.contract;

import static org.assertj.core.api.Assertions.assertThat;

import com.eventstore.dbclient.EventStoreDBClient;
import com.eventstore.dbclient.NotLeaderException;
import com.eventstore.dbclient.ReadAllOptions;
import com.eventstore.dbclient.ReadStreamOptions;
import io.millrace.it.contract.StoresUnderTest.Role;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.function.Function;
import org.junit.jupiter.api.Assumptions;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/**
 * A follower, asked for what only the leader may answer. Subscriptions are left out: this client (5.4.5) loses the
 * answer to those in an exception of its own.
 */
final class FollowerIT {
    private String follower = "";

    @BeforeEach
    void find() {
        Optional<String> server = Target.find(Role.FOLLOWER);
        Assumptions.assumeTrue(server.isPresent(), "needs a follower");
        follower = server.orElseThrow();
    }

    @Test
    void refusesAppendsAndNamesTheLeader() {
        assertNamesTheLeader(
                client -> client.appendToStream(ContractTest.unique("follower"), ContractTest.event("Opened")));
    }

    @Test
    void refusesReadsOfAStreamAndNamesTheLeader() {
        assertNamesTheLeader(client -> client.readStream(ContractTest.unique("follower"), ReadStreamOptions.get()));
    }

    @Test
    void refusesReadsOfTheLogAndNamesTheLeader() {
        assertNamesTheLeader(client -> client.readAll(ReadAllOptions.get().maxCount(1)));
    }

    @Test
    void answersReadsThatDoNotRequireTheLeader() {
        EventStoreDBClient client = Target.connect(follower + "&nodePreference=random");
        try {
            assertThat(Outcome.of(client.readAll(ReadAllOptions.get().maxCount(1)))
                            .getEvents())
                    .hasSize(1);
        } finally {
            Outcome.of(client.shutdown());
        }
    }

    /** With a client of its own, since this client turns to the leader once it knows of it. */
    private void assertNamesTheLeader(Function<EventStoreDBClient, CompletableFuture<?>> call) {
        EventStoreDBClient client = Target.connect(follower);
        try {
            NotLeaderException refused = Outcome.failure(NotLeaderException.class, call.apply(client));
            assertThat(refused.getLeaderEndpoint().getHostString()).isNotEmpty();
            assertThat(refused.getLeaderEndpoint().getPort()).isPositive();
        } finally {
            Outcome.of(client.shutdown());
        }
    }
}
