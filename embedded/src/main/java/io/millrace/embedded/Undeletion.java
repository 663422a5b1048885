package io.millrace.embedded;

import com.google.protobuf.ByteString;

/** Shows a softly deleted stream again, as EventStoreDB does it: by metadata. Used under the writer's lock. */
final class Undeletion {
    private final EventLog log;
    private final RecordCursor cursor;

    Undeletion(EventLog log) {
        this.log = log;
        this.cursor = new RecordCursor(log);
    }

    /** From this revision on; not where the metadata is no JSON object. */
    void undelete(StreamState stream, long fromRevision) {
        StreamState metadataStream = log.findOrCreate("$$" + stream.name);
        ByteString old = cursor.load(metadataStream.sequenceOf(metadataStream.written() - 1))
                .data();
        StreamMetadata.withTruncateBefore(old, fromRevision)
                .ifPresent(json -> log.add(metadataStream, Proposed.streamMetadata(json)));
    }
}
