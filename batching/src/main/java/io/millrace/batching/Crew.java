package io.millrace.batching;

import java.time.Duration;
import java.util.List;
import java.util.Objects;
import java.util.Queue;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.Executor;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.locks.LockSupport;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The two threads of a projector. One at a time steps it, one at a time flies what a step launched; which of them does
 * what is open. While there is much to read, one steps and the other flies. Where there is nothing else to do, whoever
 * launched a flight flies it, too, and goes on with what became of it: a live event changes threads once, when it comes.
 * If something is called for meanwhile, the other one steps. Safe for use by several threads.
 */
final class Crew implements Executor {
    private static final Logger LOG = LoggerFactory.getLogger(Crew.class);
    private static final long NEVER = Long.MAX_VALUE;

    private final List<Member> members;
    private final CountDownLatch over = new CountDownLatch(1);
    /** Handed over, for whoever is free. */
    private final Queue<Runnable> flights = new ConcurrentLinkedQueue<>();
    /** Whether somebody steps; also hands on what steps read and write. */
    private final AtomicBoolean stepping = new AtomicBoolean();

    private volatile @Nullable Projector projector;
    private volatile @Nullable Thread stepper;
    /** Whether there may be something to do that no step has looked at. */
    private volatile boolean called = true;
    /** Whether somebody will step in a moment anyway: as soon as it has landed, or at the end of a rest. */
    private volatile boolean stepsSoon;
    /**
     * While nobody steps: when something becomes due by the passing of time, as the clock's nanoseconds; {@link #NEVER} if
     * nothing does.
     */
    private volatile long dueNanos = NEVER;

    /** Launched by the step under way. */
    private @Nullable Runnable launched;

    /** @param name of the projection, for the threads' names */
    Crew(String name) {
        this.members = List.of(new Member("millrace-" + name + "-1"), new Member("millrace-" + name + "-2"));
    }

    /** To be called once; this is the executor of its flushes. */
    void start(Projector steps) {
        projector = steps;
        members.forEach(member -> member.thread.start());
    }

    /** Waits until the projector has ended, if it was started. */
    void awaitEnd(Duration within) throws InterruptedException {
        if (projector != null) {
            over.await(within.toNanos(), TimeUnit.NANOSECONDS);
        }
    }

    // ---- calls from outside

    /** There may be something to do: somebody steps. */
    void call() {
        called = true;
        if (!stepping.get() && !callerIsFree()) {
            unparkOne();
        }
    }

    /** Events have come. While live ones are flown, or rest, they wait until the next step: nothing could be sent before. */
    void callForEvents() {
        called = true;
        if (!stepsSoon && !stepping.get()) {
            unparkOne();
        }
    }

    /** Whether the caller is who has flown, and has nothing to do but to step. */
    private boolean callerIsFree() {
        return callerFlies() && flights.isEmpty();
    }

    private boolean callerFlies() {
        Thread caller = Thread.currentThread();
        return caller != stepper && (caller == members.get(0).thread || caller == members.get(1).thread);
    }

    @Override
    public void execute(Runnable flight) {
        if (Thread.currentThread() == stepper && launched == null) {
            launched = flight;
        } else if (callerFlies()) {
            flights.add(flight); // is next
        } else {
            handOver(flight);
        }
    }

    private void handOver(Runnable flight) {
        flights.add(flight);
        unparkOne();
    }

    private void unparkOne() {
        for (Member member : members) {
            if (member.parked && member.thread != Thread.currentThread()) {
                LockSupport.unpark(member.thread);
                return;
            }
        }
    }

    private boolean isOver() {
        return over.getCount() == 0;
    }

    private boolean isDue() {
        long due = dueNanos;
        return due != NEVER && due - System.nanoTime() <= 0;
    }

    private boolean mayStep() {
        return !stepping.get() && (called || isDue());
    }

    /** One of the two. */
    private final class Member implements Runnable {
        final Thread thread;
        /** Said before it looks for the last time whether there is something to do. */
        volatile boolean parked;

        Member(String name) {
            thread = new Thread(this, name);
            thread.setDaemon(true);
        }

        @Override
        public void run() {
            boolean interrupted = false;
            while (!isOver()) {
                work();
                if (Thread.interrupted() && !isOver()) {
                    interrupted = true;
                    projector().stop(ProjectorRunner.STOP_WITHIN);
                }
            }
            if (interrupted) {
                thread.interrupt();
            }
        }

        private void work() {
            Runnable flight = flights.poll();
            if (flight != null) {
                fly(flight);
            } else if (mayStep() && stepping.compareAndSet(false, true)) {
                step();
            } else {
                park();
            }
        }

        /** Steps until nothing is left to do. */
        private void step() {
            stepper = thread;
            dueNanos = NEVER; // else the other one would not rest any more once it has passed
            Runnable mine = null;
            boolean worked = true;
            while (mine == null && (worked || called) && !isOver()) {
                called = false;
                worked = projector().step();
                mine = takeLaunched();
                if (projector().hasEnded()) {
                    end();
                }
            }
            long untilDue = projector().nanosUntilDue();
            dueNanos = untilDue == NEVER ? NEVER : System.nanoTime() + untilDue;
            stepsSoon = mine != null || projector().isResting();
            stepper = null;
            stepping.set(false);
            if (mine != null) {
                fly(mine);
                stepsSoon = false;
            }
        }

        /** What was launched, if it is to be flown here; else it is handed over. */
        private @Nullable Runnable takeLaunched() {
            Runnable flight = launched;
            launched = null;
            if (flight == null || (projector().isQuiet() && projector().nanosUntilDue() == NEVER)) {
                return flight;
            }
            handOver(flight);
            return null;
        }

        private void fly(Runnable flight) {
            try {
                flight.run();
            } catch (RuntimeException | Error e) {
                LOG.error("A flush of {} did not say what became of it", thread.getName(), e);
            }
        }

        private void park() {
            parked = true;
            if (flights.isEmpty() && !mayStep() && !isOver()) {
                long due = dueNanos;
                if (due == NEVER) {
                    LockSupport.park(Crew.this);
                } else {
                    LockSupport.parkNanos(Crew.this, due - System.nanoTime());
                }
            }
            parked = false;
        }

        private void end() {
            over.countDown();
            for (Member member : members) {
                if (member != this) {
                    member.thread.interrupt(); // also wakes it up
                }
            }
        }
    }

    private Projector projector() {
        return Objects.requireNonNull(projector);
    }
}
