package io.millrace.batching;

import java.util.Objects;

/** How a projector runs. Immutable. */
public record ProjectorOptions(
        FlushPolicy flushPolicy, QueueBounds queueBounds, RetryDelays retryDelays, Until until, PoisonPolicy poison) {
    public static final ProjectorOptions DEFAULT = new ProjectorOptions(
            FlushPolicy.DEFAULT, QueueBounds.DEFAULT, RetryDelays.DEFAULT, Until.STOPPED, PoisonPolicy.STOP);

    /** When a projector ends by itself. */
    public enum Until {
        /** Never: it follows the store until it is stopped. */
        STOPPED,
        /** At the head that the store had when reading began; events after it are not read. */
        FIRST_HEAD
    }

    public ProjectorOptions {
        Objects.requireNonNull(flushPolicy, "flushPolicy");
        Objects.requireNonNull(queueBounds, "queueBounds");
        Objects.requireNonNull(retryDelays, "retryDelays");
        Objects.requireNonNull(until, "until");
        Objects.requireNonNull(poison, "poison");
    }

    public ProjectorOptions withFlushPolicy(FlushPolicy policy) {
        return new ProjectorOptions(policy, queueBounds, retryDelays, until, poison);
    }

    public ProjectorOptions withQueueBounds(QueueBounds bounds) {
        return new ProjectorOptions(flushPolicy, bounds, retryDelays, until, poison);
    }

    public ProjectorOptions withRetryDelays(RetryDelays delays) {
        return new ProjectorOptions(flushPolicy, queueBounds, delays, until, poison);
    }

    public ProjectorOptions withUntil(Until end) {
        return new ProjectorOptions(flushPolicy, queueBounds, retryDelays, end, poison);
    }

    public ProjectorOptions withPoison(PoisonPolicy policy) {
        return new ProjectorOptions(flushPolicy, queueBounds, retryDelays, until, policy);
    }
}
