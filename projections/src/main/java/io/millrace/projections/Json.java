package io.millrace.projections;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.util.Objects;

/**
 * A JSON document, a value of a jsonb column. JSON null is a document; SQL NULL is the absence of one.
 *
 * <p>In the form that jsonb keeps it: members in one order, of a repeated key the last, numbers exact and without
 * exponents that make them longer. Two documents are equal if jsonb shows them alike. Immutable, if the node that it hands
 * out is left alone: it is not copied.
 */
public final class Json {
    private final JsonNode node;
    private volatile String text = "";

    private Json(JsonNode node) {
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
        return new Json(JsonText.canonical(Objects.requireNonNull(node, "node")));
    }

    static ObjectNode newObject() {
        return JsonText.NODES.objectNode();
    }

    public JsonNode node() {
        return node;
    }

    /** The document as text, without white space. */
    public String text() {
        if (text.isEmpty()) {
            text = JsonText.write(node);
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
