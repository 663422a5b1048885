package io.millrace.embedded;

import java.nio.ByteBuffer;

/** The records of one append as they lie on disk: each its position, its length and its bytes. Not thread-safe. */
final class RecordBatch {
    private static final int HEADER_BYTES = Long.BYTES + Integer.BYTES;

    byte[] of(EventLog log, int from, int toExclusive) {
        RecordCursor cursor = new RecordCursor(log);
        int bytes = 0;
        for (int sequence = from; sequence < toExclusive; sequence++) {
            bytes += HEADER_BYTES + cursor.load(sequence).length();
        }
        ByteBuffer batch = ByteBuffer.allocate(bytes);
        for (int sequence = from; sequence < toExclusive; sequence++) {
            cursor.load(sequence);
            Segments.Segment segment = log.segmentOf(cursor.position);
            batch.putLong(cursor.position).putInt(cursor.length());
            batch.put(segment.bytes, (int) (cursor.position - segment.base), cursor.length());
        }
        return batch.array();
    }

    static void restore(byte[] bytes, EventLog log) {
        ByteBuffer batch = ByteBuffer.wrap(bytes);
        while (batch.hasRemaining()) {
            long position = batch.getLong();
            int length = batch.getInt();
            log.restore(position, bytes, batch.position(), length);
            batch.position(batch.position() + length);
        }
    }
}
