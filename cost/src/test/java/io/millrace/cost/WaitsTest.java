package io.millrace.cost;

import static org.assertj.core.api.Assertions.assertThat;

import io.millrace.batching.Batch;
import io.millrace.batching.ChangeSet;
import io.millrace.batching.CommitOutcome;
import io.millrace.batching.FlushReason;
import io.millrace.checkpoint.Checkpoint;
import io.millrace.projections.EventEnvelope;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.atomic.AtomicLong;
import org.junit.jupiter.api.Test;

class WaitsTest {
    private static final List<EventEnvelope> LIVE = new ReferenceStream(0, 0, 2, 1, ReferenceStream.Order.LAST)
            .recorded(Duration.ofSeconds(1))
            .live();

    private final AtomicLong clock = new AtomicLong();
    private final Waits waits = new Waits(clock::get);

    /** Two centuries are not too many nanoseconds for a long, twice as many are. */
    @Test
    void averagesWaitsWhoseSumIsTooLongForALong() {
        LIVE.forEach(waits::comes);
        Duration wait = Duration.ofDays(200 * 365);
        clock.addAndGet(wait.toNanos());

        waits.committed(
                new Batch(
                        "p",
                        1,
                        FlushReason.LIVE,
                        new ChangeSet(List.of(), 0),
                        LIVE.get(1).position(),
                        Optional.empty(),
                        LIVE),
                new CommitOutcome.Committed(Checkpoint.atStart("p"), 1, 1),
                Duration.ZERO);

        assertThat(waits.average()).isEqualTo(wait);
    }
}
