package io.millrace.sql;

import io.millrace.batching.FlushReason;
import io.millrace.checkpoint.Writer;
import io.millrace.sql.Flush.Move;
import java.time.Duration;
import java.util.concurrent.TimeUnit;

/**
 * The move that a session made last of a checkpoint. What writes next, for the same reason and in the same five minutes,
 * need only add to its counters: nobody else has moved it since, or the next move is refused. Nor need it ask for the time,
 * which is as long after the time that was asked for last as this program's clock says; later than it was by as much as the
 * one that asked waited between being sent and being made.
 *
 * @param flushNumber the checkpoint's after it
 * @param askedMicros when the server was asked for the time last, by its clock, in microseconds since 1970
 * @param askedNanos when that move was sent, by {@link System#nanoTime}
 */
record LastMove(
        String projection,
        long epoch,
        long flushNumber,
        Writer writer,
        FlushReason reason,
        long askedMicros,
        long askedNanos) {
    private static final long COUNTED_TOGETHER_MICROS =
            Duration.ofMinutes(5).toSeconds() * TimeUnit.SECONDS.toMicros(1);

    /** One that answered the time. */
    static LastMove of(Move move, Writer writer, long answeredMicros, long sentNanos) {
        return new LastMove(
                move.from().projection(),
                move.from().epoch(),
                move.from().flushNumber() + 1,
                writer,
                move.batch().reason(),
                answeredMicros,
                sentNanos);
    }

    /** The one that continued it and answered nothing. */
    LastMove next() {
        return new LastMove(projection, epoch, flushNumber + 1, writer, reason, askedMicros, askedNanos);
    }

    /** When a move that was sent at this {@link System#nanoTime} was made, in microseconds since 1970. */
    long micros(long sentNanos) {
        return askedMicros + TimeUnit.NANOSECONDS.toMicros(sentNanos - askedNanos);
    }

    /** Whether what this move counts is added to the same counters. */
    boolean isContinuedBy(Move next, Writer nextWriter, long nowNanos) {
        return next.from().flushNumber() == flushNumber
                && next.from().epoch() == epoch
                && next.from().projection().equals(projection)
                && next.batch().reason() == reason
                && nextWriter.equals(writer)
                && since(micros(nowNanos)) == since(askedMicros);
    }

    /** As the server says it with {@code date_bin}. */
    private static long since(long micros) {
        return Math.floorDiv(micros, COUNTED_TOGETHER_MICROS);
    }
}
