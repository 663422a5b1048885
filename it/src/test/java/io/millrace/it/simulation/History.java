package io.millrace.it.simulation;

import io.millrace.batching.PoisonPolicy;
import io.millrace.batching.PoisonPolicy.OnPoison;
import io.millrace.checkpoint.Position;
import io.millrace.projections.EventEnvelope;
import io.millrace.projections.EventFailedException;
import io.millrace.projections.InMemoryReadModels;
import io.millrace.projections.Projection;
import io.millrace.projections.RejectedChangeException;
import io.millrace.projections.Source;
import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.SplittableRandom;
import java.util.TreeMap;
import java.util.UUID;

/** What happened in the simulated store, and what a plain fold makes of it: one event at a time, no batches, no faults. */
public final class History {
    private static final Instant CREATED = Instant.parse("2026-01-01T00:00:00Z");
    private static final String[] NAMES = {"ann", "bob", "cem", Tallies.NOBODY};
    static final String STREAM = "tally-1";

    private final Source source;
    private final Projection projection;
    private final OnPoison policy;
    private final List<EventEnvelope> wanted = new ArrayList<>();
    private final Set<String> parkedStreams = new HashSet<>();
    /** Those that are to be parked and would change something, in order. */
    private final List<EventEnvelope> parked = new ArrayList<>();

    private final SplittableRandom random;
    private final List<Recorded> events = new ArrayList<>();
    private final int[] revisions = new int[3];
    private final InMemoryReadModels fold = new InMemoryReadModels();
    private final TreeMap<Position, String> rowsAfter = new TreeMap<>();
    private final String emptyRows;
    private Optional<EventEnvelope> poison = Optional.empty();
    private long commit = 500;
    private int lastStream;
    private boolean sameStream;

    /** An event in the log. */
    public record Recorded(UUID id, String type, String stream, long revision, Position.InLog position, String data) {}

    History(Source source, Projection projection, PoisonPolicy policy, long seed) {
        this.source = source;
        this.projection = projection;
        this.policy = policy.onPoison();
        this.random = new SplittableRandom(seed);
        this.emptyRows = Tallies.render(fold, projection);
    }

    public List<Recorded> events() {
        return events;
    }

    /** Something happens. */
    void append() {
        switch (random.nextInt(10)) {
            case 0, 1, 2 -> append("Other", "{}");
            case 3 -> append("Cleared", "{\"name\":\"" + NAMES[random.nextInt(3)] + "\"}");
            default -> appendCounted(NAMES[random.nextInt(NAMES.length)], random.nextInt(2_000_001) - 1_000_000);
        }
    }

    void appendPoisonForHandler() {
        appendCounted(Tallies.POISON, 0);
    }

    /** Two events that can share no batch; the second is refused. */
    void appendPoisonForDatabase() {
        appendToOneStream("refused", Integer.MAX_VALUE, 1 + random.nextInt(5));
    }

    /** Two events that can share no batch, and are fine one after another. */
    void appendLargeSums() {
        appendToOneStream("large", -2_000_000_000, 2_000_000_000, 2_000_000_000, -2_000_000_000);
    }

    private void appendToOneStream(String name, int... amounts) {
        for (int amount : amounts) {
            appendCounted(name, amount);
            sameStream = true;
        }
        sameStream = false;
    }

    private void appendCounted(String name, int small) {
        int number = events.size();
        append(
                "Counted",
                "{\"name\":\"" + name + "\",\"amount\":" + (number + 1) + "." + random.nextInt(100) + ",\"small\":"
                        + small + ",\"mark\":\"e" + number + "\"}");
    }

    private void append(String type, String data) {
        commit += 1 + random.nextInt(300);
        int stream = sameStream ? lastStream : random.nextInt(3);
        lastStream = stream;
        Recorded event = new Recorded(
                new UUID(7, events.size()),
                type,
                "tally-" + stream,
                revisions[stream]++,
                new Position.InLog(commit, commit),
                data);
        events.add(event);
        if (isWanted(event)) {
            foldOne(envelope(event));
        }
    }

