package io.millrace.batching;

import io.millrace.projections.CannotFoldException;
import io.millrace.projections.Effect;
import io.millrace.projections.EventEnvelope;
import io.millrace.projections.EventFailedException;
import io.millrace.projections.Projection;
import java.util.List;
import java.util.function.Function;

/** Folds one event into a batch, or puts it aside. For one thread. */
final class EventFolder {
    private final Projection projection;
    private final Function<EventEnvelope, List<Effect>> effects;
    private final PoisonWatch poison;
    private final CommutingChanges commuting = new CommutingChanges();

    /** @param effects what the projection does for an event, found now or before; throws what its handler threw */
    EventFolder(Projection projection, Function<EventEnvelope, List<Effect>> effects, PoisonWatch poison) {
        this.projection = projection;
        this.effects = effects;
        this.poison = poison;
    }

    /** Whether an event is in the batch, or beside it. */
    enum Outcome {
        TAKEN,
        /** It cannot share the batch: it must begin the next one. */
        NO_ROOM
    }

    /**
     * Folds an event, unless it follows a parked one or fails.
     *
     * @throws EventFailedException if it fails and that is the end; then it has left nothing behind
     * @throws ProjectorException if its changes do not commute though they must
     */
    Outcome fold(EventEnvelope event, Accumulator into, InARow row, long nowNanos) {
        if (poison.isFollower(event)) {
            into.park(PoisonEvent.following(event), nowNanos);
            return Outcome.TAKEN;
        }
        try {
            List<Effect> does = effects.apply(event);
            if (poison.parksAlone()) {
                commuting.require(projection.name(), event, does);
            }
            into.add(event, does, nowNanos);
            row.passed();
        } catch (ProjectorException e) {
            throw e;
        } catch (EventFailedException e) {
            setAside(event, e, into, row, nowNanos);
        } catch (RuntimeException e) {
            if (e instanceof CannotFoldException && into.changesSomething()) {
                return Outcome.NO_ROOM;
            }
            setAside(event, failed(event, e), into, row, nowNanos);
        }
        return Outcome.TAKEN;
    }

    /** Whether events that their handlers let pass can be folded without being looked at one by one. */
    boolean letsAllPass() {
        return poison.letsAllPass();
    }

    private void setAside(
            EventEnvelope event, EventFailedException failure, Accumulator into, InARow row, long nowNanos) {
        poison.requirePutAside(failure);
        row.failed(event, failure);
        poison.setAside(PoisonEvent.failed(event, failure), into, nowNanos);
    }

    private EventFailedException failed(EventEnvelope event, RuntimeException cause) {
        return new EventFailedException(projection.name(), event, String.valueOf(cause.getMessage()), cause);
    }
}
