package io.millrace.embedded;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import com.google.protobuf.ByteString;
import java.io.IOException;
import java.util.Optional;

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

    /** What a soft delete writes. */
    static final String DELETION = "{\"$tb\":" + DELETED + "}";

    private static final ObjectMapper JSON = new ObjectMapper();

    /** Reads the data of a {@code $metadata} event; what is no JSON object, or has text for numbers, says nothing. */
    static StreamMetadata parse(ByteString data) {
        try {
            JsonNode json = JSON.readTree(data.toByteArray());
            if (json == null || !json.isObject()) {
                return NONE;
            }
            return new StreamMetadata(number(json, "$maxCount"), number(json, "$maxAge"), number(json, "$tb"));
        } catch (IOException | IllegalArgumentException invalid) {
            return NONE;
        }
    }

    private static long number(JsonNode json, String name) {
        JsonNode value = json.get(name);
        if (value != null && !value.isIntegralNumber()) {
            throw new IllegalArgumentException("an integer was expected: " + name + "=" + value);
        }
        return value == null ? 0 : Math.max(0, value.asLong());
    }

    /** The same metadata with another {@code $tb}; empty where it is no JSON object. */
    static Optional<String> withTruncateBefore(ByteString data, long revision) {
        try {
            return JSON.readTree(data.toByteArray()) instanceof ObjectNode object
                    ? Optional.of(object.put("$tb", revision).toString())
                    : Optional.empty();
        } catch (IOException notJson) {
            return Optional.empty();
        }
    }
}
