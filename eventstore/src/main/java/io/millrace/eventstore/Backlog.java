package io.millrace.eventstore;

import java.time.Instant;
import java.util.Objects;
import java.util.Optional;

/**
 * The events that a projection has yet to read: its lag.
 *
 * @param events how many were counted
 * @param exact whether that is all; otherwise there are more than {@code events}
 * @param oldest when the first of them was recorded, by the store's clock; empty if none was found
 */
public record Backlog(long events, boolean exact, Optional<Instant> oldest) {
    public Backlog {
        Objects.requireNonNull(oldest, "oldest");
    }

    @Override
    public String toString() {
        return exact ? Long.toString(events) : "more than " + events;
    }
}
