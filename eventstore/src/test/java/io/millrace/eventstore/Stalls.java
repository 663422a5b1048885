package io.millrace.eventstore;

import java.time.Duration;
import java.util.concurrent.atomic.AtomicLong;

/** Measures how long this machine kept a thread from running that had next to nothing to do. */
final class Stalls implements AutoCloseable {
    private static final long NAP_MS = 10;

    private final AtomicLong stalledNanos = new AtomicLong();
    private final Thread thread = new Thread(this::measure, "stalls");

    private Stalls() {
        thread.setDaemon(true);
    }

    static Stalls sinceNow() {
        Stalls stalls = new Stalls();
        stalls.thread.start();
        return stalls;
    }

    private void measure() {
        long before = System.nanoTime();
        try {
            while (true) {
                Thread.sleep(NAP_MS);
                long now = System.nanoTime();
                stalledNanos.addAndGet(Math.max(0, now - before - 2 * NAP_MS * 1_000_000));
                before = now;
            }
        } catch (InterruptedException closed) {
            Thread.currentThread().interrupt();
        }
    }

    Duration soFar() {
        return Duration.ofNanos(stalledNanos.get());
    }

    @Override
    public void close() {
        thread.interrupt();
    }
}
