package io.millrace.embedded;

/**
 * The four projections that EventStoreDB ships: links by category, by event type, and one per stream.
 *
 * <p>Runs under the log's lock, directly behind the append that it follows. A real server's links come a little later
 * than that, but in {@code $all} after their event too.
 */
final class SystemProjections {
    private static final String READABLE_BY_ALL = "{\"$acl\":{\"$r\":\"$all\",\"$mr\":\"$all\"}}";

    private final EventLog log;
    private final RecordCursor cursor;

    SystemProjections(EventLog log) {
        this.log = log;
        this.cursor = new RecordCursor(log);
    }

    void follow(int from, int toExclusive) {
        for (int sequence = from; sequence < toExclusive; sequence++) {
            follow(sequence);
        }
    }

    private void follow(int sequence) {
        cursor.load(sequence);
        StreamState stream = cursor.stream();
        if (stream.isMetadataStream()) {
            followDeletion(sequence, stream.name.substring(2));
        } else if (!stream.name.startsWith("$") && isReadable()) {
            link(stream, cursor.type(), cursor.revision, sequence);
        }
    }

    private void link(StreamState stream, String type, long revision, int sequence) {
        String category = category(stream.name);
        link(RecordKind.EVENT_TYPE_LINK, "$et-" + type, sequence);
        if (!category.isEmpty()) {
            link(RecordKind.CATEGORY_EVENTS_LINK, "$ce-" + category, sequence);
        }
        if (revision == 0) {
            if (!category.isEmpty()) {
                link(RecordKind.CATEGORY_LINK, "$category-" + category, sequence);
            }
            link(RecordKind.STREAMS_LINK, "$streams", sequence);
        }
    }

    private void followDeletion(int sequence, String stream) {
        String category = category(stream);
        if (!stream.startsWith("$")
                && !category.isEmpty()
                && StreamMetadata.parse(cursor.data()).truncateBefore() == StreamMetadata.DELETED) {
            link(RecordKind.DELETED_LINK, "$ce-" + category, sequence);
        }
    }

    private void link(RecordKind kind, String name, int target) {
        StreamState stream = log.find(name).orElseGet(() -> log.create(name));
        if (stream.size() == 0 && log.find("$$" + name).isEmpty()) {
            log.add(log.create("$$" + name), Proposed.streamMetadata(READABLE_BY_ALL));
        }
        log.addLink(kind, stream, target);
    }

    /** Events that say they are JSON and are not are invisible to the projections. */
    private boolean isReadable() {
        return !cursor.isJson() || JsonText.isValid(cursor.bytes, cursor.dataOffset, cursor.dataLength);
    }

    /** The stream's name up to the first dash, empty when it has none. */
    private static String category(String stream) {
        int dash = stream.indexOf('-');
        return dash <= 0 ? "" : stream.substring(0, dash);
    }
}
