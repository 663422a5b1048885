package io.millrace.batching;

import io.millrace.projections.EventEnvelope;
import java.util.Objects;
import java.util.Optional;

/**
 * An event that was not handled. Immutable.
 *
 * @param error why it cannot be handled; empty if it was not tried, for it follows a parked one of its stream
 * @param alone whether it is parked for itself, and not as the first of its stream that others follow
 */
public record PoisonEvent(EventEnvelope event, Optional<String> error, boolean alone) {
    /** A message may quote a whole document. */
    private static final int MAX_ERROR_LENGTH = 4_000;

    public PoisonEvent {
        Objects.requireNonNull(event, "event");
        error = error.map(PoisonEvent::shortened);
    }

    public PoisonEvent(EventEnvelope event, Optional<String> error) {
        this(event, error, false);
    }

    static PoisonEvent failed(EventEnvelope event, Throwable failure) {
        return new PoisonEvent(event, Optional.of(String.valueOf(failure.getMessage())));
    }

    static PoisonEvent following(EventEnvelope event) {
        return new PoisonEvent(event, Optional.empty());
    }

    PoisonEvent parkedAlone() {
        return new PoisonEvent(event, error, true);
    }

    private static String shortened(String error) {
        return error.length() <= MAX_ERROR_LENGTH ? error : error.substring(0, MAX_ERROR_LENGTH) + "…";
    }
}
