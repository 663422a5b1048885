package io.millrace.batching;

import java.time.Instant;
import java.util.Objects;

/**
 * An event that is parked. Immutable.
 *
 * @param sequence its number: of two parked events of a stream, the earlier one has the lower number
 * @param poison the event, and why it could not be handled when it was last tried; no error if it was not tried yet
 * @param parkedAt by the database's clock
 * @param retries how often it was tried again in vain
 */
public record ParkedEvent(long sequence, PoisonEvent poison, Instant parkedAt, int retries) {
    public ParkedEvent {
        Objects.requireNonNull(poison, "poison");
        Objects.requireNonNull(parkedAt, "parkedAt");
    }

    public String stream() {
        return poison.event().stream();
    }
}
