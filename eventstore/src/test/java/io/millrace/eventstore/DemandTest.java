package io.millrace.eventstore;

import static io.millrace.eventstore.Samples.ALL;
import static io.millrace.eventstore.Samples.fromStart;
import static io.millrace.eventstore.Samples.numbered;
import static io.millrace.eventstore.Samples.numbers;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.millrace.embedded.EmbeddedEventStore;
import io.millrace.projections.EventEnvelope;
import io.millrace.projections.EventSource;
import io.millrace.projections.SourceSignal;
import java.time.Duration;
import java.util.List;
import java.util.UUID;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** No more events come than were asked for, and what is no event comes all the same. */
class DemandTest {
    private static final Duration PATIENCE = Duration.ofSeconds(20);

    private final EmbeddedEventStore store = EmbeddedEventStore.start();
    private final EventStoreConnection connection = EventStoreConnection.open(store.connectionString());
    private final SignalRecorder recorder = new SignalRecorder();

    @AfterEach
    void close() {
        connection.close();
        store.close();
    }

    private void append(int from, int to) {
        connection.appender().appendNow("viewing-1", ExpectedRevision.any(), numbered("Viewed", from, to));
    }

    @Test
    void handsOnNoEventBeforeItIsAskedFor() throws InterruptedException {
        append(1, 100);
        var reading = connection.source().subscribe(fromStart(ALL, "Viewed"), recorder);
        recorder.awaitCount(SourceSignal.Subscribed.class, 1, PATIENCE);
        Thread.sleep(500);
        assertThat(recorder.eventCount()).isZero();
        reading.request(3);
        recorder.awaitEvents(3, PATIENCE);
        Thread.sleep(500);
        assertThat(recorder.data()).isEqualTo(numbers(1, 3));
    }

    @Test
    void saysThatItIsCaughtUpWhenExactlyAllWasAskedFor() {
        append(1, 100);
        connection.source().subscribe(fromStart(ALL, "Viewed"), recorder).request(100);
        recorder.awaitCount(SourceSignal.CaughtUp.class, 1, PATIENCE);
        assertThat(recorder.eventCount()).isEqualTo(100);
    }

    @Test
    void neverGetsAheadOfASlowConsumer() throws InterruptedException {
        append(1, 2_000);
        AtomicInteger allowed = new AtomicInteger();
        AtomicBoolean exceeded = new AtomicBoolean();
        EventSource.Subscription reading = connection.source().subscribe(fromStart(ALL, "Viewed"), signal -> {
            recorder.onSignal(signal);
            if (recorder.eventCount() > allowed.get()) {
                exceeded.set(true);
            }
        });
        for (int step = 1; recorder.eventCount() < 2_000; step++) {
            int more = 1 + step % 50;
            int expected = Math.min(2_000, allowed.addAndGet(more));
            reading.request(more);
            recorder.awaitEvents(expected, PATIENCE);
            if (step % 20 == 0) {
                Thread.sleep(50);
            }
        }
        assertThat(exceeded).isFalse();
        assertThat(recorder.data()).isEqualTo(numbers(1, 2_000));
    }

    @Test
    void losesNoEventThatWaitedWhenTheCallEnded() {
        append(1, 100);
        var reading = connection.source().subscribe(fromStart(ALL, "Viewed"), recorder);
        reading.request(10);
        recorder.awaitEvents(10, PATIENCE);
        store.faults().resetSubscriptions();
        reading.request(90);
        recorder.awaitEvents(100, PATIENCE);
        recorder.awaitCount(SourceSignal.Subscribed.class, 2, PATIENCE);
        assertThat(recorder.data()).isEqualTo(numbers(1, 100));
    }

    @Test
    void takesRequestsFromWithinASignal() {
        append(1, 1_000);
        CountDownLatch subscribed = new CountDownLatch(1);
        EventSource.Subscription[] reading = new EventSource.Subscription[1];
        reading[0] = connection.source().subscribe(fromStart(ALL, "Viewed"), signal -> {
            recorder.onSignal(signal);
            if (signal instanceof EventEnvelope) {
                reading[0].request(1);
            } else if (signal instanceof SourceSignal.Subscribed) {
                subscribed.countDown();
            }
        });
        reading[0].request(1);
        recorder.awaitEvents(1_000, PATIENCE);
        assertThat(recorder.data()).isEqualTo(numbers(1, 1_000));
    }

