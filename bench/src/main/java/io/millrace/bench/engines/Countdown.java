package io.millrace.bench.engines;

import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.atomic.AtomicReference;

/** Waits until so many events are committed, or something failed. Thread-safe. */
final class Countdown {
    private static final long PATIENCE_SECONDS = 120;

    private final AtomicLong left;
    private final CountDownLatch over = new CountDownLatch(1);
    private final AtomicReference<Throwable> failure = new AtomicReference<>();

    Countdown(long events) {
        this.left = new AtomicLong(events);
    }

    void committed(long events) {
        if (left.addAndGet(-events) <= 0) {
            over.countDown();
        }
    }

    void failed(Throwable cause) {
        failure.compareAndSet(null, cause);
        over.countDown();
    }

    void await() throws Exception {
        if (!over.await(PATIENCE_SECONDS, TimeUnit.SECONDS)) {
            throw new IllegalStateException("expected all events to be committed within " + PATIENCE_SECONDS
                    + " s: still missing=" + left.get());
        }
        if (failure.get() instanceof Exception cause) {
            throw cause;
        }
    }
}
