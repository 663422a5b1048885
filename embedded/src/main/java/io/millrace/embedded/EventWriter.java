package io.millrace.embedded;

/** Writes events as the protocol's {@code ReadResp}, resolving links where that was asked for. Not thread-safe. */
final class EventWriter {
    private static final int RESPONSE_EVENT = 1;
    private static final int READ_EVENT = 1;
    private static final int READ_LINK = 2;
    private static final int READ_COMMIT_POSITION = 3;

    private final EventLog log;
    private final boolean structuredIds;
    private final boolean resolveLinks;
    private final RecordCursor event;
    private final RecordCursor target;
    private final WireBuffer out = new WireBuffer();

    EventWriter(EventLog log, boolean structuredIds, boolean resolveLinks) {
        this.log = log;
        this.structuredIds = structuredIds;
        this.resolveLinks = resolveLinks;
        this.event = new RecordCursor(log);
        this.target = new RecordCursor(log);
    }

    /** The response for this record of the past; valid until the next call. */
    WireBuffer write(int sequence) {
        return write(sequence, false);
    }

    /** The same; a link that can't be read is shown as an event in the past and as a link live. */
    WireBuffer write(int sequence, boolean live) {
        event.load(sequence);
        out.clear();
        out.number(READ_COMMIT_POSITION, event.position);
        Links.Resolution resolution = isResolved(event) ? new Links(log).resolve(event) : Links.Resolution.NO_LINK;
        switch (resolution.outcome()) {
            case NO_LINK -> recorded(live && isResolved(event) ? READ_LINK : READ_EVENT, event);
            case EVENT_GONE, STREAM_GONE -> recorded(READ_LINK, event);
            case FOUND -> {
                recorded(READ_LINK, event);
                recorded(READ_EVENT, target.load(resolution.sequence()));
            }
        }
        out.close(RESPONSE_EVENT, 0);
        return out;
    }

    private boolean isResolved(RecordCursor record) {
        return resolveLinks && record.isLink();
    }

    private void recorded(int field, RecordCursor record) {
        int before = out.length();
        out.field(8, record.bytes, record.dataOffset, record.dataLength);
        out.field(7, record.bytes, record.metadataOffset, record.metadataLength);
        out.bytes(log.contentTypes.get(record.contentTypeId).wire);
        created(record.created);
        out.bytes(log.types.get(record.typeId).wire);
        out.number(5, record.position);
        out.number(4, record.position);
        out.number(3, record.revision);
        int beforeName = out.length();
        byte[] name = record.stream().nameUtf8;
        out.field(3, name, 0, name.length);
        out.close(2, beforeName);
        int beforeId = out.length();
        id(record.idHigh, record.idLow);
        out.close(1, beforeId);
        out.close(field, before);
    }

    private static final byte[] CREATED_KEY = {0x0A, 7, 'c', 'r', 'e', 'a', 't', 'e', 'd'};

    private void created(long ticks) {
        int before = out.length();
        out.digits(ticks);
        int digits = out.length() - before;
        out.varint(digits);
        out.one(2 << 3 | 2);
        out.bytes(CREATED_KEY);
        out.close(6, before);
    }

    private void id(long high, long low) {
        int before = out.length();
        if (structuredIds) {
            out.number(2, low);
            out.number(1, high);
            out.close(1, before);
            return;
        }
        out.hex(low, 12);
        out.one('-');
        out.hex(low >>> 48, 4);
        out.one('-');
        out.hex(high, 4);
        out.one('-');
        out.hex(high >>> 16, 4);
        out.one('-');
        out.hex(high >>> 32, 8);
        out.close(2, before);
    }
}
