package io.millrace.embedded;

import com.google.protobuf.ByteString;
import java.util.Arrays;

/** Builds the bytes of one record in a buffer that is kept; see {@link RecordCursor} for the layout. */
final class RecordWriter {
    private byte[] bytes = new byte[1024];
    private int length;

    RecordWriter start(RecordKind kind, int streamId) {
        length = 0;
        reserve(1);
        bytes[length++] = (byte) kind.code;
        return varint(streamId);
    }

    RecordWriter varint(long value) {
        reserve(10);
        while ((value & ~0x7FL) != 0) {
            bytes[length++] = (byte) (value | 0x80);
            value >>>= 7;
        }
        bytes[length++] = (byte) value;
        return this;
    }

    RecordWriter fixed(long value) {
        reserve(Long.BYTES);
        EventLog.LONG.set(bytes, length, value);
        length += Long.BYTES;
        return this;
    }

    RecordWriter bytes(ByteString source) {
        varint(source.size());
        reserve(source.size());
        source.copyTo(bytes, length);
        length += source.size();
        return this;
    }

    byte[] array() {
        return bytes;
    }

    int length() {
        return length;
    }

    private void reserve(int more) {
        if (length + more > bytes.length) {
            bytes = Arrays.copyOf(bytes, Math.max(bytes.length * 2, length + more));
        }
    }
}
