package io.millrace.batching;

import java.util.List;

/**
 * What a batch does beside changing rows, in the same transaction: the events that it moves past without handling them,
 * and the parked ones that are done with. Immutable.
 *
 * @param parked to be kept, in order
 * @param skipped to be left out for good; nothing is written of them
 * @param settled parked events that need not be kept any more, by their numbers: this batch holds what they do, or
 *     they are discarded
 */
public record SetAside(List<PoisonEvent> parked, List<PoisonEvent> skipped, List<Long> settled) {
    public static final SetAside NONE = new SetAside(List.of(), List.of(), List.of());

    public SetAside {
        parked = List.copyOf(parked);
        skipped = List.copyOf(skipped);
        settled = List.copyOf(settled);
    }

    /** The parked events of these numbers are done with. */
    public static SetAside settling(List<Long> sequences) {
        return new SetAside(List.of(), List.of(), sequences);
    }

    static SetAside of(List<PoisonEvent> parked, List<PoisonEvent> skipped) {
        return parked.isEmpty() && skipped.isEmpty() ? NONE : new SetAside(parked, skipped, List.of());
    }

    /** Whether it moves past events without handling them. */
    public boolean passesPoison() {
        return !parked.isEmpty() || !skipped.isEmpty();
    }

    /** Whether it writes nothing. */
    public boolean writesNothing() {
        return parked.isEmpty() && settled.isEmpty();
    }
}
