package io.millrace.projections;

import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;

/**
 * What happens to one row, in normal form: an optional leading delete, then one composed change per column. After a
 * delete every column change applies to an absent row, so it is resolved to an {@link ColumnChange.Assign}.
 *
 * @param deleteFirst whether the row, if there is one, goes first
 * @param columns by column name; empty together with {@code deleteFirst} means that the row is gone
 */
public record RowChange(boolean deleteFirst, Map<String, ColumnChange> columns) {
    public static final RowChange NONE = new RowChange(false, Map.of());
    public static final RowChange DELETE = new RowChange(true, Map.of());

    public RowChange {
        columns = java.util.Collections.unmodifiableMap(new LinkedHashMap<>(columns));
    }

    /** The change of one column. */
    public static RowChange of(String column, ColumnChange change) {
        return new RowChange(false, Map.of(column, change));
    }

    /** Whether nothing is left of the row. */
    public boolean isDelete() {
        return deleteFirst && columns.isEmpty();
    }

    /** What this change does to a column; empty if it leaves it alone. */
    public Optional<ColumnChange> column(String name) {
        return Optional.ofNullable(columns.get(name));
    }
}
