package io.millrace.batching;

import java.time.Duration;
import java.util.Objects;

/**
 * Whether batches find their own size, and within which bounds. Immutable.
 *
 * @param mode who chooses the size
 * @param flushTime a flush that takes longer makes the next batches smaller; none grow that could take longer
 * @param maxEvents how many events a batch that has grown holds at most
 * @param maxRows how many rows a batch changes at most; one event more may still belong to it
 */
public record BatchSizing(Mode mode, Duration flushTime, int maxEvents, int maxRows) {
    private static final Duration FLUSH_TIME = Duration.ofMillis(200);
    private static final int MAX_ROWS = 50_000;

    /** As configured, unless the database grows slow. */
    public static final BatchSizing FIXED = new BatchSizing(Mode.FIXED, FLUSH_TIME, 10_000, MAX_ROWS);

    public static final BatchSizing ADAPTIVE = new BatchSizing(Mode.ADAPTIVE, FLUSH_TIME, 100_000, MAX_ROWS);

    /** Who chooses the size of batches. */
    public enum Mode {
        /**
         * The user. Batches grow beyond that only while the database takes far longer for a row than it did: an open
         * snapshot elsewhere keeps the dead versions of rows, and each flush adds more of them.
         */
        FIXED,
        /** The projector, by how long flushes take. */
        ADAPTIVE
    }

    public BatchSizing {
        Objects.requireNonNull(mode, "mode");
        if (flushTime.isNegative() || flushTime.isZero()) {
            throw new IllegalArgumentException("expected flushTime > 0: flushTime=" + flushTime);
        }
        if (maxEvents < 1 || maxRows < 1) {
            throw new IllegalArgumentException(
                    "expected maxEvents >= 1 and maxRows >= 1: maxEvents=" + maxEvents + ", maxRows=" + maxRows);
        }
    }

    public boolean isAdaptive() {
        return mode == Mode.ADAPTIVE;
    }

    public BatchSizing withFlushTime(Duration time) {
        return new BatchSizing(mode, time, maxEvents, maxRows);
    }

    public BatchSizing withMaxEvents(int events) {
        return new BatchSizing(mode, flushTime, events, maxRows);
    }
}
