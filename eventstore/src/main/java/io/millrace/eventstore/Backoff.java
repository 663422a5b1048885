package io.millrace.eventstore;

import java.time.Duration;
import java.util.random.RandomGenerator;

/**
 * How long to wait before trying again: doubling from 100 ms, at most 1 s, so that a store that returns is read again
 * within seconds; spread over half of that, so that many readers do not come at once.
 */
final class Backoff {
    private static final long FIRST_MS = 100;
    private static final long LONGEST_MS = 1_000;

    private final RandomGenerator random;
    private long nextMs = FIRST_MS;

    Backoff(RandomGenerator random) {
        this.random = random;
    }

    Duration next() {
        long delayMs = nextMs / 2 + random.nextLong(nextMs / 2 + 1);
        nextMs = Math.min(LONGEST_MS, nextMs * 2);
        return Duration.ofMillis(delayMs);
    }

    void reset() {
        nextMs = FIRST_MS;
    }
}
