package io.millrace.batching;

import java.time.Duration;
import java.util.Objects;
import java.util.Optional;

/**
 * When a batch is handed to PostgreSQL. A pure decision over what is folded and not yet flushed; immutable.
 *
 * @param batchSize how many handled events a batch has at most
 * @param liveWithin how long an event waits at most once live, for others to share its batch; zero shows each at once
 * @param maxAge how long the oldest unflushed event waits at most while catching up
 * @param maxBytes how many bytes of events fill a batch; the event that reaches it still belongs to it
 * @param checkpointOnlyEvery how often at most the checkpoint moves alone, over events that nobody handles
 * @param sizing whether the batch size stays what it is
 */
public record FlushPolicy(
        int batchSize,
        Duration liveWithin,
        Duration maxAge,
        long maxBytes,
        Duration checkpointOnlyEvery,
        BatchSizing sizing) {

    public static final FlushPolicy DEFAULT = new FlushPolicy(
            100, Duration.ZERO, Duration.ofSeconds(1), 4L << 20, Duration.ofSeconds(10), BatchSizing.FIXED);

    /** Batches find their own size, also beyond the default's bytes. */
    public static final FlushPolicy ADAPTIVE = DEFAULT.withMaxBytes(8L << 20).withSizing(BatchSizing.ADAPTIVE);

    // Asked after every event: no new object each time.
    private static final Optional<FlushReason> NOT_YET = Optional.empty();
    private static final Optional<FlushReason> SIZE = Optional.of(FlushReason.SIZE);
    private static final Optional<FlushReason> BYTES = Optional.of(FlushReason.BYTES);
    private static final Optional<FlushReason> CAUGHT_UP = Optional.of(FlushReason.CAUGHT_UP);
    private static final Optional<FlushReason> LIVE = Optional.of(FlushReason.LIVE);
    private static final Optional<FlushReason> AGE = Optional.of(FlushReason.AGE);

    public FlushPolicy {
        if (batchSize < 1) {
            throw new IllegalArgumentException("expected batchSize >= 1: batchSize=" + batchSize);
        }
        if (liveWithin.isNegative()) {
            throw new IllegalArgumentException("expected liveWithin >= 0: liveWithin=" + liveWithin);
        }
        if (maxBytes < 1) {
            throw new IllegalArgumentException("expected maxBytes >= 1: maxBytes=" + maxBytes);
        }
        requirePositive("maxAge", maxAge);
        requirePositive("checkpointOnlyEvery", checkpointOnlyEvery);
        Objects.requireNonNull(sizing, "sizing");
    }

    /**
     * Whether to flush now, and why; empty for not yet. Nothing folded is never flushed.
     *
     * @param events handled events that are folded and not flushed
     * @param bytes the size of those
     * @param ageNanos how long the oldest of them has waited
     */
    public Optional<FlushReason> due(Phase phase, int events, long bytes, long ageNanos) {
        if (events == 0) {
            return NOT_YET;
        }
        Optional<FlushReason> full = full(events, bytes);
        if (full.isPresent()) {
            return full;
        }
        if (phase == Phase.CAUGHT_UP) {
            return CAUGHT_UP;
        }
        if (ageNanos < longestWait(phase).toNanos()) {
            return NOT_YET;
        }
        return phase == Phase.LIVE ? LIVE : AGE;
    }

    /** How long the oldest unflushed event waits at most. */
    Duration longestWait(Phase phase) {
        return phase == Phase.LIVE ? liveWithin : maxAge;
    }

    /** Why a batch takes no more events; empty while it does. */
    public Optional<FlushReason> full(int events, long bytes) {
        if (events >= batchSize) {
            return SIZE;
        }
        return bytes >= maxBytes ? BYTES : NOT_YET;
    }

    public FlushPolicy withBatchSize(int events) {
        return new FlushPolicy(events, liveWithin, maxAge, maxBytes, checkpointOnlyEvery, sizing);
    }

    public FlushPolicy withLiveWithin(Duration wait) {
        return new FlushPolicy(batchSize, wait, maxAge, maxBytes, checkpointOnlyEvery, sizing);
    }

    public FlushPolicy withMaxAge(Duration age) {
        return new FlushPolicy(batchSize, liveWithin, age, maxBytes, checkpointOnlyEvery, sizing);
    }

    public FlushPolicy withMaxBytes(long bytes) {
        return new FlushPolicy(batchSize, liveWithin, maxAge, bytes, checkpointOnlyEvery, sizing);
    }

    public FlushPolicy withCheckpointOnlyEvery(Duration every) {
        return new FlushPolicy(batchSize, liveWithin, maxAge, maxBytes, every, sizing);
    }

    public FlushPolicy withSizing(BatchSizing bounds) {
        return new FlushPolicy(batchSize, liveWithin, maxAge, maxBytes, checkpointOnlyEvery, bounds);
    }

    private static void requirePositive(String name, Duration value) {
        if (value.isNegative() || value.isZero()) {
            throw new IllegalArgumentException("expected " + name + " > 0: " + name + "=" + value);
        }
    }
}
