package io.millrace.embedded;

import static java.nio.charset.StandardCharsets.UTF_8;

import com.google.protobuf.ByteString;
import java.util.UUID;

/**
 * One record of the log at a time, decoded in place: a reader has one and moves it, nothing is allocated per event.
 *
 * <p>Layout of a record: kind, stream (varint), revision (varint); then for events id (16 bytes), type (varint), content
 * type (varint), created (8 bytes), length and bytes of the custom metadata, length and bytes of the data; for
 * projected links how many records before this one their target is (varint). Not thread-safe.
 */
final class RecordCursor {
    private final EventLog log;

    RecordKind kind = RecordKind.EVENT;
    int sequence;
    long position;
    int streamId;
    long revision;
    long idHigh;
    long idLow;
    int typeId;
    int contentTypeId;
    /** Ticks of 100 ns since 1970. */
    long created;
    /** Of a projected link: the sequence of the event that it points to. */
    int target;

    byte[] bytes = {};
    int metadataOffset;
    int metadataLength;
    int dataOffset;
    int dataLength;

    private int at;
    private int length;

    RecordCursor(EventLog log) {
        this.log = log;
    }

    /** Decodes what filters look at. {@link #load} decodes the rest. */
    RecordCursor header(int toSequence) {
        sequence = toSequence;
        position = log.address(toSequence);
        Segments.Segment segment = log.segmentOf(position);
        bytes = segment.bytes;
        at = (int) (position - segment.base);
        kind = RecordKind.of(bytes[at++]);
        streamId = (int) varint();
        revision = kind == RecordKind.TOMBSTONE ? Long.MAX_VALUE : varint();
        if (kind.isProjected()) {
            target = sequence - (int) varint();
            typeId = kind == RecordKind.CATEGORY_LINK ? log.streamReferenceType : log.linkType;
            contentTypeId = log.octets;
        } else {
            idHigh = fixed();
            idLow = fixed();
            typeId = (int) varint();
            contentTypeId = (int) varint();
        }
        return this;
    }

    RecordCursor load(int toSequence) {
        header(toSequence);
        int start = (int) (position - log.segmentOf(position).base);
        if (kind.isProjected()) {
            length = at - start;
            new ProjectedLink(log, this).fill();
        } else {
            created = fixed();
            metadataLength = (int) varint();
            metadataOffset = at;
            at += metadataLength;
            dataLength = (int) varint();
            dataOffset = at;
            length = at + dataLength - start;
        }
        return this;
    }

    /** How many bytes the record has. */
    int length() {
        return length;
    }

    StreamState stream() {
        return log.stream(streamId);
    }

    String type() {
        return log.types.name(typeId);
    }

    String contentType() {
        return log.contentTypes.name(contentTypeId);
    }

    ByteString customMetadata() {
        return ByteString.copyFrom(bytes, metadataOffset, metadataLength);
    }

    UUID id() {
        return new UUID(idHigh, idLow);
    }

    boolean isJson() {
        return contentTypeId == log.json;
    }

    /** Of any record whose type is {@code $>}, whoever wrote it. */
    boolean isLink() {
        return typeId == log.linkType;
    }

    ByteString data() {
        return ByteString.copyFrom(bytes, dataOffset, dataLength);
    }

    String dataText() {
        return new String(bytes, dataOffset, dataLength, UTF_8);
    }

    private long varint() {
        long value = 0;
        int shift = 0;
        while (true) {
            byte next = bytes[at++];
            value |= (long) (next & 0x7F) << shift;
            if (next >= 0) {
                return value;
            }
            shift += 7;
        }
    }

    private long fixed() {
        long value = (long) EventLog.LONG.get(bytes, at);
        at += Long.BYTES;
        return value;
    }
}
