package io.millrace.it.simulation;

import io.millrace.batching.ParkedEvent;
import io.millrace.batching.ParkedStreams;
import io.millrace.batching.PoisonEvent;
import io.millrace.batching.SetAside;
import io.millrace.checkpoint.Checkpoint;
import io.millrace.checkpoint.HandledEvent;
import io.millrace.checkpoint.Position;
import io.millrace.projections.EventEnvelope;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;

/** What a projection has parked, as it is committed. */
final class SimulatedParked {
    private final List<ParkedEvent> events = new ArrayList<>();
    private long lastSequence;

    List<ParkedEvent> events() {
        return events;
    }

    void keep(SetAside aside, Instant now) {
        events.removeIf(parked -> aside.settled().contains(parked.sequence()));
        for (PoisonEvent poison : aside.parked()) {
            events.add(new ParkedEvent(++lastSequence, poison, now, 0));
        }
    }

    void failedAgain(long sequence, String error) {
        events.replaceAll(parked -> parked.sequence() != sequence
                ? parked
                : new ParkedEvent(
                        sequence,
                        new PoisonEvent(
                                parked.poison().event(),
                                Optional.of(error),
                                parked.poison().alone()),
                        parked.parkedAt(),
                        parked.retries() + 1));
    }

    /** What whoever goes on from this checkpoint must know. */
    ParkedStreams streams(Checkpoint checkpoint) {
        Map<String, Position> since = new HashMap<>();
        events.forEach(parked ->
                since.putIfAbsent(parked.stream(), parked.poison().event().position()));
        Optional<Position> handled = checkpoint.lastHandled().map(HandledEvent::position);
        return new ParkedStreams(
                since,
                events.stream()
                        .map(ParkedEvent::poison)
                        .filter(poison -> poison.error().isPresent())
                        .map(PoisonEvent::event)
                        .filter(event -> handled.isEmpty() || event.position().isAfter(handled.get()))
                        .map(EventEnvelope::toString)
                        .toList(),
                alone(since.keySet()));
    }

    private Set<String> alone(Set<String> streams) {
        Set<String> alone = new HashSet<>(streams);
        events.stream()
                .filter(parked -> !parked.poison().alone())
                .map(ParkedEvent::stream)
                .forEach(alone::remove);
        return alone;
    }
}
