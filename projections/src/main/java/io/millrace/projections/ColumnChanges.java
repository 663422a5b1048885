package io.millrace.projections;

import java.util.AbstractMap;
import java.util.AbstractSet;
import java.util.Arrays;
import java.util.Iterator;
import java.util.List;
import java.util.Map;
import java.util.NoSuchElementException;
import java.util.Set;
import java.util.function.IntFunction;
import org.jspecify.annotations.Nullable;

/**
 * The changes of a row's columns, by name, in the order in which they were first asked for. Immutable, and small: the hot
 * path folds one into the next, so it is two arrays that are searched from the start, names being the same objects as a
 * rule.
 */
final class ColumnChanges extends AbstractMap<String, ColumnChange> {
    private final String[] names;
    private final ColumnChange[] changes;

    private ColumnChanges(String[] names, ColumnChange[] changes) {
        this.names = names;
        this.changes = changes;
    }

    static ColumnChanges of(Map<String, ColumnChange> columns) {
        if (columns instanceof ColumnChanges already) {
            return already;
        }
        if (columns instanceof PlainChanges plain) {
            return plain.inFull();
        }
        return new ColumnChanges(
                columns.keySet().toArray(String[]::new), columns.values().toArray(ColumnChange[]::new));
    }

    /** Those of a read model's columns, in their order: what this says for a column's place, null for one that is left alone. */
    static ColumnChanges of(ReadModel model, IntFunction<@Nullable ColumnChange> changeAt) {
        List<Column> columns = model.columns();
        String[] names = new String[columns.size()];
        ColumnChange[] changes = new ColumnChange[columns.size()];
        int count = 0;
        for (int place = 0; place < columns.size(); place++) {
            ColumnChange change = changeAt.apply(place);
            if (change != null) {
                names[count] = columns.get(place).name();
                changes[count++] = change;
            }
        }
        boolean all = count == names.length;
        return new ColumnChanges(
                all ? names : Arrays.copyOf(names, count), all ? changes : Arrays.copyOf(changes, count));
    }

    /** These changes and then the next ones; after a delete, what a column meets is known. */
    ColumnChanges then(ColumnChanges next, boolean deleted, ReadModel model) {
        int more = 0;
        for (String name : next.names) {
            more += indexOf(name) < 0 ? 1 : 0;
        }
        String[] allNames = more == 0 ? names : Arrays.copyOf(names, names.length + more);
        ColumnChange[] all = Arrays.copyOf(changes, names.length + more);
        int added = names.length;
        for (int i = 0; i < next.names.length; i++) {
            String name = next.names[i];
            int at = indexOf(name);
            Column column = model.column(name);
            if (at < 0) {
                allNames[added] = name;
                all[added++] = RowFold.following(null, deleted, next.changes[i], column);
            } else {
                all[at] = RowFold.following(changes[at], deleted, next.changes[i], column);
            }
        }
        return new ColumnChanges(allNames, all);
    }

    @Override
    public @Nullable ColumnChange get(@Nullable Object name) {
        int at = indexOf(name);
        return at < 0 ? null : changes[at];
    }

    @Override
    public boolean containsKey(@Nullable Object name) {
        return indexOf(name) >= 0;
    }

    @Override
    public int size() {
        return names.length;
    }

    private int indexOf(@Nullable Object name) {
        for (int i = 0; i < names.length; i++) {
            if (names[i].equals(name)) {
                return i;
            }
        }
        return -1;
    }

    @Override
    public Set<Entry<String, ColumnChange>> entrySet() {
        return new AbstractSet<>() {
            @Override
            public int size() {
                return names.length;
            }

            @Override
            public Iterator<Entry<String, ColumnChange>> iterator() {
                return entries();
            }
        };
    }

    private Iterator<Entry<String, ColumnChange>> entries() {
        return new Iterator<>() {
            private int next;

            @Override
            public boolean hasNext() {
                return next < names.length;
            }

            @Override
            public Entry<String, ColumnChange> next() {
                if (next >= names.length) {
                    throw new NoSuchElementException();
                }
                return Map.entry(names[next], changes[next++]);
            }
        };
    }
}
