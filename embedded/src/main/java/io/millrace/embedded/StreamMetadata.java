package io.millrace.embedded;

import com.fasterxml.jackson.core.json.JsonReadFeature;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.json.JsonMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import com.google.protobuf.ByteString;
import java.io.IOException;
import java.util.Optional;
import java.util.Set;
import java.util.stream.StreamSupport;

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

    private static final Set<String> RIGHTS = Set.of("$r", "$w", "$d", "$mr", "$mw");
    /** The longest age that fits into a real server's measure of time. */
    private static final long MAX_AGE_SECONDS = 922_337_203_685L;

    private static final ObjectMapper JSON = JsonMapper.builder()
            .enable(JsonReadFeature.ALLOW_SINGLE_QUOTES)
            .enable(JsonReadFeature.ALLOW_UNQUOTED_FIELD_NAMES)
            .build();

    /**
     * Reads the data of a {@code $metadata} event. Says nothing at all where it is no JSON object, or any of the
     * members that the server knows is not as it should be.
     */
    static StreamMetadata parse(ByteString data) {
        try {
            JsonNode json = JSON.readTree(data.toByteArray());
            if (json == null || !json.isObject()) {
                return NONE;
            }
            seconds(json, "$cacheControl");
            expect(json.path("$tmp").isMissingNode() || json.path("$tmp").isBoolean(), "$tmp", json);
            checkRights(json);
            return new StreamMetadata(number(json, "$maxCount"), seconds(json, "$maxAge"), number(json, "$tb"));
        } catch (IOException | IllegalArgumentException invalid) {
            return NONE;
        }
    }

    private static long number(JsonNode json, String name) {
        return Math.max(0, integer(json, name));
    }

    private static long seconds(JsonNode json, String name) {
        long value = integer(json, name);
        expect(value <= MAX_AGE_SECONDS && value >= -MAX_AGE_SECONDS, name, json);
        return Math.max(0, value);
    }

    private static long integer(JsonNode json, String name) {
        JsonNode value = json.path(name);
        expect(value.isMissingNode() || (value.isIntegralNumber() && value.canConvertToLong()), name, json);
        return value.asLong();
    }

    private static void checkRights(JsonNode json) {
        JsonNode acl = json.path("$acl");
        expect(acl.isMissingNode() || acl.isObject(), "$acl", json);
        acl.properties().forEach(right -> {
            expect(RIGHTS.contains(right.getKey()), "$acl", json);
            boolean isRole = right.getValue().isTextual();
            boolean areRoles = right.getValue().isArray()
                    && StreamSupport.stream(right.getValue().spliterator(), false)
                            .allMatch(JsonNode::isTextual);
            expect(isRole || areRoles, "$acl", json);
        });
    }

    private static void expect(boolean holds, String name, JsonNode json) {
        if (!holds) {
            throw new IllegalArgumentException("stream metadata was expected: " + name + "=" + json.path(name));
        }
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
