package io.millrace.it.contract;

import static org.assertj.core.api.Assertions.assertThat;

import com.eventstore.dbclient.AppendToStreamOptions;
import com.eventstore.dbclient.EventStoreDBClient;
import com.eventstore.dbclient.ReadAllOptions;
import com.eventstore.dbclient.ReadStreamOptions;
import com.eventstore.dbclient.SubscribeToAllOptions;
import com.eventstore.dbclient.SubscribeToStreamOptions;
import io.grpc.Status;
import io.millrace.it.contract.StoresUnderTest.Role;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.Assumptions;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** A server with users and TLS. What users other than administrators may do was not recorded. */
final class UsersIT {
    private static Optional<EventStoreDBClient> administrator = Optional.empty();
    private static Optional<EventStoreDBClient> nobody = Optional.empty();

    @BeforeAll
    static void connect() {
        Optional<String> server = Target.find(Role.SECURED);
        Assumptions.assumeTrue(server.isPresent(), "needs a server with users and TLS");
        administrator = server.map(Target::connect);
        nobody = server.map(connectionString -> connectionString.replaceFirst("://[^/@]*@", "://"))
                .map(Target::connect);
    }

    @AfterAll
    static void disconnect() {
        administrator.ifPresent(client -> Outcome.of(client.shutdown()));
        nobody.ifPresent(client -> Outcome.of(client.shutdown()));
    }

    @Test
    void anAdministratorMayDoEverything() {
        EventStoreDBClient client = administrator.orElseThrow();
        String stream = ContractTest.unique("users");
        Outcome.of(client.appendToStream(stream, ContractTest.event("Opened")));
        Heard ofStream = new Heard();
        Heard ofAll = new Heard();
        try (ofStream;
                ofAll) {
            ofStream.with(client.subscribeToStream(stream, ofStream)).awaitCaughtUp();
            ofAll.with(client.subscribeToAll(ofAll)).awaitEvents(1);
        }
        assertThat(ofStream.outline()).containsExactly("confirmed", "#0", "caughtUp");
        assertThat(Outcome.of(client.readAll(ReadAllOptions.get().maxCount(3))).getEvents())
                .hasSize(3);
        Outcome.of(client.deleteStream(stream));
    }

    @Test
    void whoGivesNoCredentialsIsDenied() {
        EventStoreDBClient client = nobody.orElseThrow();
        String stream = ContractTest.unique("users");

        for (CompletableFuture<?> call : List.of(
                client.appendToStream(stream, ContractTest.event("Opened")),
                client.readStream(stream, ReadStreamOptions.get()),
                client.readAll(),
                client.subscribeToStream(stream, new Heard()),
                client.subscribeToAll(new Heard()))) {
            assertThat(Outcome.trailer(Outcome.refusal(Status.Code.PERMISSION_DENIED, call), "exception"))
                    .isEqualTo("access-denied");
        }
    }

    @ParameterizedTest
    @CsvSource({"admin,wrong", "nobody,x"})
    void whoGivesWrongCredentialsIsNotAuthenticated(String user, String password) {
        EventStoreDBClient client = nobody.orElseThrow();
        String stream = ContractTest.unique("users");

        for (CompletableFuture<?> call : List.of(
                client.appendToStream(
                        stream,
                        AppendToStreamOptions.get().authenticated(user, password),
                        ContractTest.event("Opened")),
                client.readStream(stream, ReadStreamOptions.get().authenticated(user, password)),
                client.readAll(ReadAllOptions.get().authenticated(user, password)),
                client.subscribeToStream(
                        stream, new Heard(), SubscribeToStreamOptions.get().authenticated(user, password)),
                client.subscribeToAll(new Heard(), SubscribeToAllOptions.get().authenticated(user, password)))) {
            Outcome.refusal(Status.Code.UNAUTHENTICATED, call);
        }
    }
}
