package io.millrace.eventstore;

import static io.millrace.eventstore.Samples.ALL;
import static io.millrace.eventstore.Samples.fromStart;
import static io.millrace.eventstore.Samples.numbered;
import static io.millrace.eventstore.Samples.numbers;
import static org.assertj.core.api.Assertions.assertThat;

import com.eventstore.dbclient.proto.streams.StreamsOuterClass.ReadResp;
import io.grpc.Metadata;
import io.grpc.Status;
import io.grpc.stub.StreamObserver;
import io.millrace.embedded.EmbeddedEventStore;
import io.millrace.projections.EventSourceException;
import io.millrace.projections.Source;
import io.millrace.projections.SourceSignal;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.parallel.Execution;
import org.junit.jupiter.api.parallel.ExecutionMode;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** Whatever ends a call: no event is lost, none doubled, no thread stays, and reading goes on soon. */
@Execution(ExecutionMode.CONCURRENT)
class EndedCallsTest {
    private static final Duration PATIENCE = Duration.ofSeconds(20);

    /** Twice what is promised after a server's return. */
    private static final Duration TWICE_THE_PROMISE = Duration.ofSeconds(10);

    /** Twice 5 s of silence and 10 s for the delivery of what is there. */
    private static final Duration UNTIL_DEAFNESS_IS_NOTICED = Duration.ofSeconds(30);

    /** Twice 5 s of silence and 5 s for a sign of life. */
    private static final Duration UNTIL_DEATH_IS_NOTICED = Duration.ofSeconds(20);

    private final EmbeddedEventStore store = EmbeddedEventStore.start();
    private final Intermediary intermediary = new Intermediary(store.port());
    private final EventStoreConnection direct = EventStoreConnection.open(store.connectionString());
    private final EventStoreConnection overIntermediary = EventStoreConnection.open(intermediary.connectionString());
    private final SignalRecorder recorder = new SignalRecorder();
    private int appended;

    static List<Source> sources() {
        return List.of(ALL, new Source.StreamsStartingWith(List.of("view")), new Source.SingleStream("viewing-1"));
    }

    @BeforeEach
    void appendHistory() {
        append(300);
    }

    @AfterEach
    void leaveNoThreadBehind() throws InterruptedException {
        direct.close();
        overIntermediary.close();
        intermediary.close();
        store.close();
        Threads.assertNoneLeftFor(List.of(store.port(), intermediary.port()), Duration.ofSeconds(5));
    }

    private void append(int count) {
        direct.appender()
                .appendNow("viewing-1", ExpectedRevision.any(), numbered("Viewed", appended + 1, appended + count));
        appended += count;
    }

    private void subscribe(EventStoreConnection connection, Source source) {
        connection.source().subscribe(fromStart(source, "Viewed"), recorder).request(100_000);
    }

    /** Breaks something while events are on their way, and again when all was read. */
    private void survives(String what, Source source, Runnable fault) {
        store.faults().pace(200);
        subscribe(direct, source);
        recorder.awaitEvents(50, PATIENCE);
        fault.run();
        store.faults().pace(0);
        recorder.awaitEvents(300, TWICE_THE_PROMISE);
        recorder.awaitCount(SourceSignal.CaughtUp.class, 1, PATIENCE);
        fault.run();
        long since = System.nanoTime();
        append(10);
        readsAgain(what + ", " + source, since);
        assertThat(recorder.all(SourceSignal.Interrupted.class)).hasSize(2);
        assertThat(recorder.all(SourceSignal.Subscribed.class)).hasSize(3);
    }

    private void readsAgain(String what, long sinceNanos) {
        recorder.awaitEvents(appended, TWICE_THE_PROMISE);
        System.out.printf("%s: reading again after %d ms%n", what, (System.nanoTime() - sinceNanos) / 1_000_000);
        assertThat(recorder.data()).isEqualTo(numbers(1, appended));
        assertThat(recorder.positions()).isSorted().doesNotHaveDuplicates();
        assertThat(recorder.all(SourceSignal.Failed.class)).isEmpty();
    }

    @ParameterizedTest
    @MethodSource("sources")
    void goesOnWhenTheServerCompletesTheCall(Source source) {
        survives("completed", source, store.faults()::completeSubscriptions);
    }

    @ParameterizedTest
    @MethodSource("sources")
    void goesOnWhenTheServerCancelsTheCall(Source source) {
        survives("cancelled", source, store.faults()::cancelSubscriptions);
    }

    @ParameterizedTest
    @MethodSource("sources")
    void goesOnWhenTheServerResetsTheCall(Source source) {
        survives("reset", source, store.faults()::resetSubscriptions);
    }

    @ParameterizedTest
    @MethodSource("sources")
    void goesOnWhenTheConnectionIsCut(Source source) {
        survives("cut", source, store.faults()::dropConnections);
    }

    @Test
    void goesOnWhenTheServerIsKilledAndStartedAgain() {
        survives("killed and restarted", ALL, () -> {
            store.kill();
            store.restart();
        });
    }

    @Test
    void goesOnWhenTheServerStopsInOrderAndStartsAgain() {
        survives("stopped and restarted", ALL, () -> {
            store.faults().goAwayAfter(Duration.ofSeconds(1));
            store.restart();
        });
    }

    @Test
    void goesOnWhenTheServerWasAwayForThirtySeconds() throws InterruptedException {
        subscribe(direct, ALL);
        recorder.awaitEvents(300, PATIENCE);
        store.kill();
        Thread.sleep(Duration.ofSeconds(30).toMillis());
        store.restart();
        long since = System.nanoTime();
        append(10);
        readsAgain("away for 30 s", since);
        assertThat(recorder.all(SourceSignal.Interrupted.class)).hasSize(1);
    }

