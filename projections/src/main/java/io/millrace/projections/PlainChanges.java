package io.millrace.projections;

import java.util.AbstractMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * The changes of a row's columns by one event, where there is at most one plain one for each; to all but the fold they are
 * what they come to in normal form. Immutable, once its handler has returned.
 */
final class PlainChanges extends AbstractMap<String, ColumnChange> {
    private final ReadModel model;
    private final @Nullable PlainChange[] byPlace;
    /** What all come to; made when first asked for. Any thread's is as good as another's. */
    private @Nullable ColumnChanges inFull;

    /** @param byPlace by the column's place in the read model; not copied */
    PlainChanges(ReadModel model, @Nullable PlainChange[] byPlace) {
        this.model = model;
        this.byPlace = byPlace;
    }

    /** How many places there are, columns that are left alone included. */
    int places() {
        return byPlace.length;
    }

    /** The change of the column at this place; null if it is left alone. */
    @Nullable
    PlainChange at(int place) {
        return byPlace[place];
    }

    ColumnChanges inFull() {
        ColumnChanges all = inFull;
        if (all == null) {
            Map<String, ColumnChange> changes = new LinkedHashMap<>();
            List<Column> columns = model.columns();
            for (int place = 0; place < byPlace.length; place++) {
                PlainChange change = byPlace[place];
                if (change != null) {
                    Column column = columns.get(place);
                    changes.put(column.name(), change.inFull(column.type()));
                }
            }
            all = ColumnChanges.of(changes);
            inFull = all;
        }
        return all;
    }

    @Override
    public @Nullable ColumnChange get(@Nullable Object name) {
        return inFull().get(name);
    }

    @Override
    public boolean containsKey(@Nullable Object name) {
        return inFull().containsKey(name);
    }

    @Override
    public Set<Entry<String, ColumnChange>> entrySet() {
        return inFull().entrySet();
    }
}
