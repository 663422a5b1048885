package io.millrace.batching;

import java.util.Arrays;

/**
 * Whether the database takes longer for a row than it did, and for a flush, too: where few rows change, each bears more of
 * what any commit takes. What it takes while batches have the size that was configured is the measure; the middle one of a
 * row of flushes counts, so that single slow ones mean nothing. For one thread.
 */
final class Strain {
    private static final int WINDOW = 32;
    private static final double MUCH = 3;
    private static final double NONE = 1.5;
    /** A flush that is faster is no trouble, however it compares. */
    private static final long SHORT_NANOS = 2_000_000;

    private final double[] perRow = new double[WINDOW];
    private final long[] perFlush = new long[WINDOW];
    private int seen;
    private double best = Double.MAX_VALUE;
    private long bestFlush = Long.MAX_VALUE;

    enum Verdict {
        NONE,
        SOME,
        MUCH
    }

    /** @param grown whether the flush was larger than configured: its rows are cheaper by that alone */
    Verdict after(long rows, long tookNanos, boolean grown) {
        perRow[seen] = (double) tookNanos / Math.max(1, rows);
        perFlush[seen++] = tookNanos;
        if (seen < WINDOW) {
            return Verdict.SOME;
        }
        seen = 0;
        Arrays.sort(perRow);
        Arrays.sort(perFlush);
        double middle = perRow[WINDOW / 2];
        long middleFlush = perFlush[WINDOW / 2];
        if (!grown) {
            best = Math.min(best, middle);
            bestFlush = Math.min(bestFlush, middleFlush);
        }
        if (middle > MUCH * best && middleFlush > MUCH * bestFlush && middleFlush > SHORT_NANOS) {
            return Verdict.MUCH;
        }
        return middle < NONE * best ? Verdict.NONE : Verdict.SOME;
    }
}
