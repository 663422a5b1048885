package io.millrace.batching;

import java.time.Duration;

/**
 * How long a projector waits before it sends a batch again that could not be committed.
 *
 * @param first before the second attempt; doubled after each further one
 * @param longest what it does not grow beyond
 */
public record RetryDelays(Duration first, Duration longest) {
    public static final RetryDelays DEFAULT = new RetryDelays(Duration.ofMillis(100), Duration.ofSeconds(5));

    public RetryDelays {
        if (first.isNegative() || first.isZero() || first.compareTo(longest) > 0) {
            throw new IllegalArgumentException(
                    "expected 0 < first <= longest: first=" + first + ", longest=" + longest);
        }
    }
}
