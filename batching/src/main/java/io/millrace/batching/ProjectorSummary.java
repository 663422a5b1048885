package io.millrace.batching;

import io.millrace.checkpoint.Position;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;

/**
 * What a projector has done in this run. Moves of the checkpoint alone count in {@code checkpointOnly}, and nowhere
 * else. Immutable.
 *
 * @param events taken from the subscription
 * @param handled of those, how many are in the read model, with whatever their handlers made of them
 * @param batches committed
 * @param statements that these took, the checkpoint's included
 * @param roundTrips that these waited for
 * @param checkpointOnly how often the checkpoint moved alone
 * @param checkpoint as it stands; empty if the projection has none yet
 * @param flushes committed batches by reason
 * @param parked events put aside, with those that followed one of their stream
 * @param skipped events left out
 * @param batchSize how many events a batch may have, as chosen last
 */
public record ProjectorSummary(
        long events,
        long handled,
        long batches,
        long statements,
        long roundTrips,
        long checkpointOnly,
        Optional<Position> checkpoint,
        Map<FlushReason, Long> flushes,
        long parked,
        long skipped,
        int batchSize) {
    public ProjectorSummary {
        Objects.requireNonNull(checkpoint, "checkpoint");
        flushes = Map.copyOf(flushes);
    }

    /** How many batches were committed for this reason. */
    public long flushes(FlushReason reason) {
        return flushes.getOrDefault(reason, 0L);
    }
}
