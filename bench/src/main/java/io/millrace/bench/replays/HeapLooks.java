package io.millrace.bench.replays;

import io.millrace.batching.Batch;
import io.millrace.batching.CommitOutcome;
import io.millrace.batching.ProjectorListener;
import io.millrace.batching.ProjectorState;
import java.lang.management.ManagementFactory;
import java.time.Duration;
import java.util.Locale;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;

/**
 * Looks at the heap at fixed distances in events, each time after a collection, and prints what is live: {@code live} in the
 * middle of the flow, with whatever is on its way; {@code kept} when nothing is, which is what a leak would add to.
 */
final class HeapLooks implements ProjectorListener {
    private static final int IN_FLOW = 120;
    private static final double MIB = 1 << 20;
    /** If so long nothing comes, what had been asked for is here. */
    private static final long QUIET_MS = 300;

    private final Gate gate;
    private final int events;
    private final int distance;
    private final AtomicLong handled = new AtomicLong();
    private final AtomicLong lookingNanos = new AtomicLong();
    private volatile boolean resting;
    private volatile boolean over;
    private long next;
    private long handledMeanwhile;

    HeapLooks(Gate gate, int events) {
        this.gate = gate;
        this.events = events;
        this.distance = Math.max(1, events / IN_FLOW);
        this.next = distance;
    }

    @Override
    public void committed(Batch batch, CommitOutcome.Committed outcome, Duration took) {
        long now = handled.addAndGet(batch.events().size());
        if (now >= next && !resting) {
            next = now - now % distance + distance;
            long begin = System.nanoTime();
            look("live");
            lookingNanos.addAndGet(System.nanoTime() - begin);
        }
    }

    @Override
    public void stateChanged(ProjectorState from, ProjectorState to) {
        over |= to instanceof ProjectorState.Stopped || to instanceof ProjectorState.Failed;
    }

    private void look(String what) {
        System.gc();
        System.out.printf(
                Locale.ROOT,
                "%s %d %.2f%n",
                what,
                handled.get(),
                ManagementFactory.getMemoryMXBean().getHeapMemoryUsage().getUsed() / MIB);
    }

    /** So many times lets everything come to its end, and looks then; returns after the last of these. */
    void rest(int times) throws InterruptedException {
        for (int i = 1; i <= times && awaitHandled((long) events * i / (times + 1)); i++) {
            long begin = System.nanoTime();
            long before = handled.get();
            resting = true;
            gate.shut();
            awaitRest();
            look("kept");
            handledMeanwhile += handled.get() - before;
            resting = false;
            gate.open();
            lookingNanos.addAndGet(System.nanoTime() - begin);
        }
    }

    private boolean awaitHandled(long wanted) throws InterruptedException {
        while (handled.get() < wanted && !over) {
            TimeUnit.MILLISECONDS.sleep(1);
        }
        return !over;
    }

    private void awaitRest() throws InterruptedException {
        long seen;
        do {
            seen = gate.handedOn();
            TimeUnit.MILLISECONDS.sleep(QUIET_MS);
        } while (!over && (seen != gate.handedOn() || seen != handled.get()));
    }

    /** Events a second, without the time of looking and without what was handled meanwhile. */
    double rate(long elapsedNanos) {
        return (events - handledMeanwhile) / ((elapsedNanos - lookingNanos.get()) / 1e9);
    }
}
