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
 * @param checkpoint what the checkpoint becomes; always later than what it was
 * @param lastHandled the last event in it that a handler saw; empty if only the checkpoint moves
 * @param events the handled events, in order; what a refused batch is taken apart by
 */
public record Batch(
        String projection,
        long number,
        FlushReason reason,
        ChangeSet changes,
        Position checkpoint,
        Optional<HandledEvent> lastHandled,
        List<EventEnvelope> events) {
    public Batch {
        Objects.requireNonNull(projection, "projection");
        Objects.requireNonNull(reason, "reason");
        Objects.requireNonNull(changes, "changes");
        Objects.requireNonNull(checkpoint, "checkpoint");
        Objects.requireNonNull(lastHandled, "lastHandled");
    }
}
