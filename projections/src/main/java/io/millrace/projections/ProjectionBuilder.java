package io.millrace.projections;

import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.function.Supplier;
import java.util.regex.Pattern;

/** Describes a projection. What is wrong is told at once, or by {@link #build}. */
public final class ProjectionBuilder {
    private static final Pattern NAME = Pattern.compile("[A-Za-z0-9][A-Za-z0-9._-]{0,99}");

    private final String name;
    private final List<ReadModel> readModels = new ArrayList<>();
    private final List<String> alsoWrites = new ArrayList<>();
    private final Map<String, EventHandler<?>> handlers = new TreeMap<>();
    private Source source = new Source.AllStreams();

    ProjectionBuilder(String name) {
        if (!NAME.matcher(name).matches()) {
            throw new InvalidProjectionException("expected a projection name of 1 to 100 letters, digits, '.', '_' or"
                    + " '-', beginning with a letter or a digit: name=" + name);
        }
        this.name = name;
    }

    /** The read models that it owns and writes. */
    public ProjectionBuilder into(ReadModel... models) {
        readModels.addAll(List.of(models));
        return this;
    }

    /** Reads one stream, links resolved, instead of all. */
    public ProjectionBuilder fromStream(String stream) {
        return from(() -> new Source.SingleStream(stream));
    }

    /** Reads the streams whose names begin with one of these, instead of all. */
    public ProjectionBuilder fromStreamsStartingWith(String... prefixes) {
        return from(() -> new Source.StreamsStartingWith(List.of(prefixes)));
    }

    /** The tables that {@link Rows#execute} writes, beside the read models. */
    public ProjectionBuilder alsoWrites(String... tables) {
        alsoWrites.addAll(List.of(tables));
        return this;
    }

    /** Handles the events whose type is the class's simple name. */
    public <E> ProjectionBuilder on(Class<E> eventClass, Handler<? super E> handler) {
        return on(eventClass.getSimpleName(), eventClass, handler);
    }

    /** Handles the events whose type is the class's simple name. */
    public <E> ProjectionBuilder on(Class<E> eventClass, Handler.WithEnvelope<? super E> handler) {
        return on(eventClass.getSimpleName(), eventClass, handler);
    }

    /**
     * Handles the events of this type.
     *
     * @param eventClass what their data is decoded to: a record, as a rule; or {@code JsonNode}, {@code Map}, or
     *     {@code byte[]} for the data as it is
     */
    public <E> ProjectionBuilder on(String eventType, Class<E> eventClass, Handler<? super E> handler) {
        return on(eventType, eventClass, (event, envelope, rows) -> handler.handle(event, rows));
    }

    /** Handles the events of this type, with their envelopes. See {@link #on(String, Class, Handler)}. */
    public <E> ProjectionBuilder on(String eventType, Class<E> eventClass, Handler.WithEnvelope<? super E> handler) {
        if (eventType.isEmpty()) {
            throw invalid("expected the name of an event type: eventType=\"\"");
        }
        if (handlers.containsKey(eventType)) {
            throw invalid(
                    "expected one handler for each event type: eventType=" + eventType + ". Let one handler do both");
        }
        handlers.put(eventType, new EventHandler<>(EventDecoder.of(name, eventClass), handler));
        return this;
    }

    /** Throws {@link InvalidProjectionException} if the description contradicts itself. */
    public Projection build() {
        if (readModels.isEmpty() && alsoWrites.isEmpty()) {
            throw invalid("expected a read model to write: say .into(READ_MODEL)");
        }
        if (handlers.isEmpty()) {
            throw invalid("expected at least one event type: say .on(\"…\", ….class, (event, rows) -> …)");
        }
        Set<String> tables = new HashSet<>();
        for (ReadModel readModel : readModels) {
            requireOnce(tables, readModel.table());
        }
        for (String table : alsoWrites) {
            Identifiers.requireValid("projection " + name, "table that it also writes", table);
            requireOnce(tables, table);
        }
        return new DeclaredProjection(name, source, readModels, alsoWrites, handlers);
    }

    private ProjectionBuilder from(Supplier<Source> described) {
        Source newSource;
        try {
            newSource = described.get();
        } catch (IllegalArgumentException e) {
            throw new InvalidProjectionException("projection " + name + ": " + e.getMessage(), e);
        }
        if (!(source instanceof Source.AllStreams)) {
            throw invalid("expected one source: " + source + " and " + newSource + ". Take one out");
        }
        source = newSource;
        return this;
    }

    private void requireOnce(Set<String> tables, String table) {
        if (!tables.add(table)) {
            throw invalid("expected each table once: table=" + table + ". Take one out of into(…) and alsoWrites(…)");
        }
    }

    private InvalidProjectionException invalid(String problem) {
        return new InvalidProjectionException("projection " + name + ": " + problem);
    }
}
