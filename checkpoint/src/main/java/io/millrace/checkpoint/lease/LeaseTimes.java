package io.millrace.checkpoint.lease;

import java.time.Duration;

/**
 * How long a lease is valid, and how often it is renewed. All instances of a configuration should have the same: a lease
 * lives by the times of the one who holds it.
 *
 * @param retryEvery after a request to the store that failed
 */
public record LeaseTimes(Duration validFor, Duration renewEvery, Duration retryEvery) {
    /** Who dies is followed within 5 s: 4 s until the lease runs out, and 1 s to take it and to begin. */
    public static final LeaseTimes DEFAULT =
            new LeaseTimes(Duration.ofSeconds(4), Duration.ofSeconds(1), Duration.ofMillis(250));

    public LeaseTimes {
        if (retryEvery.toMillis() < 1
                || retryEvery.compareTo(renewEvery) > 0
                || renewEvery.multipliedBy(2).compareTo(validFor) > 0) {
            throw new IllegalArgumentException("expected 1 ms <= retryEvery <= renewEvery <= validFor / 2: validFor="
                    + validFor + ", renewEvery=" + renewEvery + ", retryEvery=" + retryEvery);
        }
    }
}
