package io.millrace.batching;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;

class YieldingTest {
    private static final long MICRO = 1_000;

    private final List<Long> yields = new ArrayList<>();
    private long now = 5_000_000 * MICRO;
    private final long begun = now;
    private long nextYieldTakes;

    private final Yielding yielding = new Yielding(() -> now, () -> {
        yields.add((now - begun) / MICRO);
        now += nextYieldTakes;
    });

    /** Until so many microseconds after the beginning. */
    private void work(long untilMicros, long nanosPerEvent) {
        while (now - begun < untilMicros * MICRO) {
            now += nanosPerEvent;
            yielding.worked();
        }
    }

    @Test
    void happensEachTwoHundredMicrosecondsOfWork() {
        work(1_000, MICRO / 4);

        assertThat(yields).containsExactly(200L, 400L, 600L, 800L, 1_000L);
    }

    @Test
    void doesNotHappenInLessWork() {
        work(190, MICRO / 4);

        assertThat(yields).isEmpty();
    }

    @Test
    void isFollowedByAsMuchTimeForItsOwnWorkAsTheOthersTook() {
        nextYieldTakes = 3_000 * MICRO;
        work(200, MICRO / 4);
        assertThat(yields).containsExactly(200L);

        work(6_190, MICRO / 4);
        assertThat(yields).containsExactly(200L);

        nextYieldTakes = 0;
        work(6_610, MICRO / 4);
        assertThat(yields).containsExactly(200L, 6_200L, 6_400L, 6_600L);
    }

    @Test
    void asksTheClockSeldom() {
        List<Long> asked = new ArrayList<>();
        Yielding counted = new Yielding(
                () -> {
                    asked.add(now);
                    return now;
                },
                () -> {});
        asked.clear();

        for (int i = 0; i < 320; i++) {
            counted.worked();
        }

        assertThat(asked).hasSize(10);
    }
}
