package io.millrace.projections;

import java.util.List;
import java.util.Set;

/**
 * What a user writes: which events it handles, and what each does to which rows. Pure: no clock, no I/O, no
 * randomness. Immutable and safe for use by several threads, if its handlers are.
 */
public interface Projection {

    /** Begins the description of a projection; its checkpoint is kept under this name. */
    static ProjectionBuilder named(String name) {
        return new ProjectionBuilder(name);
    }

    /** The name that its checkpoint is kept under. */
    String name();

    Source source();

    /** The types that it has a handler for, sorted. */
    Set<String> eventTypes();

    List<ReadModel> readModels();

    /** The tables that its raw SQL writes, beside the read models. */
    List<String> alsoWrites();

    /**
     * What this event does. Decodes the event and runs its handler.
     *
     * @return at most one change per row between two raw statements
     * @throws EventFailedException if it cannot be decoded or its handler fails; then there is no effect at all
     */
    List<Effect> effectsOf(EventEnvelope event);
}
