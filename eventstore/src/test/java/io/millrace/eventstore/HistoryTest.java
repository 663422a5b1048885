package io.millrace.eventstore;

import static io.millrace.eventstore.Samples.ALL;
import static io.millrace.eventstore.Samples.fromStart;
import static io.millrace.eventstore.Samples.numbered;
import static io.millrace.eventstore.Samples.numbers;
import static org.assertj.core.api.Assertions.assertThat;

import com.eventstore.dbclient.DeleteStreamOptions;
import com.eventstore.dbclient.EventStoreDBClient;
import com.eventstore.dbclient.EventStoreDBConnectionString;
import io.grpc.Metadata;
import io.grpc.Status;
import io.millrace.checkpoint.HandledEvent;
import io.millrace.checkpoint.Position;
import io.millrace.embedded.EmbeddedEventStore;
import io.millrace.projections.EventEnvelope;
import io.millrace.projections.EventSource.Request;
import io.millrace.projections.EventSourceException;
import io.millrace.projections.EventSourceException.Kind;
import io.millrace.projections.Source;
import io.millrace.projections.SourceSignal;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.UUID;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.parallel.Execution;
import org.junit.jupiter.api.parallel.ExecutionMode;

/** A checkpoint is held against the store before every subscription. */
@Execution(ExecutionMode.CONCURRENT)
class HistoryTest {
    private static final Duration PATIENCE = Duration.ofSeconds(20);
    private static final Source STREAM = new Source.SingleStream("viewing-1");

    private final EmbeddedEventStore store = EmbeddedEventStore.start();
    private final EventStoreConnection connection = EventStoreConnection.open(store.connectionString());
    private final SignalRecorder recorder = new SignalRecorder();

    @BeforeEach
    void appendHistory() {
        connection.appender().appendNow("viewing-1", ExpectedRevision.any(), numbered("Viewed", 1, 10));
    }

    @AfterEach
    void close() {
        connection.close();
        store.close();
    }

    private void subscribe(Source source, Optional<Position> after, Optional<HandledEvent> lastHandled) {
        connection
                .source()
                .subscribe(new Request(source, Set.of("Viewed"), after, lastHandled), recorder)
                .request(1_000);
    }

    private EventSourceException failure() {
        recorder.awaitCount(SourceSignal.Failed.class, 1, PATIENCE);
        return recorder.all(SourceSignal.Failed.class).get(0).cause();
    }

    private EventEnvelope last(Source source) {
        SignalRecorder all = new SignalRecorder();
        var reading = connection.source().subscribe(fromStart(source, "Viewed"), all);
        reading.request(1_000);
        all.awaitEvents(10, PATIENCE);
        reading.close();
        return all.events().get(9);
    }

    @Test
    void refusesAPositionBeyondTheEndOfTheLog() {
        Position beyond = Position.inLog(1_000_000_000, 1_000_000_000);
        subscribe(ALL, Optional.of(beyond), Optional.empty());
        assertThat(failure().kind()).isEqualTo(Kind.OTHER_HISTORY);
        assertThat(failure()).hasMessageContaining("before the checkpoint " + beyond);
        assertThat(recorder.all(SourceSignal.Subscribed.class)).isEmpty();
    }

    @Test
    void refusesARevisionBeyondTheEndOfTheStream() {
        subscribe(STREAM, Optional.of(Position.inStream(10)), Optional.empty());
        assertThat(failure().kind()).isEqualTo(Kind.OTHER_HISTORY);
        assertThat(failure()).hasMessageContaining("it ends at 9");
    }

    @Test
    void refusesACheckpointInAStreamThatNeverWas() {
        subscribe(new Source.SingleStream("nobody-1"), Optional.of(Position.inStream(4)), Optional.empty());
        assertThat(failure().kind()).isEqualTo(Kind.OTHER_HISTORY);
    }

