package io.millrace.eventstore;

import io.millrace.checkpoint.Position;
import java.util.Optional;

/**
 * What an append led to.
 *
 * @param revision the stream's last revision; of a repeated append, that of its last event
 * @param position where the append's last event stands in {@code $all}; empty if the store does not say
 */
public record Appended(long revision, Optional<Position> position) {}
