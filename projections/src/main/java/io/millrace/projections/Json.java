package io.millrace.projections;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.util.Objects;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * A JSON document, a value of a jsonb column. JSON null is a document; SQL NULL is the absence of one.
 *
 * <p>In the form that jsonb keeps it: members in one order, of a repeated key the last, numbers exact and without
 * exponents that make them longer. Two documents are equal if jsonb shows them alike. Immutable, if the node that it hands
 * out is left alone: it is not copied.
 */
public final class Json {
    /** What it is that the patch makes of nothing; null for a document that was given. */
    private final MergePatch.@Nullable Merge patch;

    /** Null until somebody asks for what the patch makes. */
    private volatile @Nullable JsonNode node;

    private volatile String text = "";

    private Json(MergePatch.@Nullable Merge patch, @Nullable JsonNode node) {
        this.patch = patch;
        this.node = node;
    }

    /**
     * Reads a document.
     *
     * @throws IllegalArgumentException if it is no JSON, or holds what jsonb cannot: a NUL, half a surrogate pair, a
     *     number beyond numeric's range, more than 1,000 levels
     */
    public static Json parse(String text) {
        return of(JsonText.parse(Objects.requireNonNull(text, "text")));
    }

    /** Takes a document, a copy of it. Refuses what {@link #parse} refuses. */
    public static Json of(JsonNode node) {
        return new Json(null, JsonText.canonical(Objects.requireNonNull(node, "node")));
    }

    /** What this patch makes where there is nothing: worked out when it is asked for, which is seldom. */
    static Json madeBy(MergePatch.Merge patch) {
        return new Json(patch, null);
    }

    /** Whether it is what this patch makes where there is nothing. */
    boolean isMadeBy(MergePatch.Merge other) {
        return other.equals(patch) || equals(madeBy(other));
    }

    static ObjectNode newObject() {
        return JsonText.NODES.objectNode();
    }

    public JsonNode node() {
        JsonNode known = node;
        if (known == null) {
            known = JsonText.canonical(Objects.requireNonNull(patch).applyTo(Optional.empty()));
            node = known;
        }
        return known;
    }

    /** The document as text, without white space. */
    public String text() {
        if (text.isEmpty()) {
            text = JsonText.write(node());
        }
        return text;
    }

    @Override
    public boolean equals(Object other) {
        return other instanceof Json that && text().equals(that.text());
    }

    @Override
    public int hashCode() {
        return text().hashCode();
    }

    @Override
    public String toString() {
        return text();
    }
}
