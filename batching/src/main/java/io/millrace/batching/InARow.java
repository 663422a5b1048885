package io.millrace.batching;

import io.millrace.checkpoint.HandledEvent;
import io.millrace.checkpoint.Position;
import io.millrace.projections.EventEnvelope;
import io.millrace.projections.EventFailedException;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.stream.Stream;

/** The poison events since the last one that was handled. For one thread. */
final class InARow {
    private final int most;
    private final List<String> events = new ArrayList<>();

    InARow(int most) {
        this.most = most;
    }

    /** For what was counted before. */
    static InARow uncounted() {
        return new InARow(Integer.MAX_VALUE);
    }

    void standAt(List<String> failedSoFar) {
        events.clear();
        events.addAll(failedSoFar);
    }

    /** An event was handled. */
    void passed() {
        if (!events.isEmpty()) {
            events.clear();
        }
    }

    /**
     * An event failed.
     *
     * @throws EventFailedException if it is one too many
     */
    void failed(EventEnvelope event, EventFailedException failure) {
        if (events.size() >= most) {
            throw new EventFailedException(
                    failure.projection(),
                    event,
                    "it is one more than may be parked or skipped in a row (max-parked=" + most + "), after "
                            + String.join(", ", events) + "; mend what they have in common, or raise max-parked. "
                            + failure.getMessage(),
                    failure);
        }
        events.add(event.toString());
    }

    /** These are judged once more. */
    void forget(List<EventEnvelope> again) {
        if (!events.isEmpty()) {
            events.removeAll(again.stream().map(EventEnvelope::toString).toList());
        }
    }

    /** What a batch, committed now, adds to it. */
    void committed(Batch batch) {
        batch.lastHandled().ifPresent(handled -> passed());
        if (batch.setAside().passesPoison()) {
            failuresAfter(batch.lastHandled(), batch.setAside()).forEach(events::add);
        }
    }

    /**
     * An event failed that a batch consists of, but for what was put aside already.
     *
     * @throws EventFailedException if it is one too many
     */
    void failedAlone(Batch batch, EventEnvelope event, EventFailedException failure) {
        int before = events.size();
        failuresAfter(Optional.empty(), batch.setAside()).forEach(events::add);
        try {
            failed(event, failure);
        } finally {
            events.subList(before, events.size()).clear();
        }
    }

    private static Stream<String> failuresAfter(Optional<HandledEvent> handled, SetAside aside) {
        Optional<Position> from = handled.map(HandledEvent::position);
        return Stream.concat(aside.parked().stream(), aside.skipped().stream())
                .filter(poison -> poison.error().isPresent())
                .map(PoisonEvent::event)
                .filter(event -> from.isEmpty() || event.position().isAfter(from.get()))
                .map(EventEnvelope::toString);
    }
}
