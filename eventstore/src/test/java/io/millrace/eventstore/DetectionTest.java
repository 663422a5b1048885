package io.millrace.eventstore;

import static io.millrace.eventstore.Samples.ALL;
import static io.millrace.eventstore.Samples.fromStart;
import static io.millrace.eventstore.Samples.numbered;
import static io.millrace.eventstore.Samples.numbers;
import static org.assertj.core.api.Assertions.assertThat;

import com.eventstore.dbclient.proto.streams.StreamsOuterClass.ReadResp;
import io.grpc.stub.StreamObserver;
import io.millrace.embedded.EmbeddedEventStore;
import io.millrace.projections.EventSource;
import io.millrace.projections.EventSourceException;
import io.millrace.projections.SourceSignal;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.List;
import java.util.UUID;
import java.util.concurrent.atomic.AtomicBoolean;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.parallel.Execution;
import org.junit.jupiter.api.parallel.ExecutionMode;

/**
 * Dead connections and deaf subscriptions are noticed in the promised time, asserted at twice that and at what
 * the machine itself stalled for; a quiet store, a
 * subscriber that takes its time and a thin line are not taken for them.
 */
@Execution(ExecutionMode.CONCURRENT)
class DetectionTest {
    private static final Duration PATIENCE = Duration.ofSeconds(20);
    private static final String QUICK = "&keepAliveInterval=1000&keepAliveTimeout=1000";

    private final EmbeddedEventStore store = EmbeddedEventStore.start();
    private final Line line = new Line(store.port());
    private final Intermediary intermediary = new Intermediary(store.port());
    private final EventStoreConnection direct = EventStoreConnection.open(store.connectionString());
    private final SignalRecorder recorder = new SignalRecorder();
    private final AtomicBoolean deaf = new AtomicBoolean();

    @AfterEach
    void close() throws IOException {
        direct.close();
        intermediary.close();
        line.close();
        store.close();
    }

    private void append(int from, int to) {
        direct.appender().appendNow("viewing-1", ExpectedRevision.any(), numbered("Viewed", from, to));
    }

    private static EventSource.Subscription subscribe(EventStoreConnection connection, SignalRecorder recorder) {
        return connection.source().subscribe(fromStart(ALL, "Viewed"), recorder);
    }

    /** One matching event on a store that is idle but for it: nothing else ever tells that something is wrong. */
    private void progressesAfterOneEvent(String fault, Duration promise) {
        try (Stalls stalls = Stalls.sinceNow()) {
            append(4, 4);
            long since = System.nanoTime();
            recorder.awaitEvents(4, promise.plus(PATIENCE).multipliedBy(2));
            long tookMs = (System.nanoTime() - since) / 1_000_000;
            long stalledMs = stalls.soFar().toMillis();
            System.out.printf(
                    "%s: progress after %d ms, promised %d ms; the machine stalled for %d ms%n",
                    fault, tookMs, promise.toMillis(), stalledMs);
            assertThat(tookMs - stalledMs).isLessThan(2 * promise.toMillis());
        }
        assertThat(recorder.data()).isEqualTo(numbers(1, 4));
        assertThat(recorder.all(SourceSignal.Interrupted.class)).hasSize(1);
        assertThat(recorder.all(SourceSignal.Subscribed.class)).hasSize(2);
    }

    private void halfOpen(String parameters, Duration promise) {
        append(1, 3);
        try (EventStoreConnection connection = EventStoreConnection.open(line.connectionString(parameters))) {
            subscribe(connection, recorder).request(100);
            recorder.awaitCount(SourceSignal.CaughtUp.class, 1, PATIENCE);
            line.cutHalfOpen();
            progressesAfterOneEvent("half-open connection" + parameters, promise);
        }
    }

    @Test
    void noticesAHalfOpenConnectionInTenSeconds() {
        halfOpen("", Duration.ofSeconds(10));
    }

    @Test
    void noticesAHalfOpenConnectionAsSoonAsTheConnectionStringSays() {
        halfOpen(QUICK, Duration.ofSeconds(2));
    }

