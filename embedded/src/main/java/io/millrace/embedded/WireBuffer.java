package io.millrace.embedded;

import com.google.protobuf.MessageLite;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;

/**
 * Protobuf bytes, written from the end to the beginning, so that a message's length is known when its prefix is due.
 *
 * <p>Kept and used again for each message: the hot path of a subscription allocates nothing.
 */
final class WireBuffer {
    private byte[] bytes = new byte[1024];
    private int start = bytes.length;

    private boolean poisoned;

    /** A message that resets its call instead of being sent. */
    static WireBuffer poison() {
        WireBuffer buffer = new WireBuffer();
        buffer.poisoned = true;
        return buffer;
    }

    static WireBuffer of(MessageLite message) {
        WireBuffer buffer = new WireBuffer();
        buffer.bytes(message.toByteArray());
        return buffer;
    }

    boolean isPoisoned() {
        return poisoned;
    }

    void clear() {
        start = bytes.length;
    }

    byte[] array() {
        return bytes;
    }

    int offset() {
        return start;
    }

    int length() {
        return bytes.length - start;
    }

    void bytes(byte[] source, int offset, int length) {
        reserve(length);
        start -= length;
        System.arraycopy(source, offset, bytes, start, length);
    }

    void bytes(byte[] source) {
        bytes(source, 0, source.length);
    }

    void one(int value) {
        reserve(1);
        bytes[--start] = (byte) value;
    }

    void varint(long value) {
        int size = varintSize(value);
        reserve(size);
        start -= size;
        int at = start;
        while ((value & ~0x7FL) != 0) {
            bytes[at++] = (byte) (value | 0x80);
            value >>>= 7;
        }
        bytes[at] = (byte) value;
    }

    /** A number field; left out when zero, as proto3 does. */
    void number(int field, long value) {
        if (value != 0) {
            varint(value);
            one(field << 3);
        }
    }

    /** A bytes field; left out when empty. */
    void field(int field, byte[] source, int offset, int length) {
        if (length > 0) {
            bytes(source, offset, length);
            prefix(field, length);
        }
    }

    /** Tag and length of what was written since {@code lengthBefore}. */
    void close(int field, int lengthBefore) {
        prefix(field, length() - lengthBefore);
    }

    /** A non-negative number in decimal digits. */
    void digits(long value) {
        reserve(20);
        do {
            bytes[--start] = (byte) ('0' + value % 10);
            value /= 10;
        } while (value != 0);
    }

    void hex(long value, int digits) {
        reserve(digits);
        for (int i = 0; i < digits; i++) {
            int nibble = (int) (value & 15);
            bytes[--start] = (byte) (nibble < 10 ? '0' + nibble : 'a' + nibble - 10);
            value >>>= 4;
        }
    }

    private void prefix(int field, int length) {
        varint(length);
        one(field << 3 | 2);
    }

    private void reserve(int more) {
        if (start < more) {
            int used = length();
            byte[] larger = new byte[Math.max(bytes.length * 2, Math.addExact(used + more, 1024))];
            System.arraycopy(bytes, start, larger, larger.length - used, used);
            start = larger.length - used;
            bytes = larger;
        }
    }

    private static int varintSize(long value) {
        return (70 - Long.numberOfLeadingZeros(value | 1)) / 7;
    }

    /** One entry of a recorded event's metadata map (field 6). */
    static byte[] metadataEntry(String key, String value) {
        WireBuffer out = new WireBuffer();
        byte[] valueUtf8 = value.getBytes(StandardCharsets.UTF_8);
        byte[] keyUtf8 = key.getBytes(StandardCharsets.UTF_8);
        out.field(2, valueUtf8, 0, valueUtf8.length);
        out.field(1, keyUtf8, 0, keyUtf8.length);
        out.close(6, 0);
        return Arrays.copyOfRange(out.array(), out.offset(), out.offset() + out.length());
    }
}
