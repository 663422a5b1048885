package io.millrace.embedded;

import java.util.Arrays;

/**
 * The addresses of all records by their sequence number, in chunks that never move.
 *
 * <p>One thread appends; others read entries below a size that was published to them by other means.
 */
final class AddressIndex {
    private static final int CHUNK_BITS = 13;
    private static final int CHUNK = 1 << CHUNK_BITS;

    private volatile long[][] chunks = {};
    private int size;

    void add(long address) {
        int chunk = size >>> CHUNK_BITS;
        if (chunk == chunks.length) {
            long[][] more = Arrays.copyOf(chunks, chunk + 1);
            more[chunk] = new long[CHUNK];
            chunks = more;
        }
        chunks[chunk][size & (CHUNK - 1)] = address;
        size++;
    }

    long get(int sequence) {
        return chunks[sequence >>> CHUNK_BITS][sequence & (CHUNK - 1)];
    }

    /** The first sequence below {@code head} whose address is {@code >=} the given one, else {@code head}. */
    int firstAtOrAfter(long address, int head) {
        int low = 0;
        int high = head;
        while (low < high) {
            int middle = (low + high) >>> 1;
            if (get(middle) < address) {
                low = middle + 1;
            } else {
                high = middle;
            }
        }
        return low;
    }
}
