package io.millrace.embedded;

import java.util.Arrays;
import java.util.HashMap;
import java.util.Map;

/**
 * Event types or content types, each kept once and known in the records by a number.
 *
 * <p>Added to by the log's writer; read without a lock.
 */
final class Names {
    private final String metadataKey;
    private final Map<String, Integer> ids = new HashMap<>();
    private volatile Entry[] entries = {};

    /** A name, and its entry in a recorded event's metadata as it goes over the wire. */
    static final class Entry {
        final String name;
        final byte[] wire;

        Entry(String name, byte[] wire) {
            this.name = name;
            this.wire = wire;
        }
    }

    Names(String metadataKey) {
        this.metadataKey = metadataKey;
    }

    int idOf(String name) {
        Integer known = ids.get(name);
        if (known != null) {
            return known;
        }
        int id = entries.length;
        Entry[] more = Arrays.copyOf(entries, id + 1);
        more[id] = new Entry(name, WireBuffer.metadataEntry(metadataKey, name));
        entries = more;
        ids.put(name, id);
        return id;
    }

    int count() {
        return entries.length;
    }

    Entry get(int id) {
        return entries[id];
    }

    String name(int id) {
        return entries[id].name;
    }
}
