package io.millrace.service;

import static org.assertj.core.api.Assertions.assertThat;

import io.millrace.embedded.EmbeddedEventStore;
import io.millrace.service.TestProgram.Ended;
import java.nio.file.Path;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Both servers are verified by default; what weakens that has to be asked for by name, and is logged. */
class VerifiedConnectionsTest {
    private static final String UNPROTECTED = "is not protected against somebody in between";

    @TempDir
    @SuppressWarnings("NullAway.Init")
    private Path folder;

    @SuppressWarnings("NullAway.Init")
    private static TestServers servers;

    @BeforeAll
    static void start() {
        servers = new TestServers();
    }

    @AfterAll
    static void stop() {
        servers.close();
    }

    private Ended status(String eventStore, String postgresParameters) {
        // 0.0.0.0 leads here, and yet is none of the names that always do.
        String url = servers.url().replace("127.0.0.1", "0.0.0.0") + postgresParameters;
        return TestProgram.run(
                "status",
                "--config",
                TestServers.write(
                        folder,
                        "eventstore: '" + eventStore + "'\npostgres: {url: '" + url
                                + "', user: postgres}\nprojections: {payments: }\n"));
    }

    @Test
    void aPostgresElsewhereIsRefusedUnlessItProvesWhoItIs() {
        Ended refused = status(servers.eventStore.connectionString(), "");

        assertThat(refused.exitCode()).as(refused.err()).isEqualTo(3);
        assertThat(refused.err()).contains("sslmode", "verify-full");
    }

    @Test
    void aPostgresThatNeedNotIsLogged() {
        Ended taken = status(servers.eventStore.connectionString(), "?sslmode=prefer");

        assertThat(taken.exitCode()).as(taken.err()).isZero();
        assertThat(taken.err()).contains("WARN", "PostgreSQL at 0.0.0.0 " + UNPROTECTED, "sslmode=prefer");
    }

    @Test
    void anEventStoreIsRefusedUnlessItProvesWhoItIsOrNeedNotWhichIsLogged() {
        try (EmbeddedEventStore store = EmbeddedEventStore.builder().tls().start()) {
            String verified = "esdb://localhost:" + store.port();

            Ended refused = status(verified, "?sslmode=disable");
            assertThat(refused.exitCode()).as(refused.err()).isEqualTo(3);
            assertThat(refused.err()).contains("no TLS connection with the event store", "tlsVerifyCert");

            Ended taken = status(verified + "?tlsVerifyCert=false", "?sslmode=disable");
            assertThat(taken.exitCode()).as(taken.err()).isZero();
            assertThat(taken.err()).contains("WARN", "event store at localhost", UNPROTECTED, "tlsVerifyCert=false");
        }
    }

    @Test
    void serversOnThisMachineNeedNeither() {
        Ended taken = TestProgram.run("status", "--config", servers.configure(folder, "payments"));

        assertThat(taken.exitCode()).as(taken.err()).isZero();
        assertThat(taken.err()).doesNotContain(UNPROTECTED);
    }
}