    @Test
    void handsOnNothingOnceTheBytesAreUsedUp() throws InterruptedException {
        byte[] hundred = new byte[100];
        for (int i = 0; i < 10; i++) {
            connection
                    .appender()
                    .appendNow(
                            "large-1",
                            ExpectedRevision.any(),
                            List.of(NewEvent.octets(UUID.randomUUID(), "Large", hundred, new byte[0])));
        }
        var reading = connection.source().subscribe(fromStart(ALL, "Large"), recorder);
        reading.request(10, 250);
        recorder.awaitEvents(3, PATIENCE);
        reading.request(0, 50); // what the third was larger than what was left
        Thread.sleep(300);
        assertThat(recorder.eventCount()).isEqualTo(3);
        reading.request(0, 101);
        recorder.awaitEvents(5, PATIENCE);
        Thread.sleep(300);
        assertThat(recorder.eventCount()).isEqualTo(5);
    }

    @Test
    void addsUpWhateverIsAllowed() {
        append(1, 100);
        var reading = connection.source().subscribe(fromStart(ALL, "Viewed"), recorder);
        for (int i = 0; i < 5; i++) {
            reading.request(Integer.MAX_VALUE);
            reading.request(Integer.MAX_VALUE, Long.MAX_VALUE);
        }
        recorder.awaitEvents(100, PATIENCE);
    }

    @Test
    void refusesARequestForNothing() {
        var reading = connection.source().subscribe(fromStart(ALL, "Viewed"), recorder);
        assertThatThrownBy(() -> reading.request(0))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("events=0");
    }

    @Test
    void saysNothingAfterItWasClosed() throws InterruptedException {
        append(1, 5_000);
        AtomicBoolean closed = new AtomicBoolean();
        AtomicBoolean late = new AtomicBoolean();
        var reading = connection.source().subscribe(fromStart(ALL, "Viewed"), signal -> {
            late.compareAndSet(false, closed.get());
            recorder.onSignal(signal);
        });
        reading.request(5_000);
        recorder.awaitEvents(100, PATIENCE);
        reading.close();
        closed.set(true);
        Thread.sleep(300);
        assertThat(late).isFalse();
    }

    @Test
    void closesFromWithinASignal() throws InterruptedException {
        append(1, 100);
        CountDownLatch closed = new CountDownLatch(1);
        EventSource.Subscription[] reading = new EventSource.Subscription[1];
        reading[0] = connection.source().subscribe(fromStart(ALL, "Viewed"), signal -> {
            recorder.onSignal(signal);
            if (recorder.eventCount() == 10) {
                reading[0].close();
                closed.countDown();
            }
        });
        reading[0].request(100);
        assertThat(closed.await(20, TimeUnit.SECONDS)).isTrue();
        Thread.sleep(200);
        assertThat(recorder.eventCount()).isEqualTo(10);
    }

    @Test
    void failsVisiblyWhenTheSubscriberThrows() {
        append(1, 3);
        connection
                .source()
                .subscribe(fromStart(ALL, "Viewed"), signal -> {
                    recorder.onSignal(signal);
                    if (signal instanceof EventEnvelope) {
                        throw new IllegalStateException("broken subscriber");
                    }
                })
                .request(3);
        recorder.awaitCount(SourceSignal.Failed.class, 1, PATIENCE);
        assertThat(recorder.all(SourceSignal.Failed.class).get(0).cause()).hasMessageContaining("broken subscriber");
        assertThat(recorder.eventCount()).isEqualTo(1);
    }

    @Test
    void handsOnEventsOfAMegabyte() {
        byte[] large = "x".repeat(1_000_000).getBytes(java.nio.charset.StandardCharsets.US_ASCII);
        for (int i = 0; i < 20; i++) {
            connection
                    .appender()
                    .appendNow(
                            "large-1",
                            ExpectedRevision.any(),
                            List.of(NewEvent.octets(UUID.randomUUID(), "Large", large, new byte[0])));
        }
        connection.source().subscribe(fromStart(ALL, "Large"), recorder).request(20);
        recorder.awaitEvents(20, PATIENCE);
        assertThat(recorder.events()).allMatch(event -> event.data().length == 1_000_000);
    }
}
