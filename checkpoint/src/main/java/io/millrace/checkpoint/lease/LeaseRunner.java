package io.millrace.checkpoint.lease;

import java.time.Duration;
import java.util.Collection;
import java.util.concurrent.locks.LockSupport;

/** Puts a thread around {@link Leases}, and closes its store in the end. Safe for use by several threads. */
public final class LeaseRunner implements AutoCloseable {
    private final Leases leases;
    private final LeaseStore store;
    private final LeaseListener listener;
    private final Thread thread;

    public LeaseRunner(
            Instance self,
            Collection<String> projections,
            Bid bid,
            LeaseTimes times,
            LeaseStore store,
            LeaseListener listener) {
        this.store = store;
        this.listener = listener;
        this.leases = new Leases(self, projections, bid, times, store, listener, System::nanoTime);
        this.thread = new Thread(this::run, "millrace-leases");
        thread.setDaemon(true);
    }

    /** Begins. To be called once. */
    public void start() {
        thread.start();
    }

    private void run() {
        try {
            while (!leases.hasEnded() && !Thread.interrupted()) {
                if (!leases.step()) {
                    LockSupport.parkNanos(this, leases.nanosUntilDue());
                }
            }
        } catch (RuntimeException | Error e) {
            listener.failed(e);
        } finally {
            store.close();
        }
    }

    /** The work of a projection has ended. */
    public void ended(String projection, Leases.Then then) {
        leases.ended(projection, then);
        LockSupport.unpark(thread);
    }

    /** Asks it to hand over everything, and to end when that is done. */
    public void stop() {
        leases.stop();
        LockSupport.unpark(thread);
    }

    /** Waits for the end after a stop; what is not released by then runs out by itself. */
    public void awaitEnd(Duration atMost) throws InterruptedException {
        thread.join(Math.max(1, atMost.toMillis()));
    }

    /** Stops it, and does not wait for work that has not ended. */
    @Override
    public void close() {
        stop();
        try {
            awaitEnd(Duration.ofSeconds(3));
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
        thread.interrupt();
    }
}
