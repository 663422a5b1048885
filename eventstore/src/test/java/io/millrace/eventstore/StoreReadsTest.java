package io.millrace.eventstore;

import static io.millrace.eventstore.Samples.ALL;
import static io.millrace.eventstore.Samples.numbered;
import static org.assertj.core.api.Assertions.assertThat;

import io.millrace.checkpoint.Position;
import io.millrace.embedded.EmbeddedEventStore;
import io.millrace.projections.EventEnvelope;
import io.millrace.projections.Source;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.UUID;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** The single questions of {@code status} and of a resumed import. */
class StoreReadsTest {
    private static final Duration TWO_SECONDS = Duration.ofSeconds(2);
    private static final Source STREAM = new Source.SingleStream("viewing-1");

    private final EmbeddedEventStore store = EmbeddedEventStore.start();
    private final EventStoreConnection connection = EventStoreConnection.open(store.connectionString());
    private final StoreReads reads = connection.reads();

    @AfterEach
    void close() {
        connection.close();
        store.close();
    }

    private void append(String type, int from, int to) {
        connection.appender().appendNow("viewing-1", ExpectedRevision.any(), numbered(type, from, to));
    }

    @Test
    void readsTheLastEventOfAStream() {
        byte[] metadata = "{\"row\":12}".getBytes(StandardCharsets.UTF_8);
        UUID id = UUID.randomUUID();
        append("Viewed", 1, 3);
        connection
                .appender()
                .appendNow(
                        "viewing-1",
                        ExpectedRevision.any(),
                        List.of(NewEvent.json(id, "Rated", new byte[] {'4'}, metadata)));
        EventEnvelope last = reads.lastEvent("viewing-1").orElseThrow();
        assertThat(last.revision()).isEqualTo(3);
        assertThat(last.eventId()).isEqualTo(id);
        assertThat(last.metadata()).isEqualTo(metadata);
        assertThat(reads.lastEvent("nobody-1")).isEmpty();
    }

    @Test
    void readsHeads() {
        assertThat(reads.head(STREAM)).isEmpty();
        append("Viewed", 1, 3);
        assertThat(reads.head(STREAM)).contains(Position.inStream(2));
        assertThat(reads.head(ALL)).isPresent();
        assertThat(reads.head(new Source.StreamsStartingWith(List.of("v")))).isEqualTo(reads.head(ALL));
    }

    @Test
    void countsExactlyWhatIsStillToBeRead() {
        append("Viewed", 1, 50);
        append("Rated", 1, 50);
        append("Viewed", 51, 80);
        for (Source source : List.of(ALL, STREAM, new Source.StreamsStartingWith(List.of("view")))) {
            SignalRecorder recorder = new SignalRecorder();
            connection
                    .source()
                    .subscribe(Samples.fromStart(source, "Viewed"), recorder)
                    .request(1_000);
            recorder.awaitEvents(80, Duration.ofSeconds(20));
            for (int read : new int[] {0, 1, 50, 79, 80}) {
                Optional<Position> after = read == 0
                        ? Optional.empty()
                        : Optional.of(recorder.events().get(read - 1).position());
                Backlog backlog = reads.matchingAfter(source, Set.of("Viewed"), after, 10_000, TWO_SECONDS);
                Optional<Instant> oldest = read == 80
                        ? Optional.empty()
                        : Optional.of(recorder.events().get(read).created());
                assertThat(backlog).as(source + " after " + read).isEqualTo(new Backlog(80 - read, true, oldest));
            }
        }
    }

    @Test
    void saysMoreThanWhenThereAreMore() {
        append("Viewed", 1, 80);
        for (Source source : List.of(ALL, STREAM)) {
            Backlog backlog = reads.matchingAfter(source, Set.of("Viewed"), Optional.empty(), 79, TWO_SECONDS);
            assertThat(backlog.exact()).isFalse();
            assertThat(backlog).hasToString("more than 79");
            assertThat(reads.matchingAfter(source, Set.of("Viewed"), Optional.empty(), 80, TWO_SECONDS))
                    .hasToString("80");
        }
    }

    @Test
    void stopsCountingWhenTheTimeIsUp() {
        append("Viewed", 1, 80);
        store.faults().pace(20);
        long since = System.nanoTime();
        Backlog backlog = reads.matchingAfter(ALL, Set.of("Viewed"), Optional.empty(), 10_000, Duration.ofSeconds(1));
        assertThat(backlog.exact()).isFalse();
        assertThat(backlog.events()).isBetween(1L, 79L);
        assertThat(Duration.ofNanos(System.nanoTime() - since)).isLessThan(Duration.ofSeconds(5));
    }

    @Test
    void followsTheLeader() {
        append("Viewed", 1, 3);
        try (EmbeddedEventStore follower = EmbeddedEventStore.start();
                EventStoreConnection toFollower = EventStoreConnection.open(follower.connectionString())) {
            follower.faults().pretendNotLeader("127.0.0.1", store.port());
            assertThat(toFollower.reads().lastEvent("viewing-1").orElseThrow().revision())
                    .isEqualTo(2);
        }
    }
}
