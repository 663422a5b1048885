package io.millrace.batching;

import java.util.function.LongSupplier;

/**
 * Leaves the processor to others every so often. A flush goes from thread to process and back, and each time whoever has the
 * next part of it may wait for a processor; where all are taken by threads that fold, until the scheduler takes one away from
 * them, which are milliseconds. With a yield each 200 microseconds a flush of 10,000 events took 2.0 to 2.6 ms instead of 4
 * (two processors, PostgreSQL on the same machine, Linux 6.18; docs/performance.md).
 *
 * <p>One that takes long, as others have work enough for the processor, is followed by as long a time without: a busy machine
 * then gets one half of it and not all. For one thread.
 */
final class Yielding {
    private static final long EVERY_NANOS = 200_000;
    /** The clock is looked at so seldom: that takes as long as a tenth of an event. */
    private static final int EVENTS = 32;

    private final LongSupplier nanoClock;
    private final Runnable giveWay;
    private int events;
    private long sinceNanos;
    private long tookNanos;

    Yielding(LongSupplier nanoClock) {
        this(nanoClock, Yielding::giveWay);
    }

    /** @param giveWay returns when the others have had the processor */
    Yielding(LongSupplier nanoClock, Runnable giveWay) {
        this.nanoClock = nanoClock;
        this.giveWay = giveWay;
        this.sinceNanos = nanoClock.getAsLong();
    }

    /** Says that an event was worked on. */
    void worked() {
        events++;
        if (events == EVENTS) {
            events = 0;
            yieldIfDue();
        }
    }

    private void yieldIfDue() {
        long now = nanoClock.getAsLong();
        if (now - sinceNanos >= Math.max(EVERY_NANOS, tookNanos)) {
            giveWay.run();
            sinceNanos = nanoClock.getAsLong();
            tookNanos = sinceNanos - now;
        }
    }

    @SuppressWarnings("ThreadPriorityCheck") // nothing depends on it but time
    private static void giveWay() {
        Thread.yield();
    }
}
