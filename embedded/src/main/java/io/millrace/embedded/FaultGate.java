package io.millrace.embedded;

import java.util.Optional;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.Future;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.Supplier;

/** What the fault switches say now, asked by every call. Thread-safe. */
final class FaultGate {
    private static final long NEVER = Long.MAX_VALUE;

    /** Fast paces go in steps of this, since waking up for each event would cost more than the events. */
    private static final long STEP_NANOS = TimeUnit.MILLISECONDS.toNanos(1);

    /** So much of what a pump came late is made up for, that a busy machine does not slow the pace. */
    private static final long MOST_LATENESS_NANOS = TimeUnit.MILLISECONDS.toNanos(20);

    /** Another server, which this one says is the leader. */
    record Leader(String host, int port) {}

    private final ScheduledExecutorService timer;
    private final Supplier<CompletableFuture<Void>> cutConnections;
    private final AtomicLong eventsUntilCut = new AtomicLong(NEVER);
    private final Set<ResponsePump> held = ConcurrentHashMap.newKeySet();

    /** The server is stopping: nothing more is said. */
    volatile boolean silent;

    volatile boolean stalled;
    volatile boolean frozen;
    volatile long refusedUntilNanos = System.nanoTime();
    volatile long delayNanos;
    volatile long nanosPerEvent;
    volatile Optional<Leader> leader = Optional.empty();

    FaultGate(ScheduledExecutorService timer, Supplier<CompletableFuture<Void>> cutConnections) {
        this.timer = timer;
        this.cutConnections = cutConnections;
    }

    /** Whether the pump may send its next message now; if not, it is signalled when that changes. */
    boolean isOpen(ResponsePump pump) {
        if (isShut()) {
            held.add(pump);
            if (isShut()) {
                return false;
            }
        }
        long pace = nanosPerEvent;
        if (pace == 0) {
            return true;
        }
        long now = System.nanoTime();
        long wait = pump.notBeforeNanos() - now;
        if (wait > 0 && pump.wakesUpAfter(now, Math.max(wait, STEP_NANOS))) {
            Future<?> unused = timer.schedule(pump::signal, Math.max(wait, STEP_NANOS), TimeUnit.NANOSECONDS);
        }
        return wait <= 0;
    }

    void after(long nanos, Runnable work) {
        Future<?> unused = timer.schedule(work, nanos, TimeUnit.NANOSECONDS);
    }

    private boolean isShut() {
        return silent || stalled || frozen || eventsUntilCut.get() <= 0;
    }

    /** Lets those look again that were held back by a switch. */
    void wakeHeld() {
        held.removeIf(pump -> {
            pump.signal();
            return true;
        });
    }

    /** What a follower answers a client that insists on the leader, where this server is to act as a follower. */
    Optional<RuntimeException> redirect(boolean requiresLeader) {
        return requiresLeader ? leader.map(other -> Refusals.notLeader(other.host(), other.port())) : Optional.empty();
    }

    void eventSent(ResponsePump pump) {
        long pace = nanosPerEvent;
        if (pace > 0) {
            long now = System.nanoTime();
            long madeUpFor = pace < STEP_NANOS ? MOST_LATENESS_NANOS : 0;
            long due = pump.notBeforeNanos();
            pump.notBeforeNanos((due - (now - madeUpFor) > 0 ? due : now - madeUpFor) + pace);
        }
        if (eventsUntilCut.get() != NEVER && eventsUntilCut.decrementAndGet() == 0) {
            timer.execute(this::cutNow);
        }
    }

    /** Shut until the connections are closed, or a call that is being cut would get one event more. */
    private void cutNow() {
        CompletableFuture<Void> unused = cutConnections.get().thenRun(() -> {
            eventsUntilCut.set(NEVER);
            wakeHeld();
        });
    }

    void cutAfter(long events) {
        eventsUntilCut.set(events);
    }

    boolean isRefusing() {
        return System.nanoTime() - refusedUntilNanos < 0;
    }

    void refuseForNanos(long nanos) {
        refusedUntilNanos = System.nanoTime() + nanos;
    }

    void reset() {
        stalled = false;
        frozen = false;
        refusedUntilNanos = System.nanoTime();
        delayNanos = 0;
        nanosPerEvent = 0;
        leader = Optional.empty();
        eventsUntilCut.set(NEVER);
        wakeHeld();
    }
}
