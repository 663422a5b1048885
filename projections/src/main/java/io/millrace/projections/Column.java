package io.millrace.projections;

import java.util.Objects;
import java.util.Optional;

/**
 * A column of a read model.
 *
 * @param name as in the table; quoted wherever it is used
 * @param nullable whether it may be NULL; key columns never may
 * @param defaultValue what an absent row has there, normalised; empty for NULL
 */
public record Column(String name, ColumnType type, boolean nullable, Optional<Object> defaultValue) {
    public Column {
        Objects.requireNonNull(name, "name");
        Objects.requireNonNull(type, "type");
        Objects.requireNonNull(defaultValue, "defaultValue");
    }

    /** A text that differs between columns that differ, and stays the same over versions of Millrace. */
    String description() {
        return Identifiers.quote(name) + " " + type.sqlName() + (nullable ? "" : " not null")
                + defaultValue
                        .map(value -> " default " + Identifiers.quote(value.toString()))
                        .orElse("");
    }
}
