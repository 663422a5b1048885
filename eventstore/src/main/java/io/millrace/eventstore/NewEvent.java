package io.millrace.eventstore;

import java.util.Objects;
import java.util.UUID;

/**
 * An event to be appended. The store knows it again by its id: the same events appended again to the same stream are
 * written once. Immutable, if the arrays that it takes are left alone: they are not copied.
 */
public final class NewEvent {
    private final UUID eventId;
    private final String type;
    private final boolean json;
    private final byte[] data;
    private final byte[] metadata;

    private NewEvent(UUID eventId, String type, boolean json, byte[] data, byte[] metadata) {
        this.eventId = Objects.requireNonNull(eventId, "eventId");
        this.type = Objects.requireNonNull(type, "type");
        this.json = json;
        this.data = Objects.requireNonNull(data, "data");
        this.metadata = Objects.requireNonNull(metadata, "metadata");
        if (type.isEmpty()) {
            throw new IllegalArgumentException("expected an event type: type=, eventId=" + eventId);
        }
    }

    /** An event whose data, and metadata unless empty, is JSON in UTF-8. */
    public static NewEvent json(UUID eventId, String type, byte[] data, byte[] metadata) {
        return new NewEvent(eventId, type, true, data, metadata);
    }

    /** An event whose data is just bytes. */
    public static NewEvent octets(UUID eventId, String type, byte[] data, byte[] metadata) {
        return new NewEvent(eventId, type, false, data, metadata);
    }

    public UUID eventId() {
        return eventId;
    }

    public String type() {
        return type;
    }

    public boolean isJson() {
        return json;
    }

    /** Not a copy. */
    public byte[] data() {
        return data;
    }

    /** Not a copy. */
    public byte[] metadata() {
        return metadata;
    }

    /** Data and metadata together, in bytes; a store takes 1 MiB an append, unless it is set otherwise. */
    public int sizeInBytes() {
        return data.length + metadata.length;
    }
}
