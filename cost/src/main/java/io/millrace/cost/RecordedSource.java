package io.millrace.cost;

import io.millrace.projections.EventEnvelope;
import io.millrace.projections.EventSource;
import io.millrace.projections.Projection;
import io.millrace.projections.Source;
import io.millrace.projections.SourceSignal;
import io.millrace.projections.SourceSignal.CheckpointReached;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.Objects;
import java.util.Set;
import java.util.function.Predicate;
import org.jspecify.annotations.Nullable;

/**
 * An event source in memory. It filters by type as a server does, or leaves that to the reader: then an event that nobody
 * handles is read all the same, and shows as a checkpoint. Hands on no more events than it is asked for. For one thread.
 */
final class RecordedSource implements EventSource {
    private final boolean filters;
    private final Deque<EventEnvelope> waiting = new ArrayDeque<>();
    private Predicate<EventEnvelope> handles = event -> false;
    private @Nullable Subscriber subscriber;
    private long demand;
    private long eventsRead;

    RecordedSource(boolean filters) {
        this.filters = filters;
    }

    @Override
    public Subscription subscribe(Request request, Subscriber to) {
        handles = event -> handles(request.source(), request.eventTypes(), event);
        subscriber = to;
        return new Subscription() {
            @Override
            public void request(int events, long bytes) {
                demand += events;
            }

            @Override
            public void close() {
                demand = 0;
                waiting.clear();
            }
        };
    }

    /**
     * Whether a projection with this source and these types handles an event. What a stream of links holds (their names
     * begin with a dollar) is not known here: any event may be linked from it.
     */
    static boolean handles(Source source, Set<String> types, EventEnvelope event) {
        if (!types.contains(event.type())) {
            return false;
        }
        if (source instanceof Source.StreamsStartingWith streams) {
            return streams.prefixes().stream().anyMatch(event.stream()::startsWith);
        }
        return !(source instanceof Source.SingleStream single)
                || single.stream().startsWith("$")
                || single.stream().equals(event.stream());
    }

    static boolean handles(Projection projection, EventEnvelope event) {
        return handles(projection.source(), projection.eventTypes(), event);
    }

    /** Appends an event to what is read. */
    void append(EventEnvelope event) {
        boolean handled = handles.test(event);
        if (handled || !filters) {
            eventsRead++;
        }
        if (handled) {
            waiting.add(event);
            handOn();
        } else if (!filters) {
            say(new CheckpointReached(event.position()));
        }
    }

    /** Hands on what is waiting, as far as it is asked for. */
    boolean handOn() {
        boolean some = false;
        while (demand > 0 && !waiting.isEmpty()) {
            demand--;
            some = true;
            say(waiting.remove());
        }
        return some;
    }

    void say(SourceSignal signal) {
        Objects.requireNonNull(subscriber, "not subscribed").onSignal(signal);
    }

    /** How many events came over the wire. */
    long eventsRead() {
        return eventsRead;
    }
}
