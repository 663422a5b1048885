package io.millrace.service.configuration;

import io.millrace.batching.PoisonPolicy.OnPoison;
import java.time.Duration;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.OptionalLong;

/**
 * What the configuration says about one projection; what it does not say is the projector's own default.
 *
 * @param batchSize how many events a batch has; empty if it finds its own size, too
 * @param adaptive whether batches find their own size
 * @param flushTime how long a flush of such a batch takes at most
 * @param flushLive how long a live event waits for others to share its batch; zero for each at once
 * @param onPoison what is done about an event that cannot be handled
 * @param maxParked how many in a row may be parked or skipped
 */
public record ProjectionOptions(
        OptionalInt batchSize,
        boolean adaptive,
        Optional<Duration> flushTime,
        Optional<Duration> batchAge,
        OptionalLong batchBytes,
        OptionalInt queueEvents,
        OptionalLong queueBytes,
        Optional<Duration> flushLive,
        Optional<OnPoison> onPoison,
        OptionalInt maxParked) {
    public static final ProjectionOptions DEFAULTS = new ProjectionOptions(
            OptionalInt.empty(),
            false,
            Optional.empty(),
            Optional.empty(),
            OptionalLong.empty(),
            OptionalInt.empty(),
            OptionalLong.empty(),
            Optional.empty(),
            Optional.empty(),
            OptionalInt.empty());

    /** These, with batches of a fixed size. */
    public ProjectionOptions withBatchSize(int events) {
        return new ProjectionOptions(
                OptionalInt.of(events),
                false,
                Optional.empty(),
                batchAge,
                batchBytes,
                queueEvents,
                queueBytes,
                flushLive,
                onPoison,
                maxParked);
    }
}
