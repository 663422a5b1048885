package io.millrace.cost;

import io.millrace.projections.EventEnvelope;
import java.time.Duration;
import java.util.List;
import java.util.Objects;
import java.util.stream.Stream;

/**
 * A stream to reckon with: its history, and what comes live after it. Immutable.
 *
 * @param description what it is, for the head of a report
 * @param history what is in the store when the projector begins
 * @param live what is appended once it has caught up
 * @param interval the virtual time from one live event to the next
 */
public record RecordedStream(
        String description, List<EventEnvelope> history, List<EventEnvelope> live, Duration interval) {

    /**
     * @throws IllegalArgumentException if it has no event, or they are not in the order of their positions
     */
    public RecordedStream {
        Objects.requireNonNull(description, "description");
        history = List.copyOf(history);
        live = List.copyOf(live);
        if (history.isEmpty() && live.isEmpty()) {
            throw new IllegalArgumentException("expected a stream of at least one event: " + description + " has none");
        }
        if (interval.isNegative() || interval.isZero()) {
            throw new IllegalArgumentException("expected a time between live events > 0: interval=" + interval);
        }
        requireOrder(Stream.concat(history.stream(), live.stream()).toList());
    }

    /** A stream whose last so many events come live. */
    public static RecordedStream of(String description, List<EventEnvelope> events, int live, Duration interval) {
        if (live < 0 || live > events.size()) {
            throw new IllegalArgumentException(
                    "expected 0 to " + events.size() + " live events, as many as there are at most: live=" + live);
        }
        int historic = events.size() - live;
        return new RecordedStream(
                description, events.subList(0, historic), events.subList(historic, events.size()), interval);
    }

    private static void requireOrder(List<EventEnvelope> events) {
        for (int i = 1; i < events.size(); i++) {
            if (!events.get(i).position().isAfter(events.get(i - 1).position())) {
                throw new IllegalArgumentException("expected events in the order of their positions: "
                        + events.get(i - 1) + ", then " + events.get(i));
            }
        }
    }

    /** How many events it has, handled or not. */
    public int size() {
        return history.size() + live.size();
    }

    /**
     * When a live event comes, counted from the moment when the projector has caught up.
     *
     * @param index counted from 0
     * @param burst so many come at once, at the time of the last of them
     */
    Duration arrival(int index, int burst) {
        int last = Math.min(live.size(), (index / burst + 1) * burst);
        return interval.multipliedBy(last);
    }
}
