package io.millrace.eventstore;

import static io.millrace.eventstore.Samples.ALL;
import static io.millrace.eventstore.Samples.fromStart;
import static io.millrace.eventstore.Samples.numbered;
import static org.assertj.core.api.Assertions.assertThat;

import io.millrace.embedded.EmbeddedEventStore;
import io.millrace.projections.EventSource;
import io.millrace.projections.Source;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.parallel.Isolated;

/** What was opened is gone after it was closed: all threads of the process are looked at. */
@Isolated
class ClosingTest {
    private static final Duration PATIENCE = Duration.ofSeconds(20);

    @Test
    void leavesNoThreadBehindAndNoConnection() throws InterruptedException {
        try (EmbeddedEventStore store = EmbeddedEventStore.start()) {
            useOnce(store);
            Set<String> before = Threads.all();
            for (int i = 0; i < 5; i++) {
                useOnce(store);
            }
            // Netty's own executor ends by itself, a second after its last task.
            long end = System.nanoTime() + PATIENCE.toNanos();
            while (System.nanoTime() < end
                    && (store.faults().openConnections() > 0
                            || !newThreads(before).isEmpty())) {
                Thread.sleep(20);
            }
            assertThat(store.faults().openConnections()).isZero();
            assertThat(newThreads(before)).isEmpty();
        }
    }

    private static Set<String> newThreads(Set<String> before) {
        Set<String> threads = Threads.all();
        threads.removeAll(before);
        threads.removeIf(name -> name.startsWith("embedded-eventstore"));
        return threads;
    }

    /** Reads all kinds of sources, appends, asks; some subscriptions are closed, some left to the connection. */
    private static void useOnce(EmbeddedEventStore store) {
        try (EventStoreConnection connection = EventStoreConnection.open(store.connectionString())) {
            connection.check(Duration.ofSeconds(5));
            connection.appender().appendNow("viewing-1", ExpectedRevision.any(), numbered("Viewed", 1, 10));
            List<EventSource.Subscription> subscriptions = new ArrayList<>();
            for (Source source : List.of(ALL, new Source.SingleStream("viewing-1"), ALL)) {
                SignalRecorder recorder = new SignalRecorder();
                EventSource.Subscription subscription =
                        connection.source().subscribe(fromStart(source, "Viewed"), recorder);
                subscription.request(5);
                recorder.awaitEvents(5, PATIENCE);
                subscriptions.add(subscription);
            }
            long since = System.nanoTime();
            subscriptions.get(0).close();
            subscriptions.get(0).close();
            assertThat(Duration.ofNanos(System.nanoTime() - since)).isLessThan(Duration.ofSeconds(5));
        }
    }

    @Test
    void closesWhileTheServerIsAway() {
        EmbeddedEventStore store = EmbeddedEventStore.start();
        store.close();
        EventStoreConnection connection = EventStoreConnection.open(store.connectionString());
        SignalRecorder recorder = new SignalRecorder();
        EventSource.Subscription subscription = connection.source().subscribe(fromStart(ALL, "Viewed"), recorder);
        recorder.awaitCount(io.millrace.projections.SourceSignal.Interrupted.class, 1, PATIENCE);
        subscription.close();
        connection.close();
        int signals = recorder.signals().size();
        subscription.request(1);
        assertThat(recorder.signals()).hasSize(signals);
    }
}