    private void deafSubscription(String parameters, Duration promise) {
        append(1, 3);
        intermediary.behaveInSubscriptions(
                (behind, request, client) -> behind.read(request, new Deafening(client, deaf)));
        try (EventStoreConnection connection =
                EventStoreConnection.open(intermediary.connectionString() + parameters)) {
            subscribe(connection, recorder).request(100);
            recorder.awaitCount(SourceSignal.CaughtUp.class, 1, PATIENCE);
            deaf.set(true);
            intermediary.behaveWell();
            progressesAfterOneEvent("deaf subscription" + parameters, promise);
            assertThat(recorder.all(SourceSignal.Interrupted.class).get(0).cause())
                    .hasMessageContaining("has events that it does not deliver")
                    .extracting(EventSourceException::kind)
                    .isEqualTo(EventSourceException.Kind.UNREACHABLE);
        }
    }

    @Test
    void noticesADeafSubscriptionInFifteenSeconds() {
        deafSubscription("", Duration.ofSeconds(15));
    }

    @Test
    void noticesADeafSubscriptionAsSoonAsTheConnectionStringSays() {
        deafSubscription(QUICK, Duration.ofSeconds(3));
    }

    @Test
    void asksNothingOfAStoreThatWaitsForASlowSubscriber() throws InterruptedException {
        append(1, 300);
        try (EventStoreConnection connection = EventStoreConnection.open(intermediary.connectionString())) {
            EventSource.Subscription reading = subscribe(connection, recorder);
            reading.request(100);
            recorder.awaitEvents(100, PATIENCE);
            int readsBefore = intermediary.reads().size();
            // Longer than silence, the sign of life and the delivery together.
            Thread.sleep(Duration.ofSeconds(25).toMillis());
            assertThat(intermediary.reads()).hasSize(readsBefore);
            reading.request(1_000);
            recorder.awaitEvents(300, PATIENCE);
            assertThat(recorder.all(SourceSignal.Interrupted.class)).isEmpty();
            assertThat(recorder.data()).isEqualTo(numbers(1, 300));
        }
    }

    /** Asks every second, as {@link #QUICK} does, and is patient: a machine that stalls is not what this is about. */
    @Test
    void leavesAQuietStoreAlone() throws InterruptedException {
        append(1, 3);
        String patient = "&keepAliveInterval=1000&keepAliveTimeout=20000";
        try (EventStoreConnection connection = EventStoreConnection.open(intermediary.connectionString() + patient)) {
            subscribe(connection, recorder).request(100);
            recorder.awaitCount(SourceSignal.CaughtUp.class, 1, PATIENCE);
            int readsBefore = intermediary.reads().size();
            Thread.sleep(Duration.ofSeconds(8).toMillis());
            append(4, 4);
            recorder.awaitEvents(4, PATIENCE);
            assertThat(intermediary.reads().size() - readsBefore).isBetween(2, 8);
            assertThat(recorder.all(SourceSignal.Interrupted.class)).isEmpty();
        }
    }

    @Test
    void takesALargeEventOnAThinLineForNoSilence() {
        byte[] large = "x".repeat(1_000_000).getBytes(StandardCharsets.US_ASCII);
        direct.appender()
                .appendNow(
                        "viewing-1",
                        ExpectedRevision.any(),
                        List.of(NewEvent.octets(UUID.randomUUID(), "Viewed", large, new byte[0])));
        line.narrowTo(100_000);
        try (EventStoreConnection connection =
                EventStoreConnection.open(line.connectionString("&keepAliveInterval=500&keepAliveTimeout=500"))) {
            long since = System.nanoTime();
            subscribe(connection, recorder).request(100);
            recorder.awaitEvents(1, Duration.ofSeconds(60));
            System.out.printf("1 MB at 100 kB/s: came after %d ms%n", (System.nanoTime() - since) / 1_000_000);
            assertThat(recorder.all(SourceSignal.Interrupted.class)).isEmpty();
        }
    }

    /** Passes on what comes, until it is deaf. */
    private record Deafening(StreamObserver<ReadResp> client, AtomicBoolean deaf) implements StreamObserver<ReadResp> {
        @Override
        public void onNext(ReadResp message) {
            if (!deaf.get()) {
                client.onNext(message);
            }
        }

        @Override
        public void onError(Throwable error) {
            // Says nothing.
        }

        @Override
        public void onCompleted() {
            // Says nothing.
        }
    }
}
