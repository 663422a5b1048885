package io.millrace.it;

import static io.millrace.projections.ColumnType.BIGINT;
import static io.millrace.projections.ColumnType.TEXT;
import static org.assertj.core.api.Assertions.assertThat;

import io.millrace.batching.ParkedEvent;
import io.millrace.batching.PoisonPolicy;
import io.millrace.batching.ProjectorOptions;
import io.millrace.batching.ProjectorOptions.Until;
import io.millrace.batching.ProjectorRunner;
import io.millrace.batching.ProjectorState;
import io.millrace.batching.ProjectorState.Stopped;
import io.millrace.checkpoint.Position;
import io.millrace.embedded.EmbeddedEventStore;
import io.millrace.eventstore.EventStoreConnection;
import io.millrace.eventstore.ExpectedRevision;
import io.millrace.eventstore.NewEvent;
import io.millrace.projections.Projection;
import io.millrace.projections.ReadModel;
import io.millrace.sql.PostgresBatchCommitter;
import io.millrace.sql.PostgresSettings;
import io.millrace.sql.PostgresStore;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.UUID;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Events as large as a server takes, handled and parked; and types that nobody handles, in the stream that is read. */
final class EventSizesIT {
    private final PostgresStore store = PostgresStore.open(PostgresSettings.of(
            Servers.postgres().url(),
            Servers.postgres().user(),
            Servers.postgres().password(),
            Servers.unique("sizes")));

    record Document(String key, String text) {}

    @AfterEach
    void close() {
        store.close();
    }

    @ParameterizedTest
    @ValueSource(ints = {1 << 20, 16 << 20})
    void handlesAndParksEventsUpToTheServersLimit(int limit) throws Exception {
        String stream = Servers.unique("sizes-" + limit);
        int room = limit - 2_000; // the server counts more than the data
        try (EmbeddedEventStore server =
                        EmbeddedEventStore.builder().maxAppendSize(limit).start();
                EventStoreConnection events = EventStoreConnection.open(server.connectionString())) {
            byte[] poison = ("{\"text\":\"" + "p".repeat(room) + "\"}").getBytes(StandardCharsets.UTF_8);
            append(events, stream, "Document", "{\"key\":\"a\",\"text\":\"" + "x".repeat(room) + "\"}");
            events.appender()
                    .appendNow(
                            stream,
                            ExpectedRevision.any(),
                            List.of(NewEvent.octets(UUID.randomUUID(), "Document", poison, new byte[0])));
            Projection projection = projection(stream);

            ProjectorState end = run(projection, events);

            assertThat(end).isEqualTo(new Stopped());
            assertThat(store.topRows(projection.readModels().get(0), "length", 1))
                    .containsExactly(List.of("a", Integer.toString(room)));
            List<ParkedEvent> parked = store.parkedEvents().next(projection.name(), stream, -1, 10);
            assertThat(parked).hasSize(1);
            assertThat(parked.get(0).poison().event().data()).isEqualTo(poison);
        }
    }

    @Test
    void passesOverTypesThatNobodyHandlesInTheStreamThatItReads() throws Exception {
        String stream = Servers.unique("sizes-unknown");
        try (EmbeddedEventStore server = EmbeddedEventStore.start();
                EventStoreConnection events = EventStoreConnection.open(server.connectionString())) {
            append(events, stream, "Document", "{\"key\":\"a\",\"text\":\"x\"}");
            append(events, stream, "NeverHeardOf", "{");
            append(events, stream, "Document", "{\"key\":\"a\",\"text\":\"xx\"}");
            append(events, stream, "NeverHeardOf", "{");
            Projection projection = projection(stream);

            ProjectorState end = run(projection, events);

            assertThat(end).isEqualTo(new Stopped());
            assertThat(store.topRows(projection.readModels().get(0), "length", 1))
                    .containsExactly(List.of("a", "3"));
            assertThat(store.parkedEvents().streams(projection.name())).isEmpty();
            assertThat(store.checkpoints().find(projection.name()).orElseThrow().position())
                    .contains(Position.inStream(3));
        }
    }

    private static Projection projection(String stream) {
        ReadModel lengths = ReadModel.table(stream.replace('-', '_'))
                .key("key", TEXT)
                .column("length", BIGINT)
                .build();
        return Projection.named(stream)
                .fromStream(stream)
                .into(lengths)
                .on(
                        "Document",
                        Document.class,
                        (document, rows) -> rows.row(document.key())
                                .increment("length", document.text().length()))
                .build();
    }

    private ProjectorState run(Projection projection, EventStoreConnection events) throws Exception {
        ProjectorOptions options =
                ProjectorOptions.DEFAULT.withUntil(Until.FIRST_HEAD).withPoison(PoisonPolicy.PARK);
        try (PostgresBatchCommitter committer = store.committerFor(projection);
                ProjectorRunner runner = new ProjectorRunner(projection, events.source(), committer, options)) {
            runner.start();
            runner.awaitEnd();
            return runner.state();
        }
    }

    private static void append(EventStoreConnection events, String stream, String type, String json) {
        NewEvent event = NewEvent.json(UUID.randomUUID(), type, json.getBytes(StandardCharsets.UTF_8), new byte[0]);
        events.appender().appendNow(stream, ExpectedRevision.any(), List.of(event));
    }
}
