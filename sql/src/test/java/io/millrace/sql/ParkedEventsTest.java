package io.millrace.sql;

import static io.millrace.sql.Fixtures.VIEWS;
import static org.assertj.core.api.Assertions.assertThat;

import io.millrace.batching.Batch;
import io.millrace.batching.CommitOutcome;
import io.millrace.batching.CommitOutcome.Committed;
import io.millrace.batching.FlushReason;
import io.millrace.batching.ParkedEvent;
import io.millrace.batching.PoisonEvent;
import io.millrace.batching.SetAside;
import io.millrace.checkpoint.HandledEvent;
import io.millrace.checkpoint.Position;
import io.millrace.projections.EventEnvelope;
import io.millrace.projections.Projection;
import java.time.Instant;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.UUID;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** Parked events in the database: written, read and removed together with rows and checkpoint. */
class ParkedEventsTest {
    private static final Projection PROJECTION = Fixtures.projection("views-per-viewer", VIEWS);
    private static final Instant CREATED = Instant.parse("2024-02-29T23:59:59.1234567Z");

    private final TestDatabase database = TestDatabase.create();
    private final PostgresStore store = PostgresStore.open(database.settings());

    @AfterEach
    void close() {
        store.close();
    }

    @Test
    void keepsEventsWholeAndInOrder() {
        byte[] anything = {0, (byte) 0xFF, '\'', '\\', '\n'};
        EventEnvelope odd = new EventEnvelope(
                new UUID(1, 2), "Ty\0pe\\0", "str\0eam-\\", 7, Position.inLog(5, 4), CREATED, anything, new byte[0]);
        PostgresBatchCommitter committer = store.committerFor(PROJECTION);

        committer.commit(parking(9, failed(odd), follows(event(6, "str\0eam-\\")), failed(event(9, "other"))));

        List<ParkedEvent> parked = store.parkedEvents().next("views-per-viewer", "str\0eam-\\", -1, 10);
        EventEnvelope kept = parked.get(0).poison().event();
        assertThat(kept).usingRecursiveComparison().isEqualTo(odd);
        assertThat(parked.get(0).poison().error()).contains("no \\0 good \uFFFD");
        assertThat(parked.get(1).poison().event().position()).isEqualTo(Position.inLog(6, 6));
        assertThat(parked.get(1).poison().error()).isEmpty();
        assertThat(parked).hasSize(2);
        assertThat(store.parkedEvents().counts()).isEqualTo(Map.of("views-per-viewer", 3L));
        assertThat(store.parkedEvents().streams("views-per-viewer").stream().map(stream -> stream.stream()))
                .containsExactly("str\0eam-\\", "other");
    }

    @Test
    void tellsWhoeverTakesOverWhatIsParked() {
        PostgresBatchCommitter committer = store.committerFor(PROJECTION);
        committer.commit(Fixtures.views(PROJECTION, 3, "ann"));
        committer.commit(parking(9, failed(event(5, "a")), follows(event(6, "a")), failed(event(9, "b"))));

        PostgresBatchCommitter next = store.committerFor(PROJECTION);

        assertThat(next.parked().since()).isEqualTo(Map.of("a", Position.inLog(5, 5), "b", Position.inLog(9, 9)));
        assertThat(next.parked().inARow()).containsExactly("event Happened a#5 at 5/5", "event Happened b#9 at 9/9");
    }

    @Test
    void tellsWhichStreamsHaveNothingButWhatWasParkedAlone() {
        PostgresBatchCommitter committer = store.committerFor(PROJECTION);
        committer.commit(parking(9, alone(event(5, "a")), alone(event(6, "b")), follows(event(9, "b"))));

        PostgresBatchCommitter next = store.committerFor(PROJECTION);

        assertThat(next.parked().since()).containsOnlyKeys("a", "b");
        assertThat(next.parked().alone()).containsExactly("a");
    }

    @Test
    void countsNoEventInARowThatAnotherWasHandledAfter() {
        PostgresBatchCommitter committer = store.committerFor(PROJECTION);
        committer.commit(parking(5, failed(event(5, "a"))));
        committer.commit(Fixtures.views(PROJECTION, 7, "ann"));

        PostgresBatchCommitter next = store.committerFor(PROJECTION);

        assertThat(next.parked().since()).containsOnlyKeys("a");
        assertThat(next.parked().inARow()).isEmpty();
    }

    @Test
    void parksNothingOfAFlushThatIsFenced() {
        PostgresBatchCommitter first = store.committerFor(PROJECTION);
        PostgresBatchCommitter second = store.committerFor(PROJECTION);
        first.commit(Fixtures.views(PROJECTION, 3, "ann"));

        CommitOutcome outcome = second.commit(parking(5, failed(event(5, "a"))));

        assertThat(outcome).isInstanceOf(CommitOutcome.Fenced.class);
        assertThat(store.parkedEvents().counts()).isEmpty();
    }

