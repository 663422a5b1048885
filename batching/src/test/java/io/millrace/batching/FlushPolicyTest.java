package io.millrace.batching;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.time.Duration;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class FlushPolicyTest {
    private static final FlushPolicy POLICY = FlushPolicy.DEFAULT;

    @ParameterizedTest
    @CsvSource(
            nullValues = "-",
            value = {
                // phase, events, bytes, age in ms, due
                "CATCHING_UP, 0,   0,       5000, -",
                "CATCHING_UP, 1,   10,      0,    -",
                "CATCHING_UP, 99,  10,      999,  -",
                "CATCHING_UP, 99,  10,      1000, AGE",
                "CATCHING_UP, 100, 10,      1000, SIZE",
                "CATCHING_UP, 99,  4194303, 0,    -",
                "CATCHING_UP, 1,   4194304, 0,    BYTES",
                "CAUGHT_UP,   0,   0,       5000, -",
                "CAUGHT_UP,   1,   10,      0,    CAUGHT_UP",
                "CAUGHT_UP,   100, 10,      0,    SIZE",
                "LIVE,        0,   0,       5000, -",
                "LIVE,        1,   10,      0,    LIVE",
                "LIVE,        100, 10,      0,    SIZE",
                "LIVE,        1,   4194304, 0,    BYTES",
            })
    void saysWhenToFlushAndWhy(Phase phase, int events, long bytes, long ageMs, FlushReason due) {
        assertThat(POLICY.due(phase, events, bytes, Duration.ofMillis(ageMs).toNanos())
                        .orElse(null))
                .isEqualTo(due);
    }

    @Test
    void letsALiveEventWaitForOthersAsLongAsItIsToldTo() {
        FlushPolicy policy = POLICY.withLiveWithin(Duration.ofSeconds(5));

        assertThat(policy.due(Phase.LIVE, 9, 10, Duration.ofMillis(4_999).toNanos()))
                .isEmpty();
        assertThat(policy.due(Phase.LIVE, 9, 10, Duration.ofSeconds(5).toNanos()))
                .contains(FlushReason.LIVE);
        assertThat(policy.due(Phase.LIVE, 100, 10, 0)).contains(FlushReason.SIZE);
        assertThat(policy.due(Phase.CATCHING_UP, 9, 10, Duration.ofSeconds(1).toNanos()))
                .contains(FlushReason.AGE);
    }

    @Test
    void refusesBoundsThatMeanNothing() {
        assertThatThrownBy(() -> POLICY.withBatchSize(0)).hasMessageContaining("batchSize=0");
        assertThatThrownBy(() -> POLICY.withLiveWithin(Duration.ofMillis(-1)))
                .hasMessageContaining("liveWithin=PT-0.001S");
        assertThatThrownBy(() -> POLICY.withMaxAge(Duration.ZERO)).hasMessageContaining("maxAge=PT0S");
        assertThatThrownBy(() -> POLICY.withMaxBytes(0)).hasMessageContaining("maxBytes=0");
        assertThatThrownBy(() -> POLICY.withCheckpointOnlyEvery(Duration.ofSeconds(-1)))
                .hasMessageContaining("checkpointOnlyEvery=PT-1S");
        assertThatThrownBy(() -> new QueueBounds(0, 1)).hasMessageContaining("maxEvents=0");
        assertThatThrownBy(() -> new RetryDelays(Duration.ofSeconds(2), Duration.ofSeconds(1)))
                .hasMessageContaining("first=PT2S, longest=PT1S");
    }
}
