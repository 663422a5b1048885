package io.millrace.service;

import io.millrace.eventstore.Appended;
import io.millrace.eventstore.EventStoreConnection;
import io.millrace.eventstore.ExpectedRevision;
import io.millrace.eventstore.NewEvent;
import io.millrace.examples.ReferenceViewing;
import io.millrace.examples.SampleEvent;
import io.millrace.examples.SampleFlights;
import io.millrace.service.terminal.Progress;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.SplittableRandom;
import java.util.UUID;
import java.util.concurrent.CompletableFuture;

/** Appends what the demo is about: the reference viewing stream and real flights, and then live ones without end. */
final class DemoEvents {
    private static final int EVENTS_PER_APPEND = 500;
    private static final int VIEWERS = 5;
    private static final int VIDEOS = 100;
    private static final long SEED = 2001;

    private final EventStoreConnection store;
    private final List<SampleEvent> flights = SampleFlights.events();
    private final SplittableRandom random = new SplittableRandom(SEED);
    private int nextFlight;

    DemoEvents(EventStoreConnection store) {
        this.store = store;
    }

    int flights() {
        return flights.size();
    }

    int historicEvents() {
        return ReferenceViewing.HISTORIC_VIEWS + ReferenceViewing.BOOKMARKS + flights.size();
    }

    /** Appends what happened before the demo began. */
    void appendHistory(Progress progress) {
        List<SampleEvent> history = new ArrayList<>(ReferenceViewing.historic());
        history.addAll(flights);
        Map<String, List<NewEvent>> byStream = new LinkedHashMap<>();
        history.forEach(event -> byStream.computeIfAbsent(event.stream(), first -> new ArrayList<>())
                .add(newEvent(event)));
        List<CompletableFuture<?>> appends = new ArrayList<>();
        byStream.forEach((stream, events) -> appends.addAll(append(stream, events, progress)));
        CompletableFuture.allOf(appends.toArray(CompletableFuture<?>[]::new)).join();
    }

    private List<CompletableFuture<Appended>> append(String stream, List<NewEvent> events, Progress progress) {
        List<CompletableFuture<Appended>> appends = new ArrayList<>();
        for (int from = 0; from < events.size(); from += EVENTS_PER_APPEND) {
            List<NewEvent> chunk = events.subList(from, Math.min(events.size(), from + EVENTS_PER_APPEND));
            appends.add(store.appender()
                    .append(stream, ExpectedRevision.any(), chunk)
                    .whenComplete((appended, error) -> progress.stepBy(chunk.size())));
        }
        return appends;
    }

    /** One event, now. */
    void append(SampleEvent event) {
        store.appender().appendNow(event.stream(), ExpectedRevision.any(), List.of(newEvent(event)));
    }

    /** A view by somebody, or a flight: the shipped ones over again. */
    void appendLiveEvent() {
        if (random.nextBoolean()) {
            append(ReferenceViewing.viewed(Integer.toString(1 + random.nextInt(VIEWERS)), random.nextInt(VIDEOS)));
        } else {
            append(flights.get(nextFlight++ % flights.size()));
        }
    }

    private static NewEvent newEvent(SampleEvent event) {
        return NewEvent.json(
                UUID.randomUUID(), event.type(), event.data().getBytes(StandardCharsets.UTF_8), new byte[0]);
    }
}
