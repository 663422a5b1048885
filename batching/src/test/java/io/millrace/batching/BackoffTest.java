package io.millrace.batching;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import java.util.SplittableRandom;
import java.util.random.RandomGenerator;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;

class BackoffTest {
    private static final RandomGenerator LEAST = () -> 0L;
    private static final RandomGenerator MOST = () -> -1L;

    @Test
    void doublesTheDelayUpToTheLongest() {
        Backoff backoff = new Backoff(RetryDelays.DEFAULT, LEAST);

        assertThat(Stream.generate(() -> millis(backoff)).limit(8))
                .containsExactly(100L, 200L, 400L, 800L, 1_600L, 3_200L, 5_000L, 5_000L);
    }

    @Test
    void staysAtTheLongestAlsoAfterAThousandFailures() {
        Backoff backoff = new Backoff(RetryDelays.DEFAULT, LEAST);

        assertThat(Stream.generate(() -> millis(backoff)).limit(1_000).skip(6)).containsOnly(5_000L);
    }

    @Test
    void takesAwayAtMostHalfAtRandom() {
        assertThat(millis(new Backoff(RetryDelays.DEFAULT, MOST))).isEqualTo(50);

        RandomGenerator random = new SplittableRandom(4);
        assertThat(Stream.generate(() -> millis(new Backoff(RetryDelays.DEFAULT, random)))
                        .limit(100))
                .allMatch(delay -> delay >= 50 && delay <= 100)
                .anyMatch(delay -> delay < 60)
                .anyMatch(delay -> delay > 90);
    }

    @Test
    void beginsAnewAfterASuccess() {
        Backoff backoff = new Backoff(RetryDelays.DEFAULT, LEAST);
        backoff.nextDelayNanos();
        backoff.nextDelayNanos();

        backoff.reset();

        assertThat(millis(backoff)).isEqualTo(100);
    }

    private static long millis(Backoff backoff) {
        return Duration.ofNanos(backoff.nextDelayNanos()).toMillis();
    }
}
