package io.millrace.projections;

import io.millrace.checkpoint.Position;
import java.time.Instant;
import java.util.Objects;
import java.util.UUID;

/**
 * One recorded fact as the store keeps it: what happened, where, when; its data not yet decoded. Immutable, if the
 * arrays that it hands out are left alone: they are not copied.
 */
public final class EventEnvelope implements SourceSignal {
    private final UUID eventId;
    private final String type;
    private final String stream;
    private final long revision;
    private final Position position;
    private final Instant created;
    private final byte[] data;
    private final byte[] metadata;
    /** Kept, so that whoever counts it need not touch the arrays, which another thread reads. */
    private final int sizeInBytes;

    public EventEnvelope(
            UUID eventId,
            String type,
            String stream,
            long revision,
            Position position,
            Instant created,
            byte[] data,
            byte[] metadata) {
        this.eventId = Objects.requireNonNull(eventId, "eventId");
        this.type = Objects.requireNonNull(type, "type");
        this.stream = Objects.requireNonNull(stream, "stream");
        this.revision = revision;
        this.position = Objects.requireNonNull(position, "position");
        this.created = Objects.requireNonNull(created, "created");
        this.data = Objects.requireNonNull(data, "data");
        this.metadata = Objects.requireNonNull(metadata, "metadata");
        this.sizeInBytes = data.length + metadata.length;
    }

    public UUID eventId() {
        return eventId;
    }

    public String type() {
        return type;
    }

    /** The stream that the event was written to, also when it was reached over a link. */
    public String stream() {
        return stream;
    }

    /** Its number in {@link #stream()}, counted from 0. */
    public long revision() {
        return revision;
    }

    /**
     * Where it stands in what is read: in {@code $all}, or its revision (the link's, where there is one) in the single
     * stream that is read. What a checkpoint after this event says.
     */
    public Position position() {
        return position;
    }

    /** When the store recorded it, by the store's clock. */
    public Instant created() {
        return created;
    }

    /** The data as it was written, JSON in UTF-8 as a rule; not a copy. */
    public byte[] data() {
        return data;
    }

    /** The metadata that the writer gave, empty if none; not a copy. */
    public byte[] metadata() {
        return metadata;
    }

    /** Data and metadata together, in bytes: what it counts in a queue. */
    public int sizeInBytes() {
        return sizeInBytes;
    }

    /** How an error names it; in one line, whatever whoever wrote the event called it. */
    @Override
    public String toString() {
        return "event " + Text.printable(type) + " " + Text.printable(stream) + "#" + revision + " at " + position;
    }
}
