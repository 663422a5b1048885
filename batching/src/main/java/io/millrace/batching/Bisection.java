package io.millrace.batching;

import io.millrace.batching.EventFolder.Outcome;
import io.millrace.checkpoint.HandledEvent;
import io.millrace.checkpoint.Position;
import io.millrace.projections.EventEnvelope;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * Takes apart a batch that PostgreSQL refused for what its events hold. Each part is folded anew and committed in its
 * turn; one that is refused again is halved, down to a single event. So one bad event among n is found in about
 * 2 log2 n commits, and everything before it is in the read model by then. If it is put aside, what is left of the batch
 * goes on in one part, with later events of its stream put aside, too.
 *
 * <p>All parts may pass: a sum that leaves its type's range when folded need not do so one event at a time. For one
 * thread.
 */
final class Bisection {
    private final Batch whole;
    private final List<EventEnvelope> events;
    private final EventFolder folder;
    private final PoisonWatch poison;
    private final long passedOver;
    private final Map<EventEnvelope, PoisonEvent> refused = new HashMap<>();
    private final Deque<Part> parts = new ArrayDeque<>();
    private Part underWay;

    private record Part(int fromInclusive, int toExclusive) {}

    /** @param passedOver events that the batch speaks for, too, though they changed nothing */
    Bisection(Batch refused, long passedOver, EventFolder folder, PoisonWatch poison) {
        this.whole = refused;
        this.events = Accumulator.inOrder(refused.events(), refused.setAside());
        this.folder = folder;
        this.poison = poison;
        this.passedOver = passedOver;
        this.underWay = new Part(0, events.size());
    }

    /** Whether every part was handed out. */
    boolean isDone() {
        return parts.isEmpty();
    }

    /** Where the checkpoint stands once every part is committed. */
    Position checkpoint() {
        return whole.checkpoint();
    }

    /**
     * The next part, as a batch of its own. The last one moves the checkpoint to where the whole was to move it.
     *
     * @throws RuntimeException as the folder throws, if an event cannot be handled this time
     */
    Batch next(long number, long nowNanos) {
        Part part = parts.pop();
        Accumulator folded = new Accumulator();
        int end = foldWhatFits(part, folded, nowNanos);
        if (end < part.toExclusive()) {
            parts.push(new Part(end, part.toExclusive()));
        }
        underWay = new Part(part.fromInclusive(), end);
        Position checkpoint =
                isDone() ? whole.checkpoint() : events.get(end - 1).position();
        return folded.toBatch(
                whole.projection(), number, FlushReason.ISOLATION, checkpoint, handledLast(folded.lastHandled()));
    }

    /** How many events' handlers the part that was handed out last speaks for. */
    long handled(Batch part) {
        return part.events().size() + (isDone() ? passedOver : 0);
    }

    private int foldWhatFits(Part part, Accumulator folded, long nowNanos) {
        InARow counted = InARow.uncounted();
        for (int i = part.fromInclusive(); i < part.toExclusive(); i++) {
            EventEnvelope event = events.get(i);
            PoisonEvent known = refused.get(event);
            if (known != null) {
                poison.setAside(known, folded, nowNanos);
            } else if (folder.fold(event, folded, counted, nowNanos) == Outcome.NO_ROOM) {
                return i;
            }
        }
        return part.toExclusive();
    }

    /** What changed nothing at the end of the whole was handled last, and is not among the events. */
    private Optional<HandledEvent> handledLast(Optional<HandledEvent> inPart) {
        Position last = events.get(events.size() - 1).position();
        return isDone()
                ? whole.lastHandled()
                        .filter(event -> event.position().isAfter(last))
                        .or(() -> inPart)
                : inPart;
    }

    /** The part under way was refused, and is to be halved. It has at least two events. */
    void halve() {
        int half = (underWay.fromInclusive() + underWay.toExclusive()) >>> 1;
        parts.push(new Part(half, underWay.toExclusive()));
        parts.push(new Part(underWay.fromInclusive(), half));
    }

    /** The part under way was refused for this event, which is to be put aside. */
    void setAside(PoisonEvent found) {
        refused.put(found.event(), found);
        int end = parts.isEmpty() ? underWay.toExclusive() : parts.pop().toExclusive();
        parts.push(new Part(underWay.fromInclusive(), end));
        poison.park(found);
    }
}
