package io.millrace.service;

import static org.assertj.core.api.Assertions.assertThat;

import io.millrace.embedded.EmbeddedEventStore;
import io.millrace.service.TestProgram.Ended;
import java.io.IOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.SQLException;
import java.util.List;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class BadInputTest {
    private static final String GOOD = "{\"account\":\"a\",\"amount\":1,\"note\":\"good\"}";

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

    private static int unusedPort() throws IOException {
        try (ServerSocket socket = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
            return socket.getLocalPort();
        }
    }

    private Ended run(String eventStore, String postgres) {
        return TestProgram.run(
                "run",
                "--config",
                TestServers.write(
                        folder,
                        "eventstore: " + eventStore + "\npostgres: " + postgres + "\nprojections: {payments: }\n"));
    }

    private static void assertOneSentence(Ended ended, int exitCode, String... parts) {
        assertThat(ended.exitCode()).as(ended.err()).isEqualTo(exitCode);
        assertThat(ended.err().strip().lines()).as(ended.err()).hasSize(1);
        assertThat(ended.err()).contains(parts).doesNotContain("hunter2", "Exception");
    }

    private String postgres() {
        return "{url: '" + servers.url() + "', user: postgres}";
    }

    @Test
    void noEventStoreThere() throws IOException {
        assertOneSentence(run("esdb://127.0.0.1:" + unusedPort() + "?tls=false", postgres()), 3, "127.0.0.1");
    }

    @Test
    void noPostgresThere() throws IOException {
        String nowhere = "{url: 'jdbc:postgresql://127.0.0.1:" + unusedPort() + "/x', user: x, password: hunter2}";

        assertOneSentence(run(servers.eventStore.connectionString(), nowhere), 3, "PostgreSQL cannot be reached");
    }

    @Test
    void wrongPasswordForTheEventStore() {
        try (EmbeddedEventStore locked =
                EmbeddedEventStore.builder().user("admin", "changeit").start()) {
            String wrong = locked.connectionString().replaceFirst("//(.*@)?", "//admin:hunter2@");

            assertOneSentence(run(wrong, postgres()), 3, "refused");
        }
    }

    @Test
    void wrongPasswordForPostgres() throws Exception {
        servers.execute("CREATE ROLE locked LOGIN PASSWORD 'right'");
        String file = servers.query("SHOW hba_file").get(0);
        Path hba = Path.of(file);
        String trusting = Files.readString(hba);
        Files.writeString(hba, "host all locked 127.0.0.1/32 scram-sha-256\n" + trusting);
        servers.execute("SELECT pg_reload_conf()");

        Ended ended = run(
                servers.eventStore.connectionString(),
                "{url: '" + servers.url() + "', user: locked, password: hunter2}");

        assertOneSentence(ended, 3, "PostgreSQL refused the login");
    }

    @Test
    void tlsWhereTheEventStoreHasNone() {
        String tls = servers.eventStore.connectionString().replace("tls=false", "tls=true");

        assertOneSentence(run(tls, postgres()), 3, "TLS");
    }

    @Test
    void tlsWherePostgresHasNone() {
        String tls = "{url: '" + servers.url() + "?sslmode=require', user: postgres}";

        assertOneSentence(run(servers.eventStore.connectionString(), tls), 3, "encryption");
    }

    @Test
    void aTableThatBelongsToSomebodyElse() throws SQLException {
        servers.execute("CREATE ROLE guest LOGIN; CREATE SCHEMA theirs;"
                + " CREATE TABLE theirs.payments (account text PRIMARY KEY, total bigint, last_note text)");
        String guest = "{url: '" + servers.url() + "', user: guest, schema: theirs}";

        Ended ended = run(servers.eventStore.connectionString(), guest);

        assertThat(ended.exitCode()).as(ended.err()).isEqualTo(5);
        assertThat(ended.err()).contains("cannot start", "administrator");
        assertThat(servers.query("SELECT 1 FROM theirs.payments")).isEmpty();
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "malformed      | {\"account\":\"a\",",
                "not-fitting    | {\"account\":\"a\",\"amount\":\"lots\",\"note\":\"x\"}",
                "missing        | {\"account\":\"a\",\"note\":\"x\"}",
                "nul            | {\"account\":\"a\",\"amount\":1,\"note\":\"x\\u0000y\"}",
                "overflow       | {\"account\":\"a\",\"amount\":9223372036854775807,\"note\":\"x\"}",
                "long-key       | {\"account\":\"LONG\",\"amount\":1,\"note\":\"x\"}",
            })
    void anEventThatCannotBeHandled(String name, String data) throws SQLException {
        String stream = "account-" + name;
        String bad = data.replace("LONG", "k".repeat(10_000));
        try (TestServers fresh = new TestServers()) {
            fresh.append(stream, "Paid", GOOD, GOOD, bad, GOOD);

            Ended ended = TestProgram.run("run", "--config", fresh.configure(folder, "payments"));

            assertThat(ended.exitCode()).as(ended.err()).isEqualTo(1);
            List<String> failures =
                    ended.err().lines().filter(line -> line.contains("FAILED")).toList();
            assertThat(failures).hasSize(1);
            assertThat(failures.get(0)).contains("event Paid " + stream + "#2 at ");
            assertThat(ended.err()).doesNotContain("\tat ", "an error in Millrace");
            assertThat(fresh.query("SELECT total FROM payments")).containsExactly("2");
        }
    }
}
