package io.millrace.batching;

import java.time.Duration;
import java.util.random.RandomGenerator;

/**
 * How long to wait before the next attempt: twice as long each time up to the longest, less a random part of at most
 * half, so that many projectors don't come back at the same moment. For one thread.
 */
final class Backoff {
    private final RetryDelays delays;
    private final RandomGenerator random;
    private int failures;

    Backoff(RetryDelays delays, RandomGenerator random) {
        this.delays = delays;
        this.random = random;
    }

    long nextDelayNanos() {
        long longest = delays.longest().toNanos();
        // 2^30 times the shortest delay is beyond any longest one in use, and does not overflow below 8 s.
        Duration doubled = delays.first().multipliedBy(1L << Math.min(failures, 30));
        long capped = doubled.compareTo(delays.longest()) < 0 ? doubled.toNanos() : longest;
        failures++;
        return capped - (long) (capped / 2.0 * random.nextDouble());
    }

    void reset() {
        failures = 0;
    }
}
