package io.millrace.checkpoint;

import java.time.Instant;
import java.util.Objects;
import java.util.Optional;

/**
 * The durable mark "everything up to this position is in the read model", one per projection.
 *
 * @param projection the projection's name
 * @param epoch raised by every reset and take-over; compared together with the position, since after a reset the same
 *     positions come by again
 * @param position the last position that is in the read model; empty before the first flush
 * @param lastHandled the last event that a handler saw, at or before {@code position}; empty if there was none
 * @param flushNumber how many times the checkpoint was moved in this epoch
 * @param writer who moved it last; empty if nobody did
 * @param movedAt when, by the database's clock; empty if it never was. Whoever moved it may have reckoned the time: two of
 *     the same checkpoint differ by what messages and locks took
 */
public record Checkpoint(
        String projection,
        long epoch,
        Optional<Position> position,
        Optional<HandledEvent> lastHandled,
        long flushNumber,
        Optional<Writer> writer,
        Optional<Instant> movedAt) {

    public Checkpoint {
        Objects.requireNonNull(projection, "projection");
        if (epoch < 1 || flushNumber < 0) {
            throw new IllegalArgumentException(
                    "expected epoch >= 1 and flushNumber >= 0: epoch=" + epoch + ", flushNumber=" + flushNumber);
        }
    }

    /** The checkpoint of a projection that has not read anything yet. */
    public static Checkpoint atStart(String projection) {
        return atStart(projection, 1);
    }

    /** The checkpoint of a projection that shall read everything again. */
    public static Checkpoint atStart(String projection, long epoch) {
        return new Checkpoint(
                projection, epoch, Optional.empty(), Optional.empty(), 0, Optional.empty(), Optional.empty());
    }
}
