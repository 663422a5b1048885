package io.millrace.checkpoint;

import java.util.Objects;
import java.util.UUID;

/**
 * The event that a projection handled last: where it stood and which it was. Kept with the checkpoint so that another
 * store, or a restored one, is recognised: another id at the same position is another history.
 */
public record HandledEvent(Position position, UUID eventId) {
    public HandledEvent {
        Objects.requireNonNull(position, "position");
        Objects.requireNonNull(eventId, "eventId");
    }
}
