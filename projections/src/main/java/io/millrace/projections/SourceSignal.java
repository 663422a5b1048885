package io.millrace.projections;

import io.millrace.checkpoint.Position;
import java.util.Objects;
import java.util.Optional;

/**
 * What a subscription says, in the order in which it says it: an event, or something about the way it goes. Over the
 * life of one subscription, also across the resumptions that the source does by itself, the positions of events
 * strictly increase and those of checkpoints never go back.
 */
public sealed interface SourceSignal
        permits EventEnvelope,
                SourceSignal.Subscribed,
                SourceSignal.CheckpointReached,
                SourceSignal.CaughtUp,
                SourceSignal.FellBehind,
                SourceSignal.Interrupted,
                SourceSignal.Failed {

    /**
     * Reading begins, or begins again after an interruption.
     *
     * @param head the last position of the store (or of the stream) just before; empty if there was nothing. Once
     *     {@link CaughtUp} has come, everything up to it has been handed on.
     */
    record Subscribed(Optional<Position> head) implements SourceSignal {}

    /** No event that was asked for is missing up to this position. */
    record CheckpointReached(Position position) implements SourceSignal {
        public CheckpointReached {
            Objects.requireNonNull(position, "position");
        }
    }

    /** The store had nothing more to send when it looked. A hint, not a state: it may come many times. */
    record CaughtUp() implements SourceSignal {}

    /** The store says that it reads from its history again. Real servers were seen never to send it. */
    record FellBehind() implements SourceSignal {}

    /** The call ended; the source tries again by itself, after the last position that it handed on. */
    record Interrupted(EventSourceException cause) implements SourceSignal {
        public Interrupted {
            Objects.requireNonNull(cause, "cause");
        }
    }

    /** Reading ended for good, and trying again would not help. The last signal of a subscription. */
    record Failed(EventSourceException cause) implements SourceSignal {
        public Failed {
            Objects.requireNonNull(cause, "cause");
        }
    }
}
