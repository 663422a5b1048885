package io.millrace.batching;

import io.millrace.batching.PoisonPolicy.OnPoison;
import io.millrace.checkpoint.Position;
import io.millrace.projections.EventEnvelope;
import io.millrace.projections.EventFailedException;
import java.util.HashMap;
import java.util.Map;

/**
 * Knows which streams are parked, and what becomes of an event that cannot be handled. For one thread.
 *
 * <p>A stream is parked from its first parked event on, whatever the policy is by now: to handle what comes after would
 * change the order. Only events that were parked alone have none that follow them, as long as that is the policy. An
 * event before that position is no follower, also if it is folded once more.
 */
final class PoisonWatch {
    private final PoisonPolicy policy;
    private final Map<String, Position> parkedSince = new HashMap<>();

    PoisonWatch(PoisonPolicy policy) {
        this.policy = policy;
    }

    /** Forgets what was parked, but for this. */
    void standAt(ParkedStreams parked) {
        parkedSince.clear();
        parkedSince.putAll(parked.since());
        if (parksAlone()) {
            parkedSince.keySet().removeAll(parked.alone());
        }
    }

    int maxParked() {
        return policy.maxParked();
    }

    boolean parksAlone() {
        return policy.onPoison() == OnPoison.PARK_ALONE;
    }

    /** Whether later events of a stream follow one that is put aside. */
    boolean parksStreams() {
        return policy.onPoison() == OnPoison.PARK;
    }

    /** Whether no event is looked at before it is folded. */
    boolean letsAllPass() {
        return parkedSince.isEmpty() && !parksAlone();
    }

    /** Whether an earlier event of its stream is parked. */
    boolean isFollower(EventEnvelope event) {
        if (parkedSince.isEmpty()) {
            return false;
        }
        Position first = parkedSince.get(event.stream());
        return first != null && event.position().isAfter(first);
    }

    /**
     * Goes on if events that cannot be handled are put aside.
     *
     * @throws EventFailedException the failure, if they are not
     */
    void requirePutAside(EventFailedException failure) {
        if (policy.onPoison() == OnPoison.STOP) {
            throw failure;
        }
    }

    /** Puts an event aside that was found to be one that cannot be handled. */
    void setAside(PoisonEvent poison, Accumulator into, long nowNanos) {
        if (policy.onPoison() == OnPoison.SKIP) {
            into.skip(poison);
        } else {
            into.park(parksAlone() ? poison.parkedAlone() : poison, nowNanos);
            park(poison);
        }
    }

    /** From now on later events of its stream follow it. */
    void park(PoisonEvent poison) {
        if (parksStreams()) {
            EventEnvelope event = poison.event();
            parkedSince.merge(event.stream(), event.position(), (one, other) -> one.isAfter(other) ? other : one);
        }
    }
}
