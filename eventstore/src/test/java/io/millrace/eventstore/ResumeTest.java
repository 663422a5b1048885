package io.millrace.eventstore;

import static io.millrace.eventstore.Samples.ALL;
import static io.millrace.eventstore.Samples.after;
import static io.millrace.eventstore.Samples.event;
import static io.millrace.eventstore.Samples.fromStart;
import static org.assertj.core.api.Assertions.assertThat;

import io.millrace.checkpoint.Position;
import io.millrace.embedded.EmbeddedEventStore;
import io.millrace.projections.EventEnvelope;
import io.millrace.projections.EventSource;
import io.millrace.projections.Source;
import io.millrace.projections.SourceSignal;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.UUID;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** From every position that a subscription said, going on brings exactly the rest. */
class ResumeTest {
    private static final Duration PATIENCE = Duration.ofSeconds(20);
    private static final int EVENTS = 2_000;

    private final EmbeddedEventStore store = EmbeddedEventStore.start();
    private final EventStoreConnection connection = EventStoreConnection.open(store.connectionString());

    static List<Source> sources() {
        return List.of(
                ALL,
                new Source.StreamsStartingWith(List.of("s-1", "s-2")),
                new Source.SingleStream("s-1"),
                new Source.SingleStream("$ce-s"));
    }

    @BeforeEach
    void appendHistory() {
        long seed = System.nanoTime();
        System.out.println("resume: seed " + seed);
        Random random = new Random(seed);
        for (int i = 0; i < EVENTS; ) {
            List<NewEvent> batch = new ArrayList<>();
            for (int size = 1 + random.nextInt(60); size > 0; size--) {
                batch.add(event(random.nextInt(8) == 0 ? "Wanted" : "Other", Integer.toString(i++)));
            }
            connection.appender().appendNow("s-" + random.nextInt(4), ExpectedRevision.any(), batch);
        }
    }

    @AfterEach
    void close() {
        connection.close();
        store.close();
    }

    private List<SourceSignal> read(EventSource.Request request) {
        SignalRecorder recorder = new SignalRecorder();
        var reading = connection.source().subscribe(request, recorder);
        reading.request(10_000);
        recorder.awaitCount(SourceSignal.CaughtUp.class, 1, PATIENCE);
        reading.close();
        return recorder.signals();
    }

    @ParameterizedTest
    @MethodSource("sources")
    void bringsExactlyTheRestFromEveryPosition(Source source) {
        List<SourceSignal> all = read(fromStart(source, "Wanted"));
        List<UUID> ids = ids(all);
        assertThat(ids).hasSizeGreaterThan(20);
        int handedOn = 0;
        for (int i = 0; i < all.size(); i++) {
            Position position = null;
            if (all.get(i) instanceof EventEnvelope event) {
                handedOn++;
                position = handedOn % 7 == 0 ? event.position() : null;
            } else if (all.get(i) instanceof SourceSignal.CheckpointReached checkpoint) {
                position = checkpoint.position();
            }
            if (position != null) {
                assertThat(ids(read(after(source, position, "Wanted"))))
                        .as("after " + position)
                        .isEqualTo(ids.subList(handedOn, ids.size()));
            }
        }
    }

    private static List<UUID> ids(List<SourceSignal> signals) {
        return signals.stream()
                .filter(EventEnvelope.class::isInstance)
                .map(signal -> ((EventEnvelope) signal).eventId())
                .toList();
    }
}
