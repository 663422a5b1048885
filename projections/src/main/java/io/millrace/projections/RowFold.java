package io.millrace.projections;

import io.millrace.projections.ColumnChange.Assign;
import java.util.HashMap;
import java.util.Map;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/** How changes of one row compose and apply: column by column. */
final class RowFold {
    private RowFold() {}

    static RowChange fold(RowChange first, RowChange next, ReadModel model) {
        if (first.isDelete() && HiddenFailures.needsRow(next, model)) {
            throw new CannotFoldException("expected a value for each not-null column of a new row: table="
                    + model.table() + ", columns=" + model.required());
        }
        try {
            boolean deleteFirst = first.deleteFirst() || next.deleteFirst();
            ColumnChanges columns = next.deleteFirst()
                    ? next.changes()
                    : first.changes().then(next.changes(), first.deleteFirst(), model);
            RowChange folded = new RowChange(deleteFirst, columns);
            Precondition precondition = HiddenFailures.of(first, next, folded, model);
            return precondition.isNone() ? folded : new RowChange(deleteFirst, columns, precondition);
        } catch (RejectedChangeException e) {
            throw new CannotFoldException(e);
        }
    }

    /** One more change of a column. After a delete, what it meets is known: what was set since, or the default. */
    static ColumnChange following(@Nullable ColumnChange before, boolean deleted, ColumnChange change, Column column) {
        if (before != null) {
            return before.then(change, column.type());
        }
        return deleted ? new Assign(change.applyTo(column.defaultValue(), column.type())) : change;
    }

    static Optional<Map<String, Object>> apply(RowChange change, Optional<Map<String, Object>> row, ReadModel model) {
        HiddenFailures.check(change.precondition(), row, model);
        if (change.isNone() || change.isDelete()) {
            return change.isDelete() ? Optional.empty() : row;
        }
        Map<String, Object> after = new HashMap<>(row.isEmpty() || change.deleteFirst() ? model.defaults() : row.get());
        change.columns().forEach((name, columnChange) -> {
            Column column = model.column(name);
            columnChange
                    .applyTo(Optional.ofNullable(after.get(name)), column.type())
                    .ifPresentOrElse(value -> after.put(name, value), () -> after.remove(name));
        });
        for (Column column : model.columns()) {
            if (!column.nullable() && !after.containsKey(column.name())) {
                throw new RejectedChangeException(
                        RejectedChangeException.NOT_NULL,
                        "expected a value for a not-null column: table=" + model.table() + ", column=" + column.name());
            }
        }
        return Optional.of(Map.copyOf(after));
    }
}
