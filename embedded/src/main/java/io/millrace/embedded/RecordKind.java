package io.millrace.embedded;

/**
 * What a record in the log is. Links of system projections hold only their target's place: their data, metadata and id
 * are made when they are read.
 */
enum RecordKind {
    EVENT(0, ""),
    TOMBSTONE(1, ""),
    STREAMS_LINK(2, "1:-1:1:4"),
    CATEGORY_LINK(3, "2:-1:1:4"),
    CATEGORY_EVENTS_LINK(4, "3:-1:1:4"),
    EVENT_TYPE_LINK(5, "4:-1:1:4"),
    DELETED_LINK(6, "3:-1:1:4"),
    DELETED_TYPE_LINK(7, "4:-1:1:4");

    private static final RecordKind[] ALL = values();

    /** What stands for it in the log. */
    final int code;

    /** The projection's version in its links' metadata. */
    final String version;

    RecordKind(int code, String version) {
        this.code = code;
        this.version = version;
    }

    boolean isProjected() {
        return code >= STREAMS_LINK.code;
    }

    boolean isByCategory() {
        return this == CATEGORY_EVENTS_LINK || this == DELETED_LINK;
    }

    boolean isByType() {
        return this == EVENT_TYPE_LINK || this == DELETED_TYPE_LINK;
    }

    boolean isDeletion() {
        return this == DELETED_LINK || this == DELETED_TYPE_LINK;
    }

    static RecordKind of(int code) {
        return ALL[code];
    }
}
