package io.millrace.service;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.json.JsonMapper;
import io.millrace.embedded.EmbeddedEventStore;
import io.millrace.eventstore.EventStoreConnection;
import io.millrace.eventstore.ExpectedRevision;
import io.millrace.eventstore.NewEvent;
import io.millrace.projections.EventEnvelope;
import io.millrace.projections.EventSource;
import io.millrace.projections.Source;
import io.millrace.projections.SourceSignal;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.UUID;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;

/** An event store, and what was imported into it. */
final class TestStore implements AutoCloseable {
    private static final JsonMapper JSON = new JsonMapper();

    private final EmbeddedEventStore store = EmbeddedEventStore.start();
    private final EventStoreConnection events = EventStoreConnection.open(store.connectionString());

    String connectionString() {
        return store.connectionString();
    }

    void append(String stream, String type, String json) {
        append(stream, type, json, "");
    }

    private void append(String stream, String type, String json, String metadata) {
        NewEvent event = NewEvent.json(
                UUID.randomUUID(),
                type,
                json.getBytes(StandardCharsets.UTF_8),
                metadata.getBytes(StandardCharsets.UTF_8));
        events.appender().appendNow(stream, ExpectedRevision.any(), List.of(event));
    }

    /** Appends CSV rows of the form {@code n,who} as an import would have done, whose metadata looked like this. */
    void appendAsImported(int rowsBefore, List<String> rows, String metadata) {
        for (String row : rows) {
            String[] fields = row.strip().split(",", 2);
            append(
                    "who-" + fields[1],
                    "Seen",
                    "{\"n\":" + fields[0] + ",\"who\":\"" + fields[1] + "\"}",
                    metadata.replaceFirst("\"row\":\\d+", "\"row\":" + fields[0]));
        }
    }

    String lastMetadataOf(String stream) {
        return new String(events.reads().lastEvent(stream).orElseThrow().metadata(), StandardCharsets.UTF_8);
    }

    List<Integer> numbersIn(String stream) {
        return numbers(new Source.SingleStream(stream));
    }

    List<Integer> numbersInLog() {
        return numbers(new Source.AllStreams());
    }

    private List<Integer> numbers(Source source) {
        List<Integer> numbers = new ArrayList<>();
        CountDownLatch caughtUp = new CountDownLatch(1);
        EventSource.Request request =
                new EventSource.Request(source, Set.of("Seen"), Optional.empty(), Optional.empty());
        try (EventSource.Subscription subscription = events.source().subscribe(request, signal -> {
            if (signal instanceof EventEnvelope event) {
                numbers.add(number(event));
            } else if (signal instanceof SourceSignal.CaughtUp) {
                caughtUp.countDown();
            }
        })) {
            subscription.request(Integer.MAX_VALUE);
            if (!caughtUp.await(60, TimeUnit.SECONDS)) {
                throw new AssertionError("not caught up");
            }
            return numbers;
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new AssertionError("interrupted", e);
        }
    }

    private static int number(EventEnvelope event) {
        try {
            JsonNode node = JSON.readTree(event.data());
            return node.get("n").asInt();
        } catch (IOException e) {
            throw new AssertionError("not JSON: " + event, e);
        }
    }

    void stop() {
        store.stop();
    }

    @Override
    public void close() {
        events.close();
        store.close();
    }
}
