package io.millrace.projections;

import java.util.List;
import java.util.Objects;

/** A table in PostgreSQL that a projection owns: its key and its columns. Immutable. */
public final class ReadModel {
    private final String table;
    private final List<Column> key;
    private final List<Column> columns;

    ReadModel(String table, List<Column> key, List<Column> columns) {
        this.table = Objects.requireNonNull(table, "table");
        this.key = List.copyOf(key);
        this.columns = List.copyOf(columns);
    }

    /** The table's name, without its schema, which the configuration names. */
    public String table() {
        return table;
    }

    /** The key columns, in the order of the primary key. */
    public List<Column> key() {
        return key;
    }

    /** The other columns that the projection writes. */
    public List<Column> columns() {
        return columns;
    }
}