    @Test
    void goesOnWhenAStreamWasDeletedButNotForGood() throws Exception {
        EventStoreDBClient client =
                EventStoreDBClient.create(EventStoreDBConnectionString.parseOrThrow(store.connectionString()));
        client.deleteStream("viewing-1", DeleteStreamOptions.get()).get();
        client.shutdown().get();
        subscribe(STREAM, Optional.of(Position.inStream(9)), Optional.empty());
        recorder.awaitCount(SourceSignal.CaughtUp.class, 1, PATIENCE);
        connection.appender().appendNow("viewing-1", ExpectedRevision.any(), numbered("Viewed", 11, 11));
        recorder.awaitEvents(1, PATIENCE);
        assertThat(recorder.events().get(0).revision()).isEqualTo(10);
    }

    @Test
    void refusesAnotherEventWhereTheLastHandledOneStood() {
        for (Source source : List.of(ALL, STREAM)) {
            EventEnvelope last = last(source);
            SignalRecorder mine = new SignalRecorder();
            UUID other = UUID.randomUUID();
            connection
                    .source()
                    .subscribe(
                            new Request(
                                    source,
                                    Set.of("Viewed"),
                                    Optional.of(last.position()),
                                    Optional.of(new HandledEvent(last.position(), other))),
                            mine);
            mine.awaitCount(SourceSignal.Failed.class, 1, PATIENCE);
            EventSourceException cause =
                    mine.all(SourceSignal.Failed.class).get(0).cause();
            assertThat(cause.kind()).isEqualTo(Kind.OTHER_HISTORY);
            assertThat(cause).hasMessageContaining(last.eventId() + " instead of " + other);
        }
    }

    @Test
    void goesOnBehindTheLastHandledEvent() {
        for (Source source : List.of(ALL, STREAM)) {
            EventEnvelope last = last(source);
            SignalRecorder mine = new SignalRecorder();
            var reading = connection
                    .source()
                    .subscribe(
                            new Request(
                                    source,
                                    Set.of("Viewed"),
                                    Optional.of(last.position()),
                                    Optional.of(new HandledEvent(last.position(), last.eventId()))),
                            mine);
            mine.awaitCount(SourceSignal.CaughtUp.class, 1, PATIENCE);
            assertThat(mine.events()).isEmpty();
            reading.close();
        }
    }

    @Test
    void refusesAPositionWhereNoRecordBegins() {
        EventEnvelope last = last(ALL);
        long commit = ((Position.InLog) last.position()).commit();
        connection.appender().appendNow("viewing-1", ExpectedRevision.any(), numbered("Viewed", 11, 11));
        Position between = Position.inLog(commit + 1, commit + 1);
        subscribe(ALL, Optional.of(between), Optional.empty());
        assertThat(failure().kind()).isEqualTo(Kind.OTHER_HISTORY);
        assertThat(failure()).hasMessageContaining("no record begins at the checkpoint " + between);
    }

    @Test
    void refusesALastHandledEventWhereNoRecordBegins() {
        EventEnvelope last = last(ALL);
        long commit = ((Position.InLog) last.position()).commit();
        connection.appender().appendNow("viewing-1", ExpectedRevision.any(), numbered("Viewed", 11, 11));
        Position between = Position.inLog(commit + 1, commit + 1);
        subscribe(ALL, Optional.of(between), Optional.of(new HandledEvent(between, last.eventId())));
        assertThat(failure().kind()).isEqualTo(Kind.OTHER_HISTORY);
        assertThat(failure())
                .hasMessageContaining("no record begins at " + between + ", where event " + last.eventId() + " stood");
        assertThat(recorder.all(SourceSignal.Subscribed.class)).isEmpty();
    }

    @Test
    void noticesThatTheStoreWasRestoredWhileItWasAway() {
        subscribe(ALL, Optional.empty(), Optional.empty());
        recorder.awaitEvents(10, PATIENCE);
        store.faults().forgetAfter(((Position.InLog) recorder.events().get(4).position()).commit());
        store.restart();
        assertThat(failure().kind()).isEqualTo(Kind.OTHER_HISTORY);
        assertThat(recorder.data()).isEqualTo(numbers(1, 10));
    }

