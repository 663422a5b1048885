package io.millrace.batching;

import io.millrace.checkpoint.HandledEvent;
import io.millrace.checkpoint.Position;
import io.millrace.projections.CannotFoldException;
import io.millrace.projections.Effect;
import io.millrace.projections.EventEnvelope;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * The batch that is being folded. It only gathers: to flush it, the projector puts a new one in its place and hands on
 * what this one holds. For one thread.
 */
final class Accumulator {
    private final ChangeSetBuilder changes = new ChangeSetBuilder();
    private final List<EventEnvelope> events = new ArrayList<>();
    private long bytes;
    private long oldestNanos;
    private long handled;
    private @Nullable EventEnvelope lastHandled;

    /**
     * Folds an event. One without effect is passed over: it moves the checkpoint with the next batch, but is no reason
     * to flush one.
     *
     * @throws CannotFoldException if it cannot share the batch; then it is not in it
     */
    void add(EventEnvelope event, List<Effect> effects, long nowNanos) {
        if (!effects.isEmpty()) {
            changes.add(effects);
            if (events.isEmpty()) {
                oldestNanos = nowNanos;
            }
            events.add(event);
            bytes += event.sizeInBytes();
        }
        handled++;
        lastHandled = event;
    }

    boolean isEmpty() {
        return events.isEmpty();
    }

    /** How many events changed something. */
    int events() {
        return events.size();
    }

    long bytes() {
        return bytes;
    }

    /** How many events were added, with those that changed nothing. */
    long handled() {
        return handled;
    }

    /** When the oldest event was folded; means nothing while this is empty. */
    long oldestNanos() {
        return oldestNanos;
    }

    /** What this holds, as a batch; nothing can be added after it. */
    Batch toBatch(String projection, long number, FlushReason reason, Position checkpoint) {
        return new Batch(projection, number, reason, changes.build(), checkpoint, lastHandled(), events);
    }

    private Optional<HandledEvent> lastHandled() {
        return Optional.ofNullable(lastHandled).map(event -> new HandledEvent(event.position(), event.eventId()));
    }
}
