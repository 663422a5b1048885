package io.millrace.eventstore;

import static io.millrace.eventstore.Samples.ALL;
import static io.millrace.eventstore.Samples.event;
import static io.millrace.eventstore.Samples.fromStart;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import io.grpc.Metadata;
import io.grpc.Status;
import io.millrace.embedded.EmbeddedEventStore;
import io.millrace.projections.EventSourceException;
import io.millrace.projections.EventSourceException.Kind;
import io.millrace.projections.SourceSignal;
import java.io.IOException;
import java.net.ServerSocket;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.UUID;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.api.parallel.Execution;
import org.junit.jupiter.api.parallel.ExecutionMode;

/** What trying again does not mend ends a subscription, with a sentence; {@code check} tells it at once. */
@Execution(ExecutionMode.CONCURRENT)
class RefusalTest {
    private static final Duration PATIENCE = Duration.ofSeconds(20);
    private static final Duration CHECK = Duration.ofSeconds(20);

    @TempDir
    Path folder;

    private final EmbeddedEventStore store =
            EmbeddedEventStore.builder().maxAppendSize(16 << 20).start();
    private final Intermediary intermediary = new Intermediary(store.port());

    @AfterEach
    void close() {
        intermediary.close();
        store.close();
    }

    private static EventSourceException failure(String connectionString) {
        SignalRecorder recorder = new SignalRecorder();
        try (EventStoreConnection connection = EventStoreConnection.open(connectionString)) {
            connection.source().subscribe(fromStart(ALL, "Viewed"), recorder).request(10);
            recorder.awaitCount(SourceSignal.Failed.class, 1, PATIENCE);
            return recorder.all(SourceSignal.Failed.class).get(0).cause();
        }
    }

    private static EventSourceException checkFailure(String connectionString) {
        try (EventStoreConnection connection = EventStoreConnection.open(connectionString)) {
            return catchThrowableOfType(EventSourceException.class, () -> connection.check(CHECK));
        }
    }

    @Test
    void endsWhenThePasswordIsWrong() {
        intermediary.refuse(Status.UNAUTHENTICATED.withDescription("Unauthenticated"), new Metadata());
        String connectionString = "esdb://admin:s3cret@127.0.0.1:" + intermediary.port() + "?tls=false";
        for (EventSourceException cause : List.of(failure(connectionString), checkFailure(connectionString))) {
            assertThat(cause.kind()).isEqualTo(Kind.DENIED);
            assertThat(cause)
                    .hasMessageContaining("user name or the password")
                    .hasMessageContaining("127.0.0.1:" + intermediary.port())
                    .hasMessageNotContaining("s3cret");
        }
    }

    @Test
    void endsWhenAccessIsDenied() {
        intermediary.refuse(
                Status.PERMISSION_DENIED.withDescription("Access Denied"),
                Intermediary.trailers("exception", "access-denied"));
        assertThat(failure(intermediary.connectionString()).kind()).isEqualTo(Kind.DENIED);
    }

    @Test
    void endsWhenAnEventIsLargerThanWhatCanBeReceived() {
        try (EventStoreConnection connection = EventStoreConnection.open(store.connectionString())) {
            connection
                    .appender()
                    .appendNow(
                            "viewing-1", ExpectedRevision.any(), List.of(event("Viewed", "1"), event("Viewed", "2")));
        }
        intermediary.behave((behind, request, client) -> behind.read(request, new Enlarging(client, 18 << 20)));
        EventSourceException cause = failure(intermediary.connectionString());
        assertThat(cause.kind()).isEqualTo(Kind.INVALID);
        assertThat(cause).hasMessageContaining("larger than the 17 MiB");
    }

    @Test
    void takesAnEventOfSixteenMegabytes() {
        SignalRecorder recorder = new SignalRecorder();
        byte[] large = new byte[(16 << 20) - 1_000];
        try (EventStoreConnection connection = EventStoreConnection.open(store.connectionString())) {
            connection
                    .appender()
                    .appendNow(
                            "viewing-1",
                            ExpectedRevision.any(),
                            List.of(NewEvent.octets(UUID.randomUUID(), "Viewed", large, new byte[0])));
            connection.source().subscribe(fromStart(ALL, "Viewed"), recorder).request(10);
            recorder.awaitEvents(1, PATIENCE);
        }
        assertThat(recorder.events().get(0).data()).hasSameSizeAs(large);
    }

    @Test
    void saysAtOnceThatNobodyIsThere() throws IOException {
        int port;
        try (ServerSocket socket = new ServerSocket(0)) {
            port = socket.getLocalPort();
        }
        long since = System.nanoTime();
        EventSourceException cause = checkFailure("esdb://127.0.0.1:" + port + "?tls=false");
        assertThat(cause.kind()).isEqualTo(Kind.UNREACHABLE);
        assertThat(cause).hasMessageContaining("127.0.0.1:" + port + " cannot be reached");
        assertThat(Duration.ofNanos(System.nanoTime() - since)).isLessThan(CHECK);
    }

