package io.millrace.batching;

import java.time.Duration;
import java.util.Optional;

/**
 * When a batch is handed to PostgreSQL. A pure decision over what is folded and not yet flushed; immutable.
 *
 * @param batchSize how many handled events a batch has at most
 * @param liveBatchSize how many handled events are enough once live; 1 shows each event at once
 * @param maxAge how long the oldest unflushed event waits at most
 * @param maxBytes how many bytes of events fill a batch; the event that reaches it still belongs to it
 * @param checkpointOnlyEvery how often at most the checkpoint moves alone, over events that nobody handles
 */
public record FlushPolicy(
        int batchSize, int liveBatchSize, Duration maxAge, long maxBytes, Duration checkpointOnlyEvery) {

    public static final FlushPolicy DEFAULT =
            new FlushPolicy(100, 1, Duration.ofSeconds(1), 4L << 20, Duration.ofSeconds(10));

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
        if (liveBatchSize < 1 || liveBatchSize > batchSize) {
            throw new IllegalArgumentException("expected 1 <= liveBatchSize <= batchSize: liveBatchSize="
                    + liveBatchSize + ", batchSize=" + batchSize);
        }
        if (maxBytes < 1) {
            throw new IllegalArgumentException("expected maxBytes >= 1: maxBytes=" + maxBytes);
        }
        requirePositive("maxAge", maxAge);
        requirePositive("checkpointOnlyEvery", checkpointOnlyEvery);
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
        if (phase == Phase.LIVE && events >= liveBatchSize) {
            return LIVE;
        }
        return ageNanos >= maxAge.toNanos() ? AGE : NOT_YET;
    }

    /** Why a batch takes no more events; empty while it does. */
    public Optional<FlushReason> full(int events, long bytes) {
        if (events >= batchSize) {
            return SIZE;
        }
        return bytes >= maxBytes ? BYTES : NOT_YET;
    }

    public FlushPolicy withBatchSize(int events) {
        return new FlushPolicy(events, Math.min(liveBatchSize, events), maxAge, maxBytes, checkpointOnlyEvery);
    }

    public FlushPolicy withLiveBatchSize(int events) {
        return new FlushPolicy(batchSize, events, maxAge, maxBytes, checkpointOnlyEvery);
    }

    public FlushPolicy withMaxAge(Duration age) {
        return new FlushPolicy(batchSize, liveBatchSize, age, maxBytes, checkpointOnlyEvery);
    }

    public FlushPolicy withMaxBytes(long bytes) {
        return new FlushPolicy(batchSize, liveBatchSize, maxAge, bytes, checkpointOnlyEvery);
    }

    public FlushPolicy withCheckpointOnlyEvery(Duration every) {
        return new FlushPolicy(batchSize, liveBatchSize, maxAge, maxBytes, every);
    }

    private static void requirePositive(String name, Duration value) {
        if (value.isNegative() || value.isZero()) {
            throw new IllegalArgumentException("expected " + name + " > 0: " + name + "=" + value);
        }
    }
}
