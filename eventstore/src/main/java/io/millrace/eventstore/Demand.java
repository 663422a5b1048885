package io.millrace.eventstore;

import io.millrace.projections.EventEnvelope;

/** What the subscriber still allows, in events and in bytes of them: an event may be handed on while some of both is left. */
final class Demand {
    /** More than anybody can use up, and so little that twice as much is still a number. */
    private static final long PLENTY = Long.MAX_VALUE / 4;

    private long events;
    private long bytes;

    /** The subscriber takes this much more. */
    void allow(long moreEvents, long moreBytes) {
        events = sum(events, moreEvents);
        bytes = sum(bytes, moreBytes);
    }

    /** Of what is allowed; never too large for a number. */
    static long sum(long one, long other) {
        return Math.min(PLENTY, one + Math.min(PLENTY, other));
    }

    boolean allowsEvent() {
        return events > 0 && bytes > 0;
    }

    void handedOn(EventEnvelope event) {
        events--;
        bytes -= event.sizeInBytes();
    }
}
