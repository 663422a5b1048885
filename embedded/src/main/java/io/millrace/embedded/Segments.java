package io.millrace.embedded;

import java.util.Arrays;

/**
 * The bytes of all records, one after another, in segments that never move, so that readers need no lock.
 *
 * <p>An address counts bytes from the beginning of the log and grows strictly; it is what clients see as the commit
 * position. One thread appends at a time; any number read what was published to them.
 */
final class Segments {
    private static final int FIRST_SEGMENT_BYTES = 1 << 16;
    private static final int SEGMENT_BYTES = 1 << 22;

    /** A segment and the address of its first byte. */
    static final class Segment {
        final long base;
        final byte[] bytes;

        Segment(long base, byte[] bytes) {
            this.base = base;
            this.bytes = bytes;
        }
    }

    private volatile Segment[] segments = {};
    private long end;

    /** The log's first record begins at {@code origin}: 0 stays free, it means "before everything". */
    Segments(long origin) {
        this.end = origin;
    }

    /** The address that the next record will get, if it is appended now. */
    long end() {
        return end;
    }

    /** Copies the record behind the last one and returns its address. */
    long append(byte[] record, int offset, int length) {
        Segment last = segments.length == 0 ? grow(length) : segments[segments.length - 1];
        if (end - last.base + length > last.bytes.length) {
            last = grow(length);
        }
        long address = end;
        System.arraycopy(record, offset, last.bytes, (int) (address - last.base), length);
        end += length;
        return address;
    }

    /** Leaves this many bytes unused: an address that no record has. */
    void skip(int bytes) {
        end += bytes;
    }

    /** The segment that holds the record at this address. */
    Segment segmentOf(long address) {
        Segment[] all = segments;
        int low = 0;
        int high = all.length - 1;
        while (low < high) {
            int middle = (low + high + 1) >>> 1;
            if (all[middle].base <= address) {
                low = middle;
            } else {
                high = middle - 1;
            }
        }
        return all[low];
    }

    private Segment grow(int atLeast) {
        int doubled = (int) Math.min(SEGMENT_BYTES, (long) FIRST_SEGMENT_BYTES << Math.min(segments.length, 16));
        Segment next = new Segment(end, new byte[Math.max(doubled, atLeast)]);
        Segment[] more = Arrays.copyOf(segments, segments.length + 1);
        more[segments.length] = next;
        segments = more;
        return next;
    }
}
