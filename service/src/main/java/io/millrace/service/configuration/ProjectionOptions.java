package io.millrace.service.configuration;

import java.time.Duration;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.OptionalLong;

/**
 * What the configuration says about one projection; what it does not say is the projector's own default.
 *
 * @param flushLive how long a live event waits for others to share its batch; zero for each at once
 */
public record ProjectionOptions(
        OptionalInt batchSize,
        Optional<Duration> batchAge,
        OptionalLong batchBytes,
        OptionalInt queueEvents,
        OptionalLong queueBytes,
        Optional<Duration> flushLive) {
    public static final ProjectionOptions DEFAULTS = new ProjectionOptions(
            OptionalInt.empty(),
            Optional.empty(),
            OptionalLong.empty(),
            OptionalInt.empty(),
            OptionalLong.empty(),
            Optional.empty());
}
