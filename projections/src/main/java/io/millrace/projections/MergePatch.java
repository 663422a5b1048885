package io.millrace.projections;

import com.fasterxml.jackson.databind.JsonNode;
import java.util.LinkedHashMap;
import java.util.Map;

/**
 * A composed merge patch: per key, set, delete or merge deeper. RFC 7386 documents do not compose ({@code {"a":null}}
 * then {@code {"a":{"b":2}}} must drop what {@code a} held before); these trees do.
 */
public sealed interface MergePatch {

    /** The target becomes this document. */
    record Set(JsonNode value) implements MergePatch {}

    /** The key goes, if it is there. */
    record Delete() implements MergePatch {}

    /** The target, or {@code {}} if it is no object, is patched key by key. */
    record Merge(Map<String, MergePatch> members) implements MergePatch {
        public Merge {
            members = java.util.Collections.unmodifiableMap(new LinkedHashMap<>(members));
        }
    }
}
