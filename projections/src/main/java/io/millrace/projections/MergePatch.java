package io.millrace.projections;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;

/**
 * A composed merge patch: per key, set, delete or merge deeper. RFC 7386 documents do not compose ({@code {"a":null}}
 * then {@code {"a":{"b":2}}} must drop what {@code a} held before); these trees do. The nodes in it are never changed.
 */
public sealed interface MergePatch {

    /** The target becomes this document. */
    record Set(JsonNode value) implements MergePatch {
        public Set {
            Objects.requireNonNull(value, "value");
        }
    }

    /** The key goes, if it is there. */
    record Delete() implements MergePatch {}

    /** The target, or {@code {}} if it is no object, is patched key by key. */
    record Merge(Map<String, MergePatch> members) implements MergePatch {
        public Merge {
            members = Collections.unmodifiableMap(new LinkedHashMap<>(members));
        }

        /** The patched target, a new object; a target that is absent or no object counts as {@code {}}. */
        public ObjectNode applyTo(Optional<JsonNode> target) {
            ObjectNode patched = Json.newObject();
            if (target.isPresent() && target.get() instanceof ObjectNode object) {
                patched.setAll(object);
            }
            members.forEach((name, member) -> {
                if (member instanceof Delete) {
                    patched.remove(name);
                } else if (member instanceof Set set) {
                    patched.set(name, set.value());
                } else {
                    patched.set(name, ((Merge) member).applyTo(Optional.ofNullable(patched.get(name))));
                }
            });
            return patched;
        }

        /** This patch and then the next, as one. */
        public Merge then(Merge next) {
            Map<String, MergePatch> both = new LinkedHashMap<>(members);
            next.members.forEach((name, member) -> both.merge(name, member, Merge::compose));
            return new Merge(both);
        }

        static MergePatch compose(MergePatch first, MergePatch next) {
            if (!(next instanceof Merge merge)) {
                return next;
            }
            if (first instanceof Merge before) {
                return before.then(merge);
            }
            return new Set(merge.applyTo(first instanceof Set set ? Optional.of(set.value()) : Optional.empty()));
        }
    }

    /**
     * What an RFC 7386 document means: an object merges, where null deletes; anything else replaces.
     *
     * @throws IllegalArgumentException if objects that merge are nested more than 100 levels deep
     */
    static MergePatch of(JsonNode document) {
        return read(document, 1);
    }

    private static MergePatch read(JsonNode document, int depth) {
        if (!document.isObject()) {
            return new Set(document);
        }
        if (depth > JsonText.MAX_PATCH_DEPTH) {
            throw new IllegalArgumentException("expected a merge patch of at most " + JsonText.MAX_PATCH_DEPTH
                    + " levels. Set the document instead, or patch a part of it");
        }
        Map<String, MergePatch> members = new LinkedHashMap<>();
        document.properties()
                .forEach(member -> members.put(
                        member.getKey(),
                        member.getValue().isNull() ? new Delete() : read(member.getValue(), depth + 1)));
        return new Merge(members);
    }
}
