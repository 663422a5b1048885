package io.millrace.it.contract;

import static org.assertj.core.api.Assertions.assertThat;

import com.eventstore.dbclient.EventData;
import com.eventstore.dbclient.ExpectedRevision;
import com.eventstore.dbclient.ResolvedEvent;
import com.eventstore.dbclient.SubscribeToAllOptions;
import com.eventstore.dbclient.SubscribeToStreamOptions;
import com.eventstore.dbclient.Subscription;
import com.eventstore.dbclient.SubscriptionFilter;
import com.eventstore.dbclient.WriteResult;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import java.util.function.Supplier;
import java.util.stream.LongStream;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;

/** From catching up to live, while others write: every event once, in order. */
final class HandOverIT extends ContractTest {
    private static final int APPENDS = 80;
    private static final int EVENTS_OF_ONE = 25;
    private static final int ALL = APPENDS * EVENTS_OF_ONE;

    @Test
    void losesAndRepeatsNothingOfAStream() {
        String stream = unique("handOver");
        assertHearsAll(
                stream, () -> subscribe(stream, SubscribeToStreamOptions.get().fromStart()));
    }

    @Test
    void losesAndRepeatsNothingOfTheLog() {
        String stream = unique("handOver");
        assertHearsAll(
                stream,
                () -> subscribeToAll(
                        SubscribeToAllOptions.get().fromStart(),
                        SubscriptionFilter.newBuilder().withStreamNameRegularExpression("^" + stream + "$")));
    }

    private static void assertHearsAll(String stream, Supplier<Heard> subscription) {
        List<Heard> subscribers = new ArrayList<>();
        List<CompletableFuture<WriteResult>> appends = new ArrayList<>();
        for (int i = 0; i < APPENDS; i++) {
            appends.add(appending(stream, ExpectedRevision.any(), events("Counted", EVENTS_OF_ONE)));
            if (i % 8 == 0) {
                subscribers.add(subscription.get());
            }
        }
        appends.forEach(Outcome::of);
        for (Heard subscriber : subscribers) {
            assertThat(revisions(subscriber.awaitEvents(ALL).events())).isEqualTo(allRevisions());
            subscriber.close();
        }
    }

    /**
     * A real server said caughtUp five times more to a slow subscriber; how often depends on who is how fast, so that
     * only the first and one more are asked for. Before a server notices, the connection's buffers must be full.
     */
    @Test
    void givesASlowSubscriberEveryEventAndSaysCaughtUpAgain() {
        String stream = unique("handOver");
        CountDownLatch released = new CountDownLatch(1);
        Heard slow = new Heard() {
            @Override
            public void onEvent(Subscription source, ResolvedEvent event) {
                awaitUninterrupted(released);
                super.onEvent(source, event);
            }
        };
        try (Heard heard = subscribe(
                slow, stream, SubscribeToStreamOptions.get().fromStart().batchSize(16))) {
            heard.awaitCaughtUp();
            appendMoreThanBuffersHold(stream);
            released.countDown();

            assertThat(revisions(heard.awaitEvents(ALL).events())).isEqualTo(allRevisions());
            heard.await("caughtUp again", so -> so.only(Signal.CaughtUp.class).count() > 1);
        }
    }

    /** One that does not read delays nobody else. */
    @Test
    void doesNotLetABlockedSubscriberDelayAnother() {
        String stream = unique("handOver");
        CountDownLatch released = new CountDownLatch(1);
        Heard blocked = new Heard() {
            @Override
            public void onEvent(Subscription source, ResolvedEvent event) {
                awaitUninterrupted(released);
            }
        };
        try (Heard first = subscribe(
                        blocked, stream, SubscribeToStreamOptions.get().batchSize(16));
                Heard second = subscribe(stream, SubscribeToStreamOptions.get())) {
            first.awaitCaughtUp();
            appendMoreThanBuffersHold(stream);
            assertThat(revisions(second.awaitEvents(ALL).events())).isEqualTo(allRevisions());
        } finally {
            released.countDown();
        }
    }

    /** 4 MB; this client's flow control window is 1 MiB. */
    private static void appendMoreThanBuffersHold(String stream) {
        String data = "{\"filling\":\"" + "x".repeat(2000) + "\"}";
        for (int i = 0; i < APPENDS; i++) {
            EventData[] events = Stream.generate(() -> json("Counted", data))
                    .limit(EVENTS_OF_ONE)
                    .toArray(EventData[]::new);
            append(stream, events);
        }
    }

    private static List<Long> allRevisions() {
        return LongStream.range(0, ALL).boxed().toList();
    }

    private static void awaitUninterrupted(CountDownLatch latch) {
        try {
            latch.await();
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }
}
