package io.millrace.embedded;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import com.google.protobuf.ByteString;
import java.io.IOException;
import org.jspecify.annotations.Nullable;

/**
 * What a stream's metadata says about which of its events are shown.
 *
 * @param maxCount only the newest so many, 0 for no such limit
 * @param maxAgeSeconds only those that are not older, 0 for no such limit
 * @param truncateBefore only from this revision on, 0 for no such limit, {@link #DELETED} after a soft delete
 */
record StreamMetadata(long maxCount, long maxAgeSeconds, long truncateBefore) {
    /** What {@code $tb} is after a soft delete. */
    static final long DELETED = Long.MAX_VALUE;

    static final StreamMetadata NONE = new StreamMetadata(0, 0, 0);
    /** Metadata streams show their newest event alone. */
    static final StreamMetadata ONLY_THE_NEWEST = new StreamMetadata(1, 0, 0);

    private static final ObjectMapper JSON = new ObjectMapper();

    /** Reads the data of a {@code $metadata} event; what is no JSON object says nothing. */
    static StreamMetadata parse(ByteString data) {
        try {
            JsonNode json = JSON.readTree(data.toByteArray());
            if (json == null || !json.isObject()) {
                return NONE;
            }
            return new StreamMetadata(
                    positive(json.get("$maxCount")), positive(json.get("$maxAge")), positive(json.get("$tb")));
        } catch (IOException notJson) {
            return NONE;
        }
    }

    /** The same metadata with another {@code $tb}; what was no JSON object is replaced. */
    static String withTruncateBefore(ByteString data, long revision) {
        try {
            JsonNode json = JSON.readTree(data.toByteArray());
            ObjectNode changed = json instanceof ObjectNode object ? object : JSON.createObjectNode();
            return changed.put("$tb", revision).toString();
        } catch (IOException notJson) {
            return JSON.createObjectNode().put("$tb", revision).toString();
        }
    }

    private static long positive(@Nullable JsonNode number) {
        return number != null && number.isIntegralNumber() ? Math.max(0, number.asLong()) : 0;
    }
}
