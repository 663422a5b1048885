package io.millrace.batching;

import io.millrace.projections.CannotFoldException;
import io.millrace.projections.EventEnvelope;
import io.millrace.projections.EventFailedException;
import io.millrace.projections.Projection;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/** Folds events into the batch that is open, until it is full or handed over. For one thread. */
final class Folding {
    private final Projection projection;
    private final FlushPolicy policy;
    private Accumulator open = new Accumulator();
    private @Nullable EventEnvelope heldBack;

    Folding(Projection projection, FlushPolicy policy) {
        this.projection = projection;
        this.policy = policy;
    }

    /**
     * Folds an event, or holds it back for the next batch if it cannot share this one.
     *
     * @return whether it was folded
     * @throws EventFailedException if its handler fails; then it has left nothing behind
     */
    boolean fold(EventEnvelope event, long nowNanos) {
        try {
            open.add(event, projection.effectsOf(event), nowNanos);
            return true;
        } catch (EventFailedException e) {
            throw e;
        } catch (CannotFoldException e) {
            if (open.isEmpty()) {
                throw failed(event, e);
            }
            heldBack = event;
            return false;
        } catch (RuntimeException e) {
            throw failed(event, e);
        }
    }

    private EventFailedException failed(EventEnvelope event, RuntimeException cause) {
        return new EventFailedException(projection.name(), event, String.valueOf(cause.getMessage()), cause);
    }

    /** The event that could not share the batch before, if it can begin one now. */
    Optional<EventEnvelope> takeHeldBack() {
        Optional<EventEnvelope> event = open.isEmpty() ? Optional.ofNullable(heldBack) : Optional.empty();
        event.ifPresent(first -> heldBack = null);
        return event;
    }

    boolean holdsBack() {
        return heldBack != null;
    }

    /** Whether nothing is folded that would change a row. */
    boolean isEmpty() {
        return open.isEmpty();
    }

    int events() {
        return open.events();
    }

    /** Whether the batch takes no more events. */
    boolean isFull() {
        return full().isPresent();
    }

    /** Why the batch takes no more events; empty while it does. */
    Optional<FlushReason> full() {
        return heldBack != null ? Optional.of(FlushReason.ISOLATION) : policy.full(open.events(), open.bytes());
    }

    /** Whether to flush now, and why. */
    Optional<FlushReason> due(Phase phase, long nowNanos) {
        return heldBack != null
                ? full()
                : policy.due(phase, open.events(), open.bytes(), nowNanos - open.oldestNanos());
    }

    /** How long until what is folded is too old to wait; {@link Long#MAX_VALUE} if nothing is. */
    long nanosUntilDue(Phase phase, long nowNanos) {
        return open.isEmpty()
                ? Long.MAX_VALUE
                : open.oldestNanos() + policy.longestWait(phase).toNanos() - nowNanos;
    }

    /** Puts an empty batch in the place of the folded one, and hands that over. */
    Accumulator swap() {
        Accumulator folded = open;
        open = new Accumulator();
        return folded;
    }

    /** Forgets what is held back. */
    void dropHeldBack() {
        heldBack = null;
    }
}
