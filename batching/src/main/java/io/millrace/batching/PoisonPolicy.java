package io.millrace.batching;

import java.util.Objects;

/**
 * What becomes of an event that cannot be handled: its data does not fit, its handler throws, or PostgreSQL refuses
 * what it does (SQLSTATE classes 22 and 23 for this event alone). Trouble of any other kind is never an event's fault.
 *
 * @param onPoison what is done about it
 * @param maxParked how many events in a row may be parked or skipped; one more stops the projector, since then the
 *     fault is hardly the events'. Those that merely follow a parked one are not counted
 */
public record PoisonPolicy(OnPoison onPoison, int maxParked) {
    public static final int DEFAULT_MAX_PARKED = 10;

    public static final PoisonPolicy STOP = new PoisonPolicy(OnPoison.STOP, DEFAULT_MAX_PARKED);
    public static final PoisonPolicy SKIP = new PoisonPolicy(OnPoison.SKIP, DEFAULT_MAX_PARKED);
    public static final PoisonPolicy PARK = new PoisonPolicy(OnPoison.PARK, DEFAULT_MAX_PARKED);
    public static final PoisonPolicy PARK_ALONE = new PoisonPolicy(OnPoison.PARK_ALONE, DEFAULT_MAX_PARKED);

    /** What is done about a poison event. */
    public enum OnPoison {
        /** What precedes it is committed, and the projector halts and names it. */
        STOP,
        /** It is left out, logged and counted. */
        SKIP,
        /** It is put aside with its error, and later events of its stream follow it, until they are retried. */
        PARK,
        /**
         * It alone is put aside. Only for projections all of whose changes commute: increments, or minima, or maxima, of
         * each column one kind. Any other change stops the projector.
         */
        PARK_ALONE
    }

    public PoisonPolicy {
        Objects.requireNonNull(onPoison, "onPoison");
        if (maxParked < 1) {
            throw new IllegalArgumentException("expected maxParked >= 1: maxParked=" + maxParked);
        }
    }

    public PoisonPolicy withMaxParked(int events) {
        return new PoisonPolicy(onPoison, events);
    }
}
