package io.millrace.projections;

import java.util.LinkedHashMap;
import java.util.Map;

/** The change of one row by one event, while the handler runs. */
final class PendingChange {
    private final RowCollector.Place place;
    private final Map<String, ColumnChange> columns = new LinkedHashMap<>();
    private boolean deleteFirst;

    PendingChange(RowCollector.Place place) {
        this.place = place;
    }

    void change(Column column, ColumnChange change) {
        columns.put(column.name(), RowFold.following(columns.get(column.name()), deleteFirst, change, column));
    }

    void delete() {
        deleteFirst = true;
        columns.clear();
    }

    /** What it came to, once the handler has said all that it has to say about the row. */
    RowChange complete(String projection) {
        ReadModel readModel = place.readModel();
        if (deleteFirst && !columns.isEmpty() && !columns.keySet().containsAll(readModel.required())) {
            throw new IllegalArgumentException("projection " + projection + ", read model " + readModel.table()
                    + ": expected a value for each not-null column of the row that is made anew after a delete: columns="
                    + readModel.required());
        }
        return new RowChange(deleteFirst, columns);
    }
}
