package io.millrace.projections;

import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * What happens to one row, in normal form: an optional leading delete, then one composed change per column. After a
 * delete every column change applies to an absent row, so it is resolved to an {@link ColumnChange.Assign}; a column
 * that is not named has its default.
 *
 * @param deleteFirst whether the row, if there is one, goes first
 * @param columns by column name; empty together with {@code deleteFirst} means that the row is gone
 * @param precondition what must hold of the row before
 */
public record RowChange(boolean deleteFirst, Map<String, ColumnChange> columns, Precondition precondition) {
    /** The empty change: it leaves a row as it is, and an absent row absent. */
    public static final RowChange NONE = new RowChange(false, Map.of());

    public static final RowChange DELETE = new RowChange(true, Map.of());

    public RowChange {
        columns = columns instanceof PlainChanges ? columns : ColumnChanges.of(columns);
        Objects.requireNonNull(precondition, "precondition");
    }

    public RowChange(boolean deleteFirst, Map<String, ColumnChange> columns) {
        this(deleteFirst, columns, Precondition.NONE);
    }

    /** The change of one column. */
    public static RowChange of(String column, ColumnChange change) {
        return new RowChange(false, Map.of(column, change));
    }

    ColumnChanges changes() {
        return ColumnChanges.of(columns);
    }

    /** The changes of the columns, if they are one event's and plain; else null. */
    @Nullable
    PlainChanges plain() {
        return !deleteFirst && columns instanceof PlainChanges plain ? plain : null;
    }

    /** Whether it is the empty change. */
    public boolean isNone() {
        return !deleteFirst && columns.isEmpty();
    }

    /** Whether nothing is left of the row. */
    public boolean isDelete() {
        return deleteFirst && columns.isEmpty();
    }

    /** What this change does to a column; empty if it leaves it alone. */
    public Optional<ColumnChange> column(String name) {
        return Optional.ofNullable(columns.get(name));
    }

    /**
     * This change and then the next, as one; both the changes of whole events, or folded from such. Associative, and
     * {@link #NONE} is its identity.
     *
     * @throws CannotFoldException if a number leaves its type's range, or the next change is certain to fail
     */
    public RowChange then(RowChange next, ReadModel readModel) {
        if (isNone()) {
            return next;
        }
        return next.isNone() ? this : RowFold.fold(this, next, readModel);
    }

    /**
     * The row afterwards.
     *
     * @param row the values of the columns that are not NULL, normalised; empty if there is no such row
     * @throws RejectedChangeException if PostgreSQL would refuse it
     */
    public Optional<Map<String, Object>> applyTo(Optional<Map<String, Object>> row, ReadModel readModel) {
        return RowFold.apply(this, row, readModel);
    }
}
