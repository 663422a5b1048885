package io.millrace.sql;

import io.millrace.batching.FlushReason;
import io.millrace.checkpoint.Writer;
import io.millrace.sql.Flush.Move;
import java.time.Duration;
import java.util.concurrent.TimeUnit;

/**
 * The move that a session made last of a checkpoint. What writes next, for the same reason and in the same five minutes,
 * need only add to its counters: nobody else has moved it since, or the next move is refused.
 *
 * @param flushNumber the checkpoint's after it
 * @param movedAtMicros when, by the server's clock, in microseconds since 1970
 * @param atNanos when, by {@link System#nanoTime}
 */
record LastMove(
        String projection,
        long epoch,
        long flushNumber,
        Writer writer,
        FlushReason reason,
        long movedAtMicros,
        long atNanos) {
    private static final long COUNTED_TOGETHER_MICROS =
            Duration.ofMinutes(5).toSeconds() * TimeUnit.SECONDS.toMicros(1);

    static LastMove of(Move move, Writer writer, long movedAtMicros) {
        return new LastMove(
                move.from().projection(),
                move.from().epoch(),
                move.from().flushNumber() + 1,
                writer,
                move.batch().reason(),
                movedAtMicros,
                System.nanoTime());
    }

    /** Whether what this move counts is added to the same counters. */
    boolean isContinuedBy(Move next, Writer nextWriter, long nowNanos) {
        long nowMicros = movedAtMicros + TimeUnit.NANOSECONDS.toMicros(nowNanos - atNanos);
        return next.from().flushNumber() == flushNumber
                && next.from().epoch() == epoch
                && next.from().projection().equals(projection)
                && next.batch().reason() == reason
                && nextWriter.equals(writer)
                && since(nowMicros) == since(movedAtMicros);
    }

    /** As the server says it with {@code date_bin}. */
    private static long since(long micros) {
        return Math.floorDiv(micros, COUNTED_TOGETHER_MICROS);
    }
}
