package io.millrace.eventstore;

import static io.millrace.eventstore.Samples.event;
import static io.millrace.eventstore.Samples.fromStart;
import static org.assertj.core.api.Assertions.assertThat;

import com.eventstore.dbclient.DeleteStreamOptions;
import com.eventstore.dbclient.EventStoreDBClient;
import com.eventstore.dbclient.EventStoreDBConnectionString;
import io.millrace.checkpoint.Position;
import io.millrace.embedded.EmbeddedEventStore;
import io.millrace.projections.EventEnvelope;
import io.millrace.projections.Source;
import io.millrace.projections.SourceSignal;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.UUID;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** A single stream may hold links; what they lead to is read, at the links' own places. */
class LinksTest {
    private static final Duration PATIENCE = Duration.ofSeconds(20);

    private final EmbeddedEventStore store = EmbeddedEventStore.start();
    private final EventStoreConnection connection = EventStoreConnection.open(store.connectionString());
    private final SignalRecorder recorder = new SignalRecorder();

    @AfterEach
    void close() {
        connection.close();
        store.close();
    }

    private void append(String stream, NewEvent... events) {
        connection.appender().appendNow(stream, ExpectedRevision.any(), List.of(events));
    }

    @Test
    void readsACategoryThroughItsLinks() {
        append("viewing-1", event("Viewed", "1"), event("Viewed", "2"));
        append("viewing-2", event("Rated", "3"), event("Viewed", "4"));
        connection
                .source()
                .subscribe(fromStart(new Source.SingleStream("$ce-viewing"), "Viewed"), recorder)
                .request(10);
        recorder.awaitEvents(3, PATIENCE);
        assertThat(recorder.events())
                .extracting(EventEnvelope::stream)
                .containsExactly("viewing-1", "viewing-1", "viewing-2");
        assertThat(recorder.events()).extracting(EventEnvelope::revision).containsExactly(0L, 1L, 1L);
        assertThat(recorder.events())
                .extracting(EventEnvelope::position)
                .containsExactly(Position.inStream(0), Position.inStream(1), Position.inStream(3));
    }

    @Test
    void movesOnOverLinksWhoseEventsAreGone() throws Exception {
        append("viewing-1", event("Viewed", "1"), event("Viewed", "2"));
        append("viewing-2", event("Viewed", "3"));
        append("viewing-1", event("Viewed", "4"));
        EventStoreDBClient client =
                EventStoreDBClient.create(EventStoreDBConnectionString.parseOrThrow(store.connectionString()));
        client.deleteStream("viewing-1", DeleteStreamOptions.get()).get();
        client.shutdown().get();
        Source category = new Source.SingleStream("$ce-viewing");
        connection.source().subscribe(fromStart(category, "Viewed"), recorder).request(10);
        recorder.awaitCount(SourceSignal.CaughtUp.class, 1, PATIENCE);
        assertThat(recorder.data()).containsExactly("3");
        assertThat(recorder.positions())
                .isSorted()
                .endsWith(connection.reads().head(category).orElseThrow());
    }

    @Test
    void keepsEverythingThatTheStoreSaysOfAnEvent() {
        UUID id = UUID.randomUUID();
        byte[] data = {0, 1, (byte) 255};
        byte[] metadata = "{\"row\":7}".getBytes(StandardCharsets.UTF_8);
        Appended appended = connection
                .appender()
                .appendNow(
                        "viewing-1",
                        ExpectedRevision.noStream(),
                        List.of(NewEvent.octets(id, "Viewed", data, metadata)));
        connection
                .source()
                .subscribe(fromStart(Samples.ALL, "Viewed"), recorder)
                .request(1);
        recorder.awaitEvents(1, PATIENCE);
        EventEnvelope event = recorder.events().get(0);
        assertThat(event.eventId()).isEqualTo(id);
        assertThat(event.type()).isEqualTo("Viewed");
        assertThat(event.stream()).isEqualTo("viewing-1");
        assertThat(event.revision()).isEqualTo(0);
        assertThat(event.position()).isEqualTo(appended.position().orElseThrow());
        assertThat(event.data()).isEqualTo(data);
        assertThat(event.metadata()).isEqualTo(metadata);
        assertThat(event.created())
                .isBetween(Instant.now().minusSeconds(60), Instant.now().plusSeconds(1));
    }
}
