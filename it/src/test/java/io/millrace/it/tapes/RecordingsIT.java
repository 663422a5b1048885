package io.millrace.it.tapes;

import static org.assertj.core.api.Assertions.assertThat;

import io.grpc.ManagedChannel;
import io.grpc.ManagedChannelBuilder;
import io.millrace.embedded.EmbeddedEventStore;
import java.net.URISyntaxException;
import java.net.URL;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.Test;

class RecordingsIT {
    private static final Duration QUIET = Duration.ofMillis(250);

    @Test
    void answersAsARealServerDid() throws Exception {
        List<TapePlayer.Result> results = new ArrayList<>();
        try (EmbeddedEventStore store = EmbeddedEventStore.start()) {
            ManagedChannel channel = ManagedChannelBuilder.forAddress("127.0.0.1", store.port())
                    .usePlaintext()
                    .build();
            for (Tape tape : tapes("01", "13")) {
                results.add(new TapePlayer(new ServerUnderTest(channel, Optional.empty()), QUIET, tape).play());
            }
            channel.shutdownNow();
        }
        results.forEach(Report::print);
        assertThat(results).allMatch(TapePlayer.Result::isComplete);
    }

    private static List<Tape> tapes(String first, String last) throws URISyntaxException {
        URL folder = RecordingsIT.class.getResource("/eventstoredb-24.6/tapes");
        assertThat(folder).isNotNull();
        return Tape.in(Path.of(folder.toURI())).stream()
                .filter(tape -> tape.name().compareTo(first) >= 0 && tape.name().compareTo(last + "~") <= 0)
                .toList();
    }
}
