package io.millrace.eventstore;

import static io.millrace.eventstore.Samples.ALL;
import static io.millrace.eventstore.Samples.fromStart;
import static io.millrace.eventstore.Samples.numbered;
import static io.millrace.eventstore.Samples.numbers;
import static org.assertj.core.api.Assertions.assertThat;

import io.millrace.embedded.EmbeddedEventStore;
import io.millrace.projections.Source;
import io.millrace.projections.SourceSignal;
import java.time.Duration;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** Whatever ends a call: no event is lost, none doubled, no thread stays, and reading goes on soon. */
class EndedCallsTest {
    private static final Duration PATIENCE = Duration.ofSeconds(20);

    /** Twice what is promised after a server's return. */
    private static final Duration TWICE_THE_PROMISE = Duration.ofSeconds(10);

    private final EmbeddedEventStore store = EmbeddedEventStore.start();
    private final EventStoreConnection connection = EventStoreConnection.open(store.connectionString());
    private final SignalRecorder recorder = new SignalRecorder();
    private int appended;

    @BeforeEach
    void appendHistory() {
        append(300);
    }

    @AfterEach
    void leaveNoThreadBehind() throws InterruptedException {
        connection.close();
        Threads.assertNoneLeft(Duration.ofSeconds(5));
        store.close();
    }

    private void append(int count) {
        connection
                .appender()
                .appendNow("viewing-1", ExpectedRevision.any(), numbered("Viewed", appended + 1, appended + count));
        appended += count;
    }

    private void subscribe(Source source) {
        connection.source().subscribe(fromStart(source, "Viewed"), recorder).request(100_000);
    }

    /** Breaks something while events are on their way, and again when all was read. */
    private void survives(String what, Runnable fault) {
        store.faults().pace(200);
        subscribe(ALL);
        recorder.awaitEvents(50, PATIENCE);
        fault.run();
        store.faults().pace(0);
        recorder.awaitEvents(300, TWICE_THE_PROMISE);
        recorder.awaitCount(SourceSignal.CaughtUp.class, 1, PATIENCE);
        fault.run();
        long since = System.nanoTime();
        append(10);
        readsAgain(what, since);
        assertThat(recorder.all(SourceSignal.Interrupted.class)).hasSize(2);
        assertThat(recorder.all(SourceSignal.Subscribed.class)).hasSize(3);
    }

    private void readsAgain(String what, long sinceNanos) {
        recorder.awaitEvents(appended, TWICE_THE_PROMISE);
        System.out.printf("%s: reading again after %d ms%n", what, (System.nanoTime() - sinceNanos) / 1_000_000);
        assertThat(recorder.data()).isEqualTo(numbers(1, appended));
        assertThat(recorder.positions()).isSorted();
    }

    @Test
    void goesOnWhenTheServerCompletesTheCall() {
        survives("completed", store.faults()::completeSubscriptions);
    }

    @Test
    void goesOnWhenTheServerCancelsTheCall() {
        survives("cancelled", store.faults()::cancelSubscriptions);
    }

    @Test
    void goesOnWhenTheServerResetsTheCall() {
        survives("reset", store.faults()::resetSubscriptions);
    }

    @Test
    void goesOnWhenTheConnectionIsCut() {
        survives("cut", store.faults()::dropConnections);
    }

    @Test
    void goesOnWhenTheServerIsKilledAndStartedAgain() {
        survives("killed and restarted", () -> {
            store.kill();
            store.restart();
        });
    }

    @Test
    void goesOnWhenTheServerStopsInOrderAndStartsAgain() {
        survives("stopped and restarted", () -> {
            store.faults().goAwayAfter(Duration.ofSeconds(1));
            store.restart();
        });
    }
}
