package io.millrace.service;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.eventstore.dbclient.EventData;
import com.eventstore.dbclient.EventStoreDBClient;
import com.eventstore.dbclient.EventStoreDBConnectionString;
import com.eventstore.dbclient.ReadStreamOptions;
import com.eventstore.dbclient.ResolvedEvent;
import io.millrace.embedded.EmbeddedEventStore;
import io.millrace.service.TestProgram.Ended;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class EventStoreCommandTest {
    @TempDir
    @SuppressWarnings("NullAway.Init")
    private Path folder;

    @Test
    void takesTheOfficialClientAndStopsCleanly() throws Exception {
        TestProgram program = start();
        String connectionString = connectionStringOf(program);

        assertThat(revisions(connectionString, true)).containsExactly(0L);
        Ended ended = program.stop();

        assertThat(ended.exitCode()).isZero();
        assertThat(ended.err()).isEmpty();
        assertThat(ended.out())
                .contains("development and tests, not for production", "in memory", "Ctrl-C")
                .contains("parseOrThrow(\"" + connectionString + "\")", "--eventstore '" + connectionString + "'");
        assertThatThrownBy(() -> revisions(connectionString, false)).isInstanceOf(Exception.class);
    }

    @Test
    void findsItsEventsAgainInItsFolder() throws Exception {
        for (int start = 1; start <= 2; start++) {
            TestProgram program = start("--data", folder.resolve("events").toString());
            assertThat(revisions(connectionStringOf(program), true)).hasSize(start);
            assertThat(program.stop().exitCode()).isZero();
        }
    }

    @Test
    void takesEveryUserThatWasNamedAndNobodyElse() throws Exception {
        TestProgram program = start("--users", "admin:ch@ngeit,reader:secret", "--users", "third:3:3");
        String first = connectionStringOf(program);

        assertThat(first).contains("//admin:ch%40ngeit@");
        assertThat(revisions(first, true)).hasSize(1);
        assertThat(revisions(first.replaceFirst("//.*@", "//reader:secret@"), false))
                .hasSize(1);
        assertThat(revisions(first.replaceFirst("//.*@", "//third:3:3@"), false))
                .hasSize(1);
        assertThatThrownBy(() -> revisions(first.replaceFirst("//.*@", "//admin:wrong@"), false))
                .hasMessageContaining("UNAUTHENTICATED");
        program.stop();
    }

    @Test
    void showsACertificateThatClientsCanVerify() throws Exception {
        TestProgram program = start("--tls", "--users", "admin:changeit");
        String connectionString = connectionStringOf(program);
        Path certificate = Path.of(connectionString.replaceFirst(".*tlsCaFile=", ""));

        assertThat(program.out()).contains("certificate  " + certificate);
        assertThat(revisions(connectionString, true)).hasSize(1);
        assertThat(program.stop().exitCode()).isZero();
        assertThat(certificate.getParent()).doesNotExist();
    }

    @Test
    void keepsTheCertificateBesideTheEvents() throws Exception {
        TestProgram program = start("--tls", "--data", folder.toString());

        assertThat(connectionStringOf(program)).endsWith("?tls=true&tlsCaFile=" + folder.resolve("ca.crt"));
        assertThat(Files.readString(folder.resolve("ca.crt"))).startsWith("-----BEGIN CERTIFICATE-----");
        program.stop();
    }

    @Test
    void saysThatThePortIsTaken() {
        try (EmbeddedEventStore other = EmbeddedEventStore.start()) {
            Ended ended = TestProgram.run("eventstore", "--port", Integer.toString(other.port()));

            assertThat(ended.exitCode()).isEqualTo(3);
            assertThat(ended.err().strip().lines()).hasSize(1);
            assertThat(ended.err())
                    .contains("does not start: a free port was expected: port=" + other.port(), "choose another");
            assertThat(ended.out()).isEmpty();
        }
    }

    @Test
    void refusesAFolderThatIsInUse() {
        TestProgram first = start("--data", folder.toString());
        connectionStringOf(first);

        Ended second = TestProgram.run("eventstore", "--port", "0", "--data", folder.toString());

        assertThat(second.exitCode()).isEqualTo(2);
        assertThat(second.err().strip().lines()).hasSize(1);
        assertThat(second.err()).contains("used by no other process", "choose another folder");
        first.stop();
    }

    private static TestProgram start(String... options) {
        List<String> args = new java.util.ArrayList<>(List.of("eventstore", "--port", "0"));
        args.addAll(List.of(options));
        return TestProgram.start(args.toArray(String[]::new));
    }

    private static String connectionStringOf(TestProgram program) {
        TestProgram.await(() -> program.out().contains("Ctrl-C") || !program.isRunning(), program::err);
        return program.out().lines().findFirst().orElseThrow(() -> new AssertionError(program.err()));
    }

    /** What stands in a stream afterwards. */
    private static List<Long> revisions(String connectionString, boolean appendOneFirst) throws Exception {
        EventStoreDBClient client =
                EventStoreDBClient.create(EventStoreDBConnectionString.parseOrThrow(connectionString));
        try {
            if (appendOneFirst) {
                byte[] data = "{}".getBytes(StandardCharsets.UTF_8);
                client.appendToStream("s-1", EventData.builderAsJson("A", data).build())
                        .get(20, TimeUnit.SECONDS);
            }
            return client.readStream("s-1", ReadStreamOptions.get()).get(20, TimeUnit.SECONDS).getEvents().stream()
                    .map(ResolvedEvent::getOriginalEvent)
                    .map(event -> event.getRevision())
                    .toList();
        } finally {
            client.shutdown().get(20, TimeUnit.SECONDS);
        }
    }
}