    @Test
    void saysThatNobodyAnswersInTime() throws IOException {
        try (ServerSocket mute = new ServerSocket(0)) {
            String connectionString = "esdb://127.0.0.1:" + mute.getLocalPort() + "?tls=false";
            try (EventStoreConnection connection = EventStoreConnection.open(connectionString)) {
                EventSourceException cause =
                        catchThrowableOfType(EventSourceException.class, () -> connection.check(Duration.ofSeconds(2)));
                assertThat(cause.kind()).isEqualTo(Kind.UNREACHABLE);
            }
        }
    }

    @Test
    void tellsTheVersionOfTheServer() {
        try (EventStoreConnection connection = EventStoreConnection.open(store.connectionString())) {
            ServerInfo info = connection.check(CHECK);
            assertThat(info.version()).isNotEmpty();
            assertThat(info.node()).isEqualTo("127.0.0.1:" + store.port());
        }
    }

    @Test
    void endsWhenTlsIsAskedOfAPlainServer() {
        String connectionString = "esdb://127.0.0.1:" + store.port() + "?tls=true";
        assertThat(failure(connectionString).kind()).isEqualTo(Kind.DENIED);
        assertThat(checkFailure(connectionString))
                .hasMessageContaining("no TLS connection")
                .hasMessageContaining("tlsVerifyCert");
    }

    @Test
    void endsWhenTheCertificateIsNotTrusted() throws Exception {
        TestCertificate certificate = TestCertificate.create(folder, "localhost");
        try (Intermediary secure = new Intermediary(store.port(), certificate::secure)) {
            String connectionString = "esdb://localhost:" + secure.port();
            assertThat(failure(connectionString).kind()).isEqualTo(Kind.DENIED);
            assertThat(checkFailure(connectionString)).hasMessageContaining("no TLS connection");
        }
    }

    @Test
    void endsWhenTheCertificateIsForAnotherHost() throws Exception {
        TestCertificate certificate = TestCertificate.create(folder, "elsewhere.example");
        try (Intermediary secure = new Intermediary(store.port(), certificate::secure)) {
            String connectionString = "esdb://localhost:" + secure.port() + "?tlsCaFile=" + certificate.file();
            assertThat(failure(connectionString).kind()).isEqualTo(Kind.DENIED);
        }
    }

    @Test
    void endsWhenAPlainConnectionIsMadeToATlsServer() throws Exception {
        TestCertificate certificate = TestCertificate.create(folder, "localhost");
        try (Intermediary secure = new Intermediary(store.port(), certificate::secure)) {
            EventSourceException cause = checkFailure("esdb://localhost:" + secure.port() + "?tls=false");
            assertThat(cause).hasMessageContaining("TLS");
        }
    }

    @Test
    void readsOverTlsWithTheServersCertificateAuthorityOrWithoutVerification() throws Exception {
        try (EventStoreConnection plain = EventStoreConnection.open(store.connectionString())) {
            plain.appender().appendNow("viewing-1", ExpectedRevision.any(), List.of(event("Viewed", "1")));
        }
        TestCertificate certificate = TestCertificate.create(folder, "localhost");
        try (Intermediary secure = new Intermediary(store.port(), certificate::secure)) {
            for (String parameter : List.of("tlsCaFile=" + certificate.file(), "tlsVerifyCert=false")) {
                SignalRecorder recorder = new SignalRecorder();
                try (EventStoreConnection connection =
                        EventStoreConnection.open("esdb://localhost:" + secure.port() + "?" + parameter)) {
                    connection
                            .source()
                            .subscribe(fromStart(ALL, "Viewed"), recorder)
                            .request(10);
                    recorder.awaitEvents(1, PATIENCE);
                }
            }
        }
    }

    @Test
    void endsWhenTheConnectionItselfWasClosed() {
        EventStoreConnection connection = EventStoreConnection.open(store.connectionString());
        connection.close();
        assertThatThrownBy(() -> connection.check(CHECK)).isInstanceOf(EventSourceException.class);
        assertThatThrownBy(() -> connection.reads().head(ALL))
                .isInstanceOf(EventSourceException.class)
                .hasMessageContaining("was closed");
        assertThatThrownBy(() -> connection
                        .appender()
                        .appendNow("viewing-1", ExpectedRevision.any(), List.of(event("Viewed", "1"))))
                .isInstanceOf(AppendException.class)
                .hasMessageContaining("was closed");
    }
}
