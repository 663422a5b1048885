package io.millrace.service.configuration;

import java.time.Duration;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.OptionalLong;

/** What the configuration says about one projection; what it does not say is the projector's own default. */
public record ProjectionOptions(
        OptionalInt batchSize,
        Optional<Duration> batchAge,
        OptionalLong batchBytes,
        OptionalInt queueEvents,
        OptionalLong queueBytes) {
    public static final ProjectionOptions DEFAULTS = new ProjectionOptions(
            OptionalInt.empty(), Optional.empty(), OptionalLong.empty(), OptionalInt.empty(), OptionalLong.empty());
}
