package io.millrace.projections;

import java.util.LinkedHashMap;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** The change of one row by one event, while the handler runs. */
final class PendingChange implements RowInHand {
    private final ReadModel readModel;
    private final RowKey key;
    /** All that is asked for, while there is nothing else; null from then on. */
    private @Nullable PlainChanges plain;
    /** All that is asked for, in normal form, once something is not plain. */
    private Map<String, ColumnChange> columns = Map.of();

    private boolean deleteFirst;

    PendingChange(ReadModel readModel, RowKey key) {
        this.readModel = readModel;
        this.key = key;
        this.plain = new PlainChanges(readModel);
    }

    ReadModel readModel() {
        return readModel;
    }

    RowKey key() {
        return key;
    }

    boolean isOf(ReadModel model, RowKey row) {
        return readModel.equals(model) && key.equals(row);
    }

    @Override
    public void change(int place, PlainOperation operation, long number, @Nullable Object value) {
        if (plain != null && plain.operation(place) == null) {
            plain.put(place, operation, number, value);
        } else {
            Column column = readModel.columns().get(place);
            change(column, operation.inFull(column.type(), number, value));
        }
    }

    private void change(Column column, ColumnChange change) {
        inFull();
        columns.put(column.name(), RowFold.following(columns.get(column.name()), deleteFirst, change, column));
    }

    @Override
    public void delete() {
        inFull();
        deleteFirst = true;
        columns.clear();
    }

    private void inFull() {
        if (plain != null) {
            columns = new LinkedHashMap<>(plain.inFull());
            plain = null;
        }
    }

    /** What it came to, once the handler has said all that it has to say about the row. */
    Effect.OnRow complete(String projection) {
        if (plain != null) {
            return new Effect.OnRow(readModel, key, new RowChange(false, plain));
        }
        if (deleteFirst && !columns.isEmpty() && !columns.keySet().containsAll(readModel.required())) {
            throw new IllegalArgumentException("projection " + projection + ", read model " + readModel.table()
                    + ": expected a value for each not-null column of the row that is made anew after a delete: columns="
                    + readModel.required());
        }
        return new Effect.OnRow(readModel, key, new RowChange(deleteFirst, columns));
    }
}
