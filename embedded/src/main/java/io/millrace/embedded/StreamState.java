package io.millrace.embedded;

import java.nio.charset.StandardCharsets;
import java.util.Arrays;

/**
 * One stream: where its events are in the log, by revision, and what its metadata says.
 *
 * <p>Changed by the log's writer; read without a lock: the size is published last.
 */
final class StreamState {
    final String name;
    final byte[] nameUtf8;
    final int id;

    private int[] sequences = new int[2];
    private int written;
    private volatile int size;
    private volatile StreamMetadata metadata = StreamMetadata.NONE;
    private volatile int tombstone = -1;

    StreamState(String name, int id) {
        this.name = name;
        this.nameUtf8 = name.getBytes(StandardCharsets.UTF_8);
        this.id = id;
        if (isMetadataStream()) {
            metadata = StreamMetadata.ONLY_THE_NEWEST;
        }
    }

    boolean isMetadataStream() {
        return name.startsWith("$$");
    }

    /** The revision of the newest event, -1 when there is none. */
    long lastRevision() {
        return size - 1L;
    }

    int size() {
        return size;
    }

    /** The place in the log of the event with this revision, which must be below {@link #size()}. */
    int sequenceOf(int revision) {
        return sequences[revision];
    }

    /** How many events were written, published or not; the writer's own count. */
    int written() {
        return written;
    }

    /** Whether this is the first since {@link #publish()}. */
    boolean add(int sequence) {
        boolean first = written == size;
        if (written == sequences.length) {
            sequences = Arrays.copyOf(sequences, written + (written >> 1) + 2);
        }
        sequences[written++] = sequence;
        return first;
    }

    /** Shows readers what was added. */
    void publish() {
        size = written;
    }

    StreamMetadata metadata() {
        return metadata;
    }

    void metadata(StreamMetadata changed) {
        this.metadata = changed;
    }

    boolean isTombstoned() {
        return tombstone >= 0;
    }

    /** The place in the log of the tombstone, -1 when there is none. */
    int tombstone() {
        return tombstone;
    }

    void tombstone(int sequence) {
        this.tombstone = sequence;
    }

    /** Deleted softly, and not appended to since. */
    boolean isSoftDeleted() {
        return metadata.truncateBefore() == StreamMetadata.DELETED;
    }

    /** Whether it has events and no delete hides them. */
    boolean isThere() {
        return size > 0 && !isSoftDeleted() && !isTombstoned();
    }

    /** The lowest revision that reads may show, by {@code $maxCount} and {@code $tb}; ages are looked at elsewhere. */
    long firstByCount() {
        StreamMetadata now = metadata;
        long byCount = now.maxCount() > 0 ? size - now.maxCount() : 0;
        return Math.max(0, Math.max(byCount, now.truncateBefore()));
    }
}
