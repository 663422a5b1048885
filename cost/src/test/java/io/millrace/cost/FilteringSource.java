package io.millrace.cost;

import io.millrace.projections.EventEnvelope;
import io.millrace.projections.EventSource;
import io.millrace.projections.SourceSignal;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.Objects;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/** An event source in memory that filters by type, as the server does, and hands on no more than it is asked for. */
final class FilteringSource implements EventSource {
    private final Deque<EventEnvelope> waiting = new ArrayDeque<>();
    private Set<String> types = Set.of();
    private @Nullable Subscriber subscriber;
    private long demand;

    @Override
    public Subscription subscribe(Request request, Subscriber to) {
        types = request.eventTypes();
        subscriber = to;
        return new Subscription() {
            @Override
            public void request(int events) {
                demand += events;
            }

            @Override
            public void close() {
                demand = 0;
            }
        };
    }

    void append(EventEnvelope event) {
        if (types.contains(event.type())) {
            waiting.add(event);
        }
        handOn();
    }

    void handOn() {
        while (demand > 0 && !waiting.isEmpty()) {
            demand--;
            say(waiting.remove());
        }
    }

    void say(SourceSignal signal) {
        Objects.requireNonNull(subscriber, "not subscribed").onSignal(signal);
    }
}
