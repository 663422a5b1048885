package io.millrace.embedded;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.eventstore.dbclient.AppendToStreamOptions;
import com.eventstore.dbclient.EventData;
import com.eventstore.dbclient.EventStoreDBClient;
import com.eventstore.dbclient.EventStoreDBConnectionString;
import com.eventstore.dbclient.ExpectedRevision;
import com.eventstore.dbclient.ReadStreamOptions;
import com.eventstore.dbclient.ResolvedEvent;
import com.eventstore.dbclient.StreamNotFoundException;
import com.eventstore.dbclient.SubscribeToAllOptions;
import com.eventstore.dbclient.Subscription;
import com.eventstore.dbclient.SubscriptionFilter;
import com.eventstore.dbclient.SubscriptionListener;
import com.eventstore.dbclient.WriteResult;
import com.eventstore.dbclient.WrongExpectedVersionException;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import java.util.stream.IntStream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

class EmbeddedEventStoreTest {
    private final EmbeddedEventStore store = EmbeddedEventStore.start();
    private final EventStoreDBClient client =
            EventStoreDBClient.create(EventStoreDBConnectionString.parseOrThrow(store.connectionString()));

    @AfterEach
    void stop() throws Exception {
        client.shutdown().get(20, TimeUnit.SECONDS);
        store.close();
    }

    @Test
    void givesBackWhatWasAppended() throws Exception {
        WriteResult written = append("books-1", ExpectedRevision.noStream(), 3);

        List<ResolvedEvent> events = client.readStream("books-1", ReadStreamOptions.get())
                .get(20, TimeUnit.SECONDS)
                .getEvents();
        assertThat(events).extracting(event -> event.getEvent().getRevision()).containsExactly(0L, 1L, 2L);
        assertThat(events.get(2).getEvent().getPosition()).isEqualTo(written.getLogPosition());
        assertThat(events.get(1).getEvent().getEventData()).isEqualTo("{\"n\":1}".getBytes(StandardCharsets.UTF_8));
        assertThat(events.get(1).getEvent().getEventType()).isEqualTo("BookAdded");
    }

    @Test
    void refusesAnotherRevisionThanExpected() throws Exception {
        append("books-1", ExpectedRevision.noStream(), 3);

        assertThatThrownBy(() -> append("books-1", ExpectedRevision.expectedRevision(7), 1))
                .isInstanceOf(ExecutionException.class)
                .hasCauseInstanceOf(WrongExpectedVersionException.class);
    }

    @Test
    void saysWhenAStreamIsMissing() {
        assertThatThrownBy(() ->
                        client.readStream("nowhere", ReadStreamOptions.get()).get(20, TimeUnit.SECONDS))
                .hasCauseInstanceOf(StreamNotFoundException.class);
    }

    @Test
    void subscribersGetHistoryThenCaughtUpThenLiveEvents() throws Exception {
        append("books-1", ExpectedRevision.any(), 3);
        Heard heard = new Heard();
        Subscription subscription = client.subscribeToAll(
                        heard,
                        SubscribeToAllOptions.get()
                                .filter(SubscriptionFilter.newBuilder()
                                        .addEventTypePrefix("Book")
                                        .build()))
                .get(20, TimeUnit.SECONDS);

        assertThat(heard.next()).isEqualTo("0@books-1");
        assertThat(heard.next()).isEqualTo("1@books-1");
        assertThat(heard.next()).isEqualTo("2@books-1");
        assertThat(heard.next()).isEqualTo("caught up");
        append("books-1", ExpectedRevision.streamExists(), 1);
        assertThat(heard.next()).isEqualTo("3@books-1");
        subscription.stop();
    }

    private WriteResult append(String stream, ExpectedRevision expected, int count) throws Exception {
        List<EventData> events = IntStream.range(0, count)
                .mapToObj(n -> EventData.builderAsJson(
                                "BookAdded", ("{\"n\":" + n + "}").getBytes(StandardCharsets.UTF_8))
                        .build())
                .toList();
        return client.appendToStream(stream, AppendToStreamOptions.get().expectedRevision(expected), events.iterator())
                .get(20, TimeUnit.SECONDS);
    }

    private static final class Heard extends SubscriptionListener {
        private final BlockingQueue<String> queue = new LinkedBlockingQueue<>();

        @Override
        public void onEvent(Subscription subscription, ResolvedEvent event) {
            queue.add(event.getEvent().getRevision() + "@" + event.getEvent().getStreamId());
        }

        @Override
        public void onCaughtUp(Subscription subscription) {
            queue.add("caught up");
        }

        String next() throws InterruptedException {
            return String.valueOf(queue.poll(20, TimeUnit.SECONDS));
        }
    }
}
