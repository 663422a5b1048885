package io.millrace.eventstore;

import com.eventstore.dbclient.proto.shared.Shared;
import com.eventstore.dbclient.proto.streams.StreamsOuterClass.ReadResp.ReadEvent;
import com.eventstore.dbclient.proto.streams.StreamsOuterClass.ReadResp.ReadEvent.RecordedEvent;
import io.millrace.checkpoint.Position;
import io.millrace.projections.EventEnvelope;
import io.millrace.projections.Source;
import java.time.Instant;
import java.util.Set;
import java.util.UUID;
import org.jspecify.annotations.Nullable;

/** Turns what comes over the wire into envelopes, of the wanted types only; decodes no data. */
final class EventDecoder {
    private static final String TYPE = "type";
    private static final String CREATED = "created";
    private static final long TICKS_PER_SECOND = 10_000_000;
    private static final long NANOS_PER_TICK = 100;

    private final boolean inStream;
    private final Set<String> eventTypes;

    EventDecoder(Source source, Set<String> eventTypes) {
        this.inStream = source instanceof Source.SingleStream;
        this.eventTypes = eventTypes;
    }

    /** Where it stands in what is read: the link's place where there is a link, whose event may be gone. */
    Position position(ReadEvent read) {
        RecordedEvent placed = read.hasLink() ? read.getLink() : read.getEvent();
        return inStream
                ? Position.inStream(placed.getStreamRevision())
                : Position.inLog(placed.getCommitPosition(), placed.getPreparePosition());
    }

    /** The event, or null when its type was not asked for, or only a link is left of it. */
    @Nullable
    EventEnvelope wanted(ReadEvent read, Position position) {
        if (!read.hasEvent()) {
            return null;
        }
        RecordedEvent event = read.getEvent();
        String type = event.getMetadataOrDefault(TYPE, "");
        return eventTypes.contains(type) ? envelope(event, type, position) : null;
    }

    /** Any event, at the position that it has itself. */
    EventEnvelope any(ReadEvent read) {
        RecordedEvent event = read.hasEvent() ? read.getEvent() : read.getLink();
        return envelope(event, event.getMetadataOrDefault(TYPE, ""), position(read));
    }

    private static EventEnvelope envelope(RecordedEvent event, String type, Position position) {
        return new EventEnvelope(
                id(event.getId()),
                type,
                event.getStreamIdentifier().getStreamName().toStringUtf8(),
                event.getStreamRevision(),
                position,
                created(event.getMetadataOrDefault(CREATED, "0")),
                event.getData().toByteArray(),
                event.getCustomMetadata().toByteArray());
    }

    static UUID id(Shared.UUID id) {
        return id.hasStructured()
                ? new UUID(
                        id.getStructured().getMostSignificantBits(),
                        id.getStructured().getLeastSignificantBits())
                : UUID.fromString(id.getString());
    }

    /** Ticks of 100 ns since 1970-01-01 UTC, in decimal. */
    private static Instant created(String ticksText) {
        long ticks = Long.parseLong(ticksText);
        return Instant.ofEpochSecond(
                Math.floorDiv(ticks, TICKS_PER_SECOND), Math.floorMod(ticks, TICKS_PER_SECOND) * NANOS_PER_TICK);
    }
}
