package io.millrace.eventstore;

import io.millrace.checkpoint.HandledEvent;
import io.millrace.checkpoint.Position;
import io.millrace.projections.EventEnvelope;
import io.millrace.projections.EventSourceException;
import java.util.Optional;
import java.util.UUID;
import org.jspecify.annotations.Nullable;

/**
 * How far a subscription has come, over all its calls: every call goes on after this position, and no position that is
 * not after it is taken. That is why a resumption neither loses nor doubles an event.
 */
final class ReadProgress {
    private @Nullable Position last;
    private @Nullable Position lastEventAt;
    private @Nullable UUID lastEventId;
    private @Nullable Position announced;

    ReadProgress(Optional<Position> afterExclusive, Optional<HandledEvent> lastHandled) {
        this.last = afterExclusive.orElse(null);
        this.announced = last;
        this.lastEventAt = lastHandled.map(HandledEvent::position).orElse(null);
        this.lastEventId = lastHandled.map(HandledEvent::eventId).orElse(null);
    }

    /** The position to go on after; empty for the beginning. */
    Optional<Position> last() {
        return Optional.ofNullable(last);
    }

    /** The last event that was handed on, by this or an earlier subscription; empty if unknown. */
    Optional<HandledEvent> lastEvent() {
        return lastEventAt == null || lastEventId == null
                ? Optional.empty()
                : Optional.of(new HandledEvent(lastEventAt, lastEventId));
    }

    boolean isBefore(Position position) {
        return last == null || position.isAfter(last);
    }

    /** @throws EventSourceException when the store says something that was said before */
    void expectAfter(Position position) {
        if (!isBefore(position)) {
            throw new EventSourceException(
                    EventSourceException.Kind.INVALID,
                    "expected the store to send rising positions: position=" + position + ", after=" + last
                            + "; nothing was taken from it, restart the projector");
        }
    }

    void handedOn(EventEnvelope event) {
        last = event.position();
        announced = last;
        lastEventAt = last;
        lastEventId = event.eventId();
    }

    /** An event that nobody asked for lies behind us. */
    void skippedTo(Position position) {
        last = position;
    }

    /** Whether there is something to tell: events were skipped since the last signal. */
    boolean hasUnannounced() {
        return last != null && last != announced;
    }

    /** The position that is now told to the subscriber. */
    Position announce() {
        if (last == null) {
            throw new IllegalStateException("expected something to have been read");
        }
        announced = last;
        return last;
    }
}
