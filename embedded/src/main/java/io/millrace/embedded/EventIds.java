package io.millrace.embedded;

import java.util.Arrays;

/**
 * Which record was written first under an event id: what makes appends idempotent. A stream that gets the same id later
 * does not own it, as on a real server.
 *
 * <p>Holds 4 bytes a slot: the record's number, the id itself is looked up in the log. Split into parts that grow one by
 * one, so that no append waits for the whole to be rehashed. Used by the log's writer only.
 */
final class EventIds {
    private static final int PARTS = 256;
    private static final int FIRST_SLOTS = 8;

    private final RecordCursor cursor;
    private final int[][] parts = new int[PARTS][];
    private final int[] used = new int[PARTS];

    EventIds(EventLog log) {
        this.cursor = new RecordCursor(log);
        Arrays.setAll(parts, part -> new int[FIRST_SLOTS]);
    }

    /** The record's sequence, or -1. */
    int find(long high, long low) {
        long hash = hash(high, low);
        int part = (int) (hash >>> 56);
        return parts[part][slot(parts[part], hash, high, low)] - 1;
    }

    /** Keeps the record under its id, unless an earlier one has that id. */
    void put(long high, long low, int sequence) {
        long hash = hash(high, low);
        int part = (int) (hash >>> 56);
        int slot = slot(parts[part], hash, high, low);
        if (parts[part][slot] != 0) {
            return;
        }
        parts[part][slot] = sequence + 1;
        if (++used[part] * 4 > parts[part].length * 3) {
            grow(part);
        }
    }

    private int slot(int[] table, long hash, long high, long low) {
        int slot = (int) hash & (table.length - 1);
        while (table[slot] != 0) {
            cursor.header(table[slot] - 1);
            if (cursor.idHigh == high && cursor.idLow == low) {
                return slot;
            }
            slot = (slot + 1) & (table.length - 1);
        }
        return slot;
    }

    private void grow(int part) {
        int[] old = parts[part];
        int[] table = new int[old.length * 2];
        for (int entry : old) {
            if (entry != 0) {
                cursor.header(entry - 1);
                int slot = (int) hash(cursor.idHigh, cursor.idLow) & (table.length - 1);
                while (table[slot] != 0) {
                    slot = (slot + 1) & (table.length - 1);
                }
                table[slot] = entry;
            }
        }
        parts[part] = table;
    }

    private static long hash(long high, long low) {
        long bits = (high ^ Long.rotateLeft(low, 32)) * 0x9E3779B97F4A7C15L;
        return bits ^ (bits >>> 29);
    }
}
