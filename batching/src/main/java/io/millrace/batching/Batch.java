package io.millrace.batching;

import io.millrace.checkpoint.HandledEvent;
import io.millrace.checkpoint.Position;
import io.millrace.projections.EventEnvelope;
import java.util.List;
import java.util.Objects;
import java.util.Optional;

/**
 * The events between two flushes: their folded changes, and the checkpoint that they move to. Immutable.
 *
 * @param projection the projection's name
 * @param number counted from 1 in each run of a projector
 * @param checkpoint what the checkpoint becomes; later than what it was, unless parked events are settled
 * @param lastHandled the last event in it that a handler saw; empty if only the checkpoint moves
 * @param events the handled events, in order; what a refused batch is taken apart by
 * @param setAside the events that it moves past without handling them; and parked ones that are done with
 * @param shares of a group's batch: what it does for those of its projections that it does something for
 */
public record Batch(
        String projection,
        long number,
        FlushReason reason,
        ChangeSet changes,
        Position checkpoint,
        Optional<HandledEvent> lastHandled,
        List<EventEnvelope> events,
        SetAside setAside,
        List<Share> shares) {
    public Batch {
        Objects.requireNonNull(projection, "projection");
        Objects.requireNonNull(reason, "reason");
        Objects.requireNonNull(changes, "changes");
        Objects.requireNonNull(checkpoint, "checkpoint");
        Objects.requireNonNull(lastHandled, "lastHandled");
        Objects.requireNonNull(setAside, "setAside");
        shares = List.copyOf(shares);
    }

    /** A batch of one projection. */
    public Batch(
            String projection,
            long number,
            FlushReason reason,
            ChangeSet changes,
            Position checkpoint,
            Optional<HandledEvent> lastHandled,
            List<EventEnvelope> events,
            SetAside setAside) {
        this(projection, number, reason, changes, checkpoint, lastHandled, events, setAside, List.of());
    }

    /** A batch of one projection that nothing was put aside from. */
    public Batch(
            String projection,
            long number,
            FlushReason reason,
            ChangeSet changes,
            Position checkpoint,
            Optional<HandledEvent> lastHandled,
            List<EventEnvelope> events) {
        this(projection, number, reason, changes, checkpoint, lastHandled, events, SetAside.NONE);
    }

    /** The same, with what it does for whom. */
    Batch sharedBy(List<Share> members) {
        return new Batch(projection, number, reason, changes, checkpoint, lastHandled, events, setAside, members);
    }

    /** What a group's batch does for one of its projections; empty if nothing. */
    public Optional<Share> shareOf(String member) {
        return shares.stream()
                .filter(share -> share.batch().projection().equals(member))
                .findFirst();
    }
}