    @Test
    void settlesWithTheRowsWhereTheCheckpointStands() {
        PostgresBatchCommitter committer = store.committerFor(PROJECTION);
        committer.commit(parking(9, failed(event(5, "a")), follows(event(6, "a"))));
        List<Long> sequences = store.parkedEvents().next("views-per-viewer", "a", -1, 10).stream()
                .map(ParkedEvent::sequence)
                .toList();

        CommitOutcome outcome = committer.commit(settling(9, "ann", sequences.subList(0, 1)));

        assertThat(outcome).isInstanceOf(Committed.class);
        assertThat(((Committed) outcome).roundTrips()).isEqualTo(1);
        assertThat(database.query("SELECT * FROM viewer_views")).containsExactly("ann|1");
        assertThat(database.query("SELECT sequence FROM millrace.parked_events"))
                .containsExactly(sequences.get(1).toString());
        assertThat(store.checkpoints().find("views-per-viewer").orElseThrow().position())
                .contains(Position.inLog(9, 9));
    }

    @Test
    void settlesNothingOnceAnotherHasWritten() {
        PostgresBatchCommitter committer = store.committerFor(PROJECTION);
        committer.commit(parking(9, failed(event(5, "a"))));
        PostgresBatchCommitter retrying = store.committerFor(PROJECTION);
        committer.commit(Fixtures.views(PROJECTION, 12, "bob"));
        long sequence = Long.parseLong(
                database.query("SELECT sequence FROM millrace.parked_events").get(0));

        CommitOutcome outcome = retrying.commit(settling(9, "ann", List.of(sequence)));

        assertThat(outcome).isInstanceOf(CommitOutcome.Fenced.class);
        assertThat(database.query("SELECT * FROM viewer_views")).containsExactly("bob|1");
        assertThat(store.parkedEvents().counts()).containsValue(1L);
    }

    @Test
    void countsRetriesAndKeepsTheLastError() {
        store.committerFor(PROJECTION).commit(parking(5, failed(event(5, "a"))));
        long sequence =
                store.parkedEvents().next("views-per-viewer", "a", -1, 1).get(0).sequence();

        store.parkedEvents().failedAgain("views-per-viewer", sequence, "still no\0 good");

        ParkedEvent parked =
                store.parkedEvents().find("views-per-viewer", sequence).orElseThrow();
        assertThat(parked.retries()).isEqualTo(1);
        assertThat(parked.poison().error()).contains("still no\\0 good");
    }

    @Test
    void readsLargeEventsFewAtATimeAndAlwaysOne() {
        PostgresBatchCommitter committer = store.committerFor(PROJECTION);
        for (long position = 1; position <= 3; position++) {
            committer.commit(parking(position, failed(large(position))));
        }

        List<ParkedEvent> first = store.parkedEvents().next("views-per-viewer", "large", -1, 10);
        List<ParkedEvent> second = store.parkedEvents()
                .next("views-per-viewer", "large", first.get(first.size() - 1).sequence(), 10);

        assertThat(first).hasSize(2);
        assertThat(second).hasSize(1);
        assertThat(second.get(0).poison().event().data()).isEqualTo(large(3).data());
    }

    @Test
    void forgetsWhatIsParkedWithAReset() {
        try (PostgresBatchCommitter committer = store.committerFor(PROJECTION)) {
            committer.commit(parking(5, failed(event(5, "a"))));
        }

        store.checkpoints().reset("views-per-viewer", List.of("viewer_views"));

        assertThat(store.parkedEvents().counts()).isEmpty();
    }

    @Test
    void hasNothingBeforeAnythingWasWritten() {
        assertThat(store.parkedEvents().counts()).isEmpty();
        assertThat(store.parkedEvents().streams("views-per-viewer")).isEmpty();
        assertThat(store.parkedEvents().find("views-per-viewer", 1)).isEmpty();
        assertThat(store.parkedEvents().next("views-per-viewer", "a", -1, 1)).isEmpty();
    }

    private static PoisonEvent failed(EventEnvelope event) {
        return new PoisonEvent(event, Optional.of("no \0 good \uD800"));
    }

    private static PoisonEvent alone(EventEnvelope event) {
        return new PoisonEvent(event, Optional.of("no good"), true);
    }

    private static PoisonEvent follows(EventEnvelope event) {
        return new PoisonEvent(event, Optional.empty());
    }

    private static EventEnvelope event(long position, String stream) {
        return event(position, stream, "{}".getBytes(java.nio.charset.StandardCharsets.UTF_8));
    }

    private static EventEnvelope large(long position) {
        byte[] data = new byte[9 << 20];
        Arrays.fill(data, (byte) position);
        return event(position, "large", data);
    }

    private static EventEnvelope event(long position, String stream, byte[] data) {
        return new EventEnvelope(
                new UUID(7, position),
                "Happened",
                stream,
                position,
                Position.inLog(position, position),
                CREATED,
                data,
                new byte[] {1});
    }

    private static Batch parking(long position, PoisonEvent... parked) {
        Batch nothing = Fixtures.batch(PROJECTION, position, new io.millrace.batching.ChangeSet(List.of(), 0));
        return with(nothing, Optional.empty(), new SetAside(List.of(parked), List.of(), List.of()));
    }

    private static Batch settling(long position, String viewer, List<Long> sequences) {
        return with(Fixtures.views(PROJECTION, position, viewer), Optional.empty(), SetAside.settling(sequences));
    }

    private static Batch with(Batch batch, Optional<HandledEvent> handled, SetAside aside) {
        return new Batch(
                batch.projection(),
                batch.number(),
                FlushReason.PARKED,
                batch.changes(),
                batch.checkpoint(),
                handled,
                batch.events(),
                aside);
    }
}
