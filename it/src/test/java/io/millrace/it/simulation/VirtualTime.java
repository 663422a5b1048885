package io.millrace.it.simulation;

import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.PriorityQueue;

/**
 * A clock that moves from one task to the next. Whoever blocks lets time {@link #pass}, and with it everything that
 * falls due meanwhile: that is how one thread plays many.
 */
public final class VirtualTime implements InstantSource {
    private static final Instant ORIGIN = Instant.parse("2026-01-01T00:00:00Z");

    private final PriorityQueue<Task> tasks = new PriorityQueue<>();
    private final Runnable afterEach;
    private long nanos;
    private long number;
    private boolean stopped;

    /** @param afterEach run after each task */
    VirtualTime(Runnable afterEach) {
        this.afterEach = afterEach;
    }

    private record Task(long atNanos, long number, Runnable action) implements Comparable<Task> {
        @Override
        public int compareTo(Task other) {
            return atNanos != other.atNanos ? Long.compare(atNanos, other.atNanos) : Long.compare(number, other.number);
        }
    }

    public long nanos() {
        return nanos;
    }

    @Override
    public Instant instant() {
        return ORIGIN.plusNanos(nanos);
    }

    /** Runs the action once, after so many nanoseconds. */
    public void after(long delayNanos, Runnable action) {
        tasks.add(new Task(nanos + Math.max(0, delayNanos), number++, action));
    }

    /** Lets so much time go by, and run what falls due in it; time may be later than that afterwards. */
    public void pass(long forNanos) {
        passUntil(nanos + forNanos);
    }

    void passUntil(long untilNanos) {
        while (!stopped && !tasks.isEmpty() && tasks.peek().atNanos <= untilNanos) {
            runNext();
        }
        nanos = Math.max(nanos, untilNanos);
    }

    private void runNext() {
        Task next = tasks.remove();
        nanos = Math.max(nanos, next.atNanos);
        next.action.run();
        afterEach.run();
    }

    /** Nothing runs any more. */
    void stop() {
        stopped = true;
    }

    boolean isStopped() {
        return stopped;
    }

    /** How many tasks there have been. */
    long steps() {
        return number;
    }

    @Override
    public String toString() {
        return "%9.4f".formatted(nanos / (double) Duration.ofSeconds(1).toNanos());
    }
}
