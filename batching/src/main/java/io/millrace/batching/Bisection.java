package io.millrace.batching;

import io.millrace.checkpoint.HandledEvent;
import io.millrace.checkpoint.Position;
import io.millrace.projections.CannotFoldException;
import io.millrace.projections.EventEnvelope;
import io.millrace.projections.EventFailedException;
import io.millrace.projections.Projection;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.List;
import java.util.Optional;

/**
 * Takes apart a batch that PostgreSQL refused for what its events hold. Each part is folded anew and committed in its
 * turn; one that is refused again is halved, down to a single event. So one bad event among n is found in about
 * 2 log2 n commits, and everything before it is in the read model by then.
 *
 * <p>All parts may pass: a sum that leaves its type's range when folded need not do so one event at a time. For one
 * thread.
 */
final class Bisection {
    private final Batch whole;
    private final Projection projection;
    private final Deque<List<EventEnvelope>> parts = new ArrayDeque<>();

    Bisection(Batch refused, Projection projection) {
        this.whole = refused;
        this.projection = projection;
        halve(refused.events());
    }

    /** Whether every part was handed out. */
    boolean isDone() {
        return parts.isEmpty();
    }

    /**
     * The next part, as a batch of its own. The last one moves the checkpoint to where the whole was to move it.
     *
     * @throws RuntimeException as the projection throws, if an event fails to fold this time
     */
    Batch next(long number) {
        List<EventEnvelope> part = parts.pop();
        ChangeSetBuilder changes = new ChangeSetBuilder();
        int folded = foldWhatFits(part, changes);
        if (folded < part.size()) {
            parts.push(part.subList(folded, part.size()));
        }
        List<EventEnvelope> events = part.subList(0, folded);
        EventEnvelope last = events.get(folded - 1);
        Position checkpoint = isDone() ? whole.checkpoint() : last.position();
        Optional<HandledEvent> handled =
                isDone() ? whole.lastHandled() : Optional.of(new HandledEvent(last.position(), last.eventId()));
        return new Batch(
                whole.projection(), number, FlushReason.ISOLATION, changes.build(), checkpoint, handled, events);
    }

    private int foldWhatFits(List<EventEnvelope> part, ChangeSetBuilder changes) {
        int folded = 0;
        for (EventEnvelope event : part) {
            try {
                changes.add(projection.effectsOf(event));
            } catch (CannotFoldException e) {
                if (folded == 0) {
                    throw new EventFailedException(projection.name(), event, String.valueOf(e.getMessage()), e);
                }
                return folded;
            }
            folded++;
        }
        return folded;
    }

    /** Halves a part that was refused. It has at least two events. */
    void refused(Batch part) {
        halve(part.events());
    }

    private void halve(List<EventEnvelope> events) {
        int half = events.size() / 2;
        parts.push(events.subList(half, events.size()));
        parts.push(events.subList(0, half));
    }
}
