package io.millrace.projections;

import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.SortedSet;
import java.util.TreeMap;

/** A projection as {@link ProjectionBuilder} describes it. */
final class DeclaredProjection implements Projection {
    private final String name;
    private final Source source;
    private final List<ReadModel> readModels;
    private final List<String> alsoWrites;
    private final Map<String, EventHandler<?>> handlers;
    private final SortedSet<String> eventTypes;
    private final RawStatement rawSql = new RawStatement();

    DeclaredProjection(
            String name,
            Source source,
            List<ReadModel> readModels,
            List<String> alsoWrites,
            Map<String, EventHandler<?>> handlers) {
        this.name = name;
        this.source = source;
        this.readModels = List.copyOf(readModels);
        this.alsoWrites = List.copyOf(alsoWrites);
        this.handlers = Map.copyOf(handlers);
        this.eventTypes = Collections.unmodifiableSortedSet(new TreeMap<>(handlers).navigableKeySet());
    }

    @Override
    public String name() {
        return name;
    }

    @Override
    public Source source() {
        return source;
    }

    @Override
    public Set<String> eventTypes() {
        return eventTypes;
    }

    @Override
    public List<ReadModel> readModels() {
        return readModels;
    }

    @Override
    public List<String> alsoWrites() {
        return alsoWrites;
    }

    @Override
    public List<Effect> effectsOf(EventEnvelope event) {
        return effectsOf(event, EventHandler::handle, event);
    }

    /** The same with an event that others handle, too. */
    List<Effect> effectsOf(DecodedEvent event) {
        return effectsOf(event, EventHandler::handle, event.event());
    }

    /** Has what it does taken down elsewhere; throws what the handler throws. */
    void handle(EventEnvelope event, Rows rows) {
        handlerOf(event).handle(event, rows);
    }

    private interface Handling<T> {
        void handle(EventHandler<?> handler, T given, Rows rows);
    }

    private <T> List<Effect> effectsOf(T given, Handling<T> handling, EventEnvelope event) {
        EventHandler<?> handler = handlerOf(event);
        RowCollector rows = new RowCollector(name, readModels, rawSql);
        try {
            handling.handle(handler, given, rows);
            return rows.effects();
        } catch (EventFailedException e) {
            throw e;
        } catch (Exception | AssertionError | StackOverflowError e) { // also what is undeclared, as in Kotlin
            throw EventFailedException.inHandler(name, event, e);
        } finally {
            rows.close();
        }
    }

    private EventHandler<?> handlerOf(EventEnvelope event) {
        EventHandler<?> handler = handlers.get(event.type());
        if (handler == null) {
            throw new IllegalArgumentException(
                    "projection " + name + ": expected an event of one of " + eventTypes + ": " + event);
        }
        return handler;
    }

    @Override
    public String toString() {
        return "projection " + name;
    }
}
