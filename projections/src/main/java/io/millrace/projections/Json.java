package io.millrace.projections;

import java.util.Objects;

/** A JSON document as text, a value of a jsonb column. JSON null is a document; SQL NULL is the absence of one. */
public record Json(String text) {
    public Json {
        Objects.requireNonNull(text, "text");
    }

    @Override
    public String toString() {
        return text;
    }
}
