package io.millrace.it.faults;

import java.time.Duration;
import java.util.function.Supplier;

/** Waits for what will be so. */
final class Await {
    private static final Duration POLL = Duration.ofMillis(10);

    private Await() {}

    interface Condition {
        boolean isMet() throws Exception;
    }

    /** @param described is asked only when it did not come true in time */
    static void until(Duration atMost, Supplier<String> described, Condition condition) throws Exception {
        long deadline = System.nanoTime() + atMost.toNanos();
        while (!condition.isMet()) {
            if (System.nanoTime() - deadline > 0) {
                throw new AssertionError("expected within " + atMost + ": " + described.get());
            }
            pause();
        }
    }

    static void pause() {
        try {
            Thread.sleep(POLL.toMillis());
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new IllegalStateException("interrupted", e);
        }
    }
}