    @Test
    void goesOnWhenTheServerRefusesForTenSecondsAtStartUp() throws InterruptedException {
        long end = System.nanoTime() + Duration.ofSeconds(10).toNanos();
        store.faults().refuseFor(Duration.ofSeconds(10));
        subscribe(direct, ALL);
        Thread.sleep((end - System.nanoTime()) / 1_000_000);
        readsAgain("refused for 10 s at start-up", end);
        assertThat(recorder.all(SourceSignal.Interrupted.class)).hasSize(1);
        assertThat(recorder.all(SourceSignal.Subscribed.class)).hasSize(1);
    }

    @Test
    void goesOnWhenTheServerIsNotThereAtFirst() {
        store.kill();
        subscribe(direct, ALL);
        recorder.awaitCount(SourceSignal.Interrupted.class, 1, PATIENCE);
        store.restart();
        readsAgain("not there at first", System.nanoTime());
        EventSourceException cause =
                recorder.all(SourceSignal.Interrupted.class).get(0).cause();
        assertThat(cause.kind()).isEqualTo(EventSourceException.Kind.UNREACHABLE);
        assertThat(cause).hasMessageContaining("127.0.0.1:" + store.port());
    }

    @Test
    void goesOnWhenTheWholeServerGoesSilent() {
        subscribe(direct, ALL);
        recorder.awaitCount(SourceSignal.CaughtUp.class, 1, PATIENCE);
        store.faults().stall();
        append(10);
        long silentSince = System.nanoTime();
        recorder.awaitCount(SourceSignal.Interrupted.class, 1, UNTIL_DEATH_IS_NOTICED);
        System.out.printf("silent server: noticed after %d ms%n", (System.nanoTime() - silentSince) / 1_000_000);
        store.faults().resume();
        readsAgain("silent server", System.nanoTime());
    }

    @Test
    void goesOnWhenOnlyTheSubscriptionGoesDeaf() {
        AtomicInteger deaf = new AtomicInteger(1);
        intermediary.behaveInSubscriptions((behind, request, client) ->
                behind.read(request, deaf.getAndDecrement() > 0 ? new FirstMessages(client, 101) : client));
        subscribe(overIntermediary, ALL);
        recorder.awaitEvents(100, PATIENCE);
        long silentSince = System.nanoTime();
        recorder.awaitCount(SourceSignal.Interrupted.class, 1, UNTIL_DEAFNESS_IS_NOTICED);
        System.out.printf("deaf subscription: noticed after %d ms%n", (System.nanoTime() - silentSince) / 1_000_000);
        readsAgain("deaf subscription", System.nanoTime());
    }

    @Test
    void goesToTheLeaderWhenItIsNamedAfterTheConfirmation() {
        intermediary.behaveInSubscriptions((behind, request, client) -> {
            client.onNext(Intermediary.confirmation());
            client.onError(Status.NOT_FOUND
                    .withDescription("Leader info available")
                    .asRuntimeException(Intermediary.trailers(
                            "exception", "not-leader",
                            "leader-endpoint-host", "127.0.0.1",
                            "leader-endpoint-port", Integer.toString(store.port()))));
        });
        long since = System.nanoTime();
        subscribe(overIntermediary, ALL);
        readsAgain("not-leader after the confirmation", since);
        assertThat(recorder.all(SourceSignal.Subscribed.class)).hasSize(2);
        assertThat(intermediary.subscriptions()).hasSize(1);
    }

    @Test
    void goesToTheLeaderWhenItIsNamedAtOnce() {
        intermediary.refuse(
                Status.NOT_FOUND.withDescription("Leader info available"),
                Intermediary.trailers(
                        "exception", "not-leader",
                        "leader-endpoint-host", "127.0.0.1",
                        "leader-endpoint-port", Integer.toString(store.port())));
        subscribe(overIntermediary, ALL);
        readsAgain("not-leader at once", System.nanoTime());
        assertThat(recorder.all(SourceSignal.Interrupted.class)).isEmpty();
    }

    @Test
    void waitsWhileTheStoreHasNoLeader() {
        store.faults().pretendNotLeader("127.0.0.1", store.port());
        subscribe(direct, ALL);
        recorder.awaitCount(SourceSignal.Interrupted.class, 1, PATIENCE);
        store.faults().pretendLeader();
        readsAgain("no leader for a while", System.nanoTime());
    }

    @Test
    void goesOnAfterErrorsThatSayNothing() {
        AtomicInteger failures = new AtomicInteger(3);
        intermediary.behaveInSubscriptions((behind, request, client) -> {
            if (failures.getAndDecrement() > 0) {
                client.onError(Status.UNKNOWN
                        .withDescription("Exception was thrown by handler.")
                        .asRuntimeException(new Metadata()));
            } else {
                behind.read(request, client);
            }
        });
        subscribe(overIntermediary, ALL);
        readsAgain("unknown error three times", System.nanoTime());
    }

    /** Passes on so many messages, and then nothing, not even an end. */
    private record FirstMessages(StreamObserver<ReadResp> client, AtomicInteger left)
            implements StreamObserver<ReadResp> {
        FirstMessages(StreamObserver<ReadResp> client, int messages) {
            this(client, new AtomicInteger(messages));
        }

        @Override
        public void onNext(ReadResp message) {
            if (left.getAndDecrement() > 0) {
                client.onNext(message);
            }
        }

        @Override
        public void onError(Throwable error) {
            // Deaf.
        }

        @Override
        public void onCompleted() {
            // Deaf.
        }
    }
}
