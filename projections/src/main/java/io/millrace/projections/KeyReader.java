package io.millrace.projections;

import java.math.BigDecimal;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** Makes row keys of what a handler gives. */
final class KeyReader {
    /** A B-tree entry has room for about 2,700 bytes (a third of a page); we keep away from that. */
    static final int MAX_BYTES = 2_000;

    private KeyReader() {}

    static RowKey read(String projection, ReadModel readModel, @Nullable Object @Nullable [] given) {
        List<Column> columns = readModel.key();
        @Nullable Object[] values = given == null ? new @Nullable Object[] {null} : given;
        if (values.length != columns.size()) {
            throw new InvalidProjectionException("projection " + projection + ", read model " + readModel.table()
                    + ": expected a value for each key column "
                    + columns.stream().map(Column::name).toList() + ": values=" + values.length);
        }
        if (values.length == 1) {
            Object only = keyValue(projection, readModel, columns.get(0), values[0]);
            requireShort(projection, readModel, size(only));
            return new RowKey(List.of(only));
        }
        Object[] key = new Object[values.length];
        int bytes = 0;
        for (int i = 0; i < values.length; i++) {
            Object value = keyValue(projection, readModel, columns.get(i), values[i]);
            bytes += size(value);
            key[i] = value;
        }
        requireShort(projection, readModel, bytes);
        return new RowKey(List.of(key));
    }

    private static void requireShort(String projection, ReadModel readModel, int bytes) {
        if (bytes > MAX_BYTES) {
            throw new IllegalArgumentException("projection " + projection + ", read model " + readModel.table()
                    + ": expected a key of at most " + MAX_BYTES + " bytes: bytes=" + bytes
                    + ". Shorten it in the handler, or take a hash of it");
        }
    }

    private static Object keyValue(String projection, ReadModel readModel, Column column, @Nullable Object value) {
        try {
            return Normaliser.normaliseKey(column.type(), value);
        } catch (IllegalArgumentException e) {
            throw new IllegalArgumentException(
                    "projection " + projection + ", read model " + readModel.table() + ", key column " + column.name()
                            + ": " + e.getMessage(),
                    e);
        }
    }

    /** In UTF-8 bytes for text, in digits for numerics; what has a fixed size hardly counts. */
    private static int size(Object value) {
        if (value instanceof String text) {
            return Text.utf8Length(text);
        }
        return value instanceof BigDecimal number ? number.precision() + Math.abs(number.scale()) : 0;
    }
}
