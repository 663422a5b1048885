package io.millrace.it.tapes;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import io.grpc.ChannelCredentials;
import io.grpc.Grpc;
import io.grpc.ManagedChannel;
import io.grpc.ManagedChannelBuilder;
import io.grpc.TlsChannelCredentials;
import io.millrace.embedded.EmbeddedEventStore;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.net.URI;
import java.net.URISyntaxException;
import java.net.URL;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.parallel.Execution;
import org.junit.jupiter.api.parallel.ExecutionMode;

@Execution(ExecutionMode.CONCURRENT)
class RecordingsIT {
    private static final Duration QUIET = Duration.ofMillis(250);
    private static final int OWN_RECORDS = 19;
    private static final Duration UNHURRIED = Duration.ofMinutes(1);

    /** A fresh server to play 01 to 13 to instead of the embedded one, as {@code esdb://host:port?tls=false}. */
    private static final Optional<String> GIVEN = Optional.ofNullable(System.getenv("MILLRACE_IT_EVENTSTORE"));

    @Test
    void answersAsARealServerDid() throws Exception {
        if (GIVEN.isPresent()) {
            URI server = URI.create(GIVEN.get());
            System.out.println("Recordings 01 to 13, played to " + server.getAuthority());
            assertAllAsRecorded(playWithoutUsers(server.getHost(), server.getPort(), UNHURRIED));
            return;
        }
        try (EmbeddedEventStore store = EmbeddedEventStore.start()) {
            System.out.println("Recordings 01 to 13, played to the embedded event store");
            assertAllAsRecorded(playWithoutUsers("127.0.0.1", store.port(), QUIET));
        }
    }

    private static List<TapePlayer.Result> playWithoutUsers(String host, int port, Duration quiet) throws Exception {
        List<TapePlayer.Result> results = new ArrayList<>();
        ManagedChannel channel =
                ManagedChannelBuilder.forAddress(host, port).usePlaintext().build();
        for (Tape tape : tapes("01", "13")) {
            results.add(new TapePlayer(new ServerUnderTest(channel, Optional.empty()), quiet, tape).play());
        }
        channel.shutdownNow();
        return results;
    }

    /** Recorded in 08.25; ids, times and positions differ, and the custom metadata of one. */
    @Test
    void beginsWithTheRecordsOfARealServer() throws Exception {
        Tape.Step everything = tapes("08", "08").get(0).steps().get(25);
        Conversation conversation = new Conversation();
        try (EmbeddedEventStore store = EmbeddedEventStore.start()) {
            ManagedChannel channel = ManagedChannelBuilder.forAddress("127.0.0.1", store.port())
                    .usePlaintext()
                    .build();
            conversation
                    .context()
                    .run(() -> new ServerUnderTest(channel, Optional.empty())
                            .call("subscribe", everything.request(), List.of(), conversation));
            conversation.awaitQuiet(OWN_RECORDS + 2, QUIET, UNHURRIED);
            channel.shutdownNow();
        }

        assertThat(contents(conversation.answer().responses())).isEqualTo(contents(everything.responses()));
    }

    private static List<String> contents(List<JsonNode> messages) {
        return messages.stream()
                .skip(1)
                .limit(OWN_RECORDS)
                .map(message -> message.path("event").path("event"))
                .map(event -> event.path("streamIdentifier") + " " + event.path("streamRevision")
                        + event.path("metadata").path("type")
                        + event.path("metadata").path("content-type")
                        + event.path("data"))
                .toList();
    }

    @Test
    void asksForPasswordsAsARealServerDid() throws Exception {
        List<TapePlayer.Result> results = new ArrayList<>();
        try (EmbeddedEventStore store = EmbeddedEventStore.builder()
                .user("admin", "changeit")
                .tls()
                .systemProjections(false)
                .start()) {
            ManagedChannel channel = Grpc.newChannelBuilderForAddress("127.0.0.1", store.port(), trusting(store))
                    .build();
            for (Tape tape : tapes("14", "17")) {
                ServerUnderTest server = new ServerUnderTest(channel, credentials(tape.name()));
                results.add(new TapePlayer(server, QUIET, tape).play());
            }
            channel.shutdownNow();
        }
        assertAllAsRecorded(results);
    }

    private static ChannelCredentials trusting(EmbeddedEventStore store) throws IOException {
        String certificate = store.certificate().orElseThrow();
        return TlsChannelCredentials.newBuilder()
                .trustManager(new ByteArrayInputStream(certificate.getBytes(StandardCharsets.UTF_8)))
                .build();
    }

    /** Whom a tape was recorded as. */
    private static Optional<String> credentials(String tape) {
        return switch (tape.substring(0, 2)) {
            case "14" -> Optional.of("admin:changeit");
            case "16" -> Optional.of("admin:wrong");
            case "17" -> Optional.of("nobody:x");
            default -> Optional.empty();
        };
    }

    private static void assertAllAsRecorded(List<TapePlayer.Result> results) {
        results.forEach(Report::print);
        assertThat(results).isNotEmpty().allMatch(TapePlayer.Result::isComplete);
    }

    private static List<Tape> tapes(String first, String last) throws URISyntaxException {
        URL folder = RecordingsIT.class.getResource("/eventstoredb-24.6/tapes");
        assertThat(folder).isNotNull();
        return Tape.in(Path.of(folder.toURI())).stream()
                .filter(tape -> tape.name().compareTo(first) >= 0 && tape.name().compareTo(last + "~") <= 0)
                .toList();
    }
}
