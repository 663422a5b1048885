package io.millrace.cost;

import io.millrace.batching.Batch;
import io.millrace.batching.CommitOutcome;
import io.millrace.batching.ProjectorListener;
import io.millrace.checkpoint.Position;
import io.millrace.projections.EventEnvelope;
import java.time.Duration;
import java.util.HashMap;
import java.util.Map;
import java.util.function.LongSupplier;

/** Sees how long live events wait until they are in the read model, and how much a batch holds. For one thread. */
final class Waits implements ProjectorListener {
    private final LongSupplier clock;
    private final Map<Position, Long> cameNanos = new HashMap<>();
    private long shown;
    private Duration sum = Duration.ZERO; // in nanoseconds it could be too large for a long
    private long longestNanos;
    private int largestBatch;
    private long largestBytes;

    Waits(LongSupplier clock) {
        this.clock = clock;
    }

    /** A live event comes, now. */
    void comes(EventEnvelope event) {
        cameNanos.put(event.position(), clock.getAsLong());
    }

    @Override
    public void committed(Batch batch, CommitOutcome.Committed outcome, Duration took) {
        long bytes = 0;
        for (EventEnvelope event : batch.events()) {
            bytes += event.sizeInBytes();
            Long came = cameNanos.remove(event.position());
            if (came != null) {
                long waited = clock.getAsLong() - came;
                shown++;
                sum = sum.plusNanos(waited);
                longestNanos = Math.max(longestNanos, waited);
            }
        }
        largestBatch = Math.max(largestBatch, batch.events().size());
        largestBytes = Math.max(largestBytes, bytes);
    }

    Duration longest() {
        return Duration.ofNanos(longestNanos);
    }

    /** Zero if no live event was shown. */
    Duration average() {
        return shown == 0 ? Duration.ZERO : sum.dividedBy(shown);
    }

    /** Events in the largest batch. */
    int largestBatch() {
        return largestBatch;
    }

    /** Data and metadata of the events in the largest batch. */
    long largestBytes() {
        return largestBytes;
    }
}