    private void foldOne(EventEnvelope event) {
        wanted.add(event);
        if (poison.isPresent()) {
            return;
        }
        if (parkedStreams.contains(event.stream())) {
            parked.add(event);
        } else if (!passes(event, fold)) {
            setAside(event);
        }
        if (poison.isEmpty()) {
            rowsAfter.put(event.position(), Tallies.render(fold, projection));
        }
    }

    private void setAside(EventEnvelope event) {
        switch (policy) {
            case STOP -> poison = Optional.of(event);
            case SKIP -> {}
            case PARK -> {
                parkedStreams.add(event.stream());
                parked.add(event);
            }
            case PARK_ALONE -> parked.add(event);
        }
    }

    private boolean passes(EventEnvelope event, InMemoryReadModels rows) {
        try {
            rows.apply(projection.effectsOf(event));
            return true;
        } catch (EventFailedException | RejectedChangeException e) {
            return false;
        }
    }

    /** The events that are parked where the checkpoint stands, but for those that change nothing anyway. */
    List<UUID> parkedAt(Optional<Position> toInclusive) {
        return parked.stream()
                .filter(event -> toInclusive.isPresent() && !event.position().isAfter(toInclusive.get()))
                .map(EventEnvelope::eventId)
                .filter(id -> !changesNothing(id))
                .toList();
    }

    boolean changesNothing(UUID id) {
        String data = events.get((int) id.getLeastSignificantBits()).data();
        return data.contains("\"name\":\"" + Tallies.NOBODY + "\"");
    }

    /** The rows of a plain fold over all that happened, but for these and what is refused. */
    String rowsWithout(Set<UUID> leftOut) {
        InMemoryReadModels rows = new InMemoryReadModels();
        for (EventEnvelope event : wanted) {
            if (!leftOut.contains(event.eventId())) {
                passes(event, rows);
            }
        }
        return Tallies.render(rows, projection);
    }

    /** Whether the projection handles it. */
    private boolean isWanted(Recorded event) {
        return projection.eventTypes().contains(event.type()) && isInSource(event);
    }

    /** Whether it is in what is read, of whatever type. */
    public boolean isInSource(Recorded event) {
        if (source instanceof Source.SingleStream single) {
            return event.stream().equals(single.stream());
        }
        return !(source instanceof Source.StreamsStartingWith starting)
                || starting.prefixes().stream().anyMatch(event.stream()::startsWith);
    }

    /** Whether the server sends it: a single stream is not filtered, {@code $all} either by types or by stream names. */
    public boolean passesFilter(Recorded event) {
        return source instanceof Source.AllStreams ? isWanted(event) : isInSource(event);
    }

    private EventEnvelope envelope(Recorded event) {
        return new EventEnvelope(
                event.id(),
                event.type(),
                event.stream(),
                event.revision(),
                place(event),
                CREATED,
                event.data().getBytes(StandardCharsets.UTF_8),
                new byte[0]);
    }

    /** Where it stands in what is read. */
    public Position place(Recorded event) {
        return source instanceof Source.SingleStream ? Position.inStream(event.revision()) : event.position();
    }

    /** The rows of a plain fold up to a position. */
    String rowsAt(Optional<Position> toInclusive) {
        if (toInclusive.isEmpty()) {
            return emptyRows;
        }
        var last = rowsAfter.floorEntry(toInclusive.get());
        return last == null ? emptyRows : last.getValue();
    }

    /** The last event that is to be in the read model; empty if there is none. */
    Optional<Position> lastHandled() {
        return rowsAfter.isEmpty() ? Optional.empty() : Optional.of(rowsAfter.lastKey());
    }

    /** The event that the projection cannot get past; empty if there is none. */
    Optional<EventEnvelope> poison() {
        return poison;
    }
}
