package io.millrace.batching;

import io.millrace.projections.FoldedRow;
import io.millrace.projections.RowChange;
import io.millrace.projections.RowKey;
import java.util.AbstractMap;
import java.util.AbstractSet;
import java.util.Iterator;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * The rows of a table, each with what its changes come to, brought into that form when asked for. Nothing may be folded
 * any more.
 */
final class FoldedRows extends AbstractMap<RowKey, RowChange> {
    private final Map<RowKey, FoldedRow> rows;

    FoldedRows(Map<RowKey, FoldedRow> rows) {
        this.rows = rows;
    }

    @Override
    public int size() {
        return rows.size();
    }

    @Override
    public boolean containsKey(@Nullable Object key) {
        return rows.containsKey(key);
    }

    @Override
    public @Nullable RowChange get(@Nullable Object key) {
        FoldedRow row = rows.get(key);
        return row == null ? null : row.change();
    }

    @Override
    public Set<Entry<RowKey, RowChange>> entrySet() {
        return new AbstractSet<>() {
            @Override
            public int size() {
                return rows.size();
            }

            @Override
            public Iterator<Entry<RowKey, RowChange>> iterator() {
                Iterator<Entry<RowKey, FoldedRow>> each = rows.entrySet().iterator();
                return new Iterator<>() {
                    @Override
                    public boolean hasNext() {
                        return each.hasNext();
                    }

                    @Override
                    public Entry<RowKey, RowChange> next() {
                        Entry<RowKey, FoldedRow> row = each.next();
                        return Map.entry(row.getKey(), row.getValue().change());
                    }
                };
            }
        };
    }
}