    @Test
    void waitsForAFollowerThatLags() {
        Position last = last(ALL).position();
        AtomicInteger lagging = new AtomicInteger(2);
        try (Intermediary intermediary = new Intermediary(store.port());
                EventStoreConnection follower = EventStoreConnection.open(intermediary.connectionString())) {
            intermediary.behave((behind, request, client) -> {
                if (!request.getOptions().hasSubscription() && lagging.getAndDecrement() > 0) {
                    client.onCompleted();
                } else {
                    behind.read(request, client);
                }
            });
            follower.source()
                    .subscribe(Samples.after(ALL, last, "Viewed"), recorder)
                    .request(10);
            recorder.awaitCount(SourceSignal.Subscribed.class, 1, PATIENCE);
            assertThat(recorder.all(SourceSignal.Interrupted.class)).hasSize(1);
            assertThat(recorder.all(SourceSignal.Interrupted.class)
                            .get(0)
                            .cause()
                            .kind())
                    .isEqualTo(Kind.OTHER_HISTORY);
        }
    }

    @Test
    void goesOnWhenTheLastHandledEventIsNoLongerThere() {
        Position last = last(ALL).position();
        try (Intermediary intermediary = new Intermediary(store.port());
                EventStoreConnection scavenged = EventStoreConnection.open(intermediary.connectionString())) {
            intermediary.behave((behind, request, client) -> {
                boolean asksForTheEvent = !request.getOptions().hasSubscription()
                        && request.getOptions().getAll().hasPosition();
                if (asksForTheEvent) {
                    client.onCompleted();
                } else {
                    behind.read(request, client);
                }
            });
            scavenged
                    .source()
                    .subscribe(
                            new Request(
                                    ALL,
                                    Set.of("Viewed"),
                                    Optional.of(last),
                                    Optional.of(new HandledEvent(last, UUID.randomUUID()))),
                            recorder);
            recorder.awaitCount(SourceSignal.CaughtUp.class, 1, PATIENCE);
            assertThat(recorder.all(SourceSignal.Failed.class)).isEmpty();
        }
    }

    @Test
    void saysTheHeadThatWasReadJustBefore() {
        Position head = connection.reads().head(ALL).orElseThrow();
        subscribe(ALL, Optional.empty(), Optional.empty());
        recorder.awaitCount(SourceSignal.CaughtUp.class, 1, PATIENCE);
        assertThat(recorder.all(SourceSignal.Subscribed.class))
                .containsExactly(new SourceSignal.Subscribed(Optional.of(head)));
        assertThat(recorder.positions()).endsWith(head);
    }

    @Test
    void endsForGoodWhenTheStreamWasTombstoned() throws Exception {
        subscribe(STREAM, Optional.empty(), Optional.empty());
        recorder.awaitEvents(10, PATIENCE);
        EventStoreDBClient client =
                EventStoreDBClient.create(EventStoreDBConnectionString.parseOrThrow(store.connectionString()));
        client.tombstoneStream("viewing-1", DeleteStreamOptions.get()).get();
        client.shutdown().get();
        assertThat(failure().kind()).isEqualTo(Kind.INVALID);
        assertThat(failure()).hasMessageContaining("viewing-1 was deleted for good");
    }

    @Test
    void refusesEventsThatComeOutOfOrder() {
        try (Intermediary intermediary = new Intermediary(store.port());
                EventStoreConnection confused = EventStoreConnection.open(intermediary.connectionString())) {
            intermediary.behaveInSubscriptions((behind, request, client) -> {
                behind.read(request, client);
                behind.read(request, client);
            });
            confused.source().subscribe(fromStart(STREAM, "Viewed"), recorder).request(1_000);
            assertThat(failure().kind()).isEqualTo(Kind.INVALID);
            assertThat(failure()).hasMessageContaining("rising positions");
        }
    }

    @Test
    void endsForGoodWhenTheServerRefusesTheRequest() {
        try (Intermediary intermediary = new Intermediary(store.port());
                EventStoreConnection refused = EventStoreConnection.open(intermediary.connectionString())) {
            intermediary.refuse(Status.INVALID_ARGUMENT.withDescription("no such filter"), new Metadata());
            refused.source().subscribe(fromStart(ALL, "Viewed"), recorder);
            assertThat(failure().kind()).isEqualTo(Kind.INVALID);
            assertThat(failure()).hasMessageContaining("no such filter");
        }
    }
}
