package io.millrace.projections;

import io.millrace.projections.PlainChange.Operation;
import org.jspecify.annotations.Nullable;

/** Takes down the operations of a handler on one row: plain ones as they are, the others in normal form. */
final class CollectedRow implements Row {
    private final RowCollector collector;
    private final ReadModel readModel;
    private final RowKey key;
    private @Nullable PendingChange pending;
    private int segment;

    CollectedRow(RowCollector collector, ReadModel readModel, RowKey key) {
        this.collector = collector;
        this.readModel = readModel;
        this.key = key;
    }

    @Override
    public Row set(String name, @Nullable Object value) {
        PendingChange change = pending();
        int place = place(name);
        Column column = readModel.columns().get(place);
        try {
            Object normalised = Normaliser.normaliseOrNull(column.type(), value);
            if (normalised == null && !column.nullable()) {
                throw new IllegalArgumentException("expected a value that is not null, as the column may not be NULL");
            }
            change.change(place, PlainChange.assign(normalised));
        } catch (RuntimeException e) {
            throw inColumn(name, e);
        }
        return this;
    }

    @Override
    public Row increment(String name, Number by) {
        return operate(Operation.ADD, name, by);
    }

    @Override
    public Row min(String name, Object value) {
        return operate(Operation.LEAST, name, value);
    }

    @Override
    public Row max(String name, Object value) {
        return operate(Operation.GREATEST, name, value);
    }

    @Override
    public Row setIfAbsent(String name, Object value) {
        return operate(Operation.FIRST, name, value);
    }

    @Override
    public Row merge(String name, Object patch) {
        PendingChange change = pending();
        Column column = readModel.columns().get(place(name));
        try {
            if (column.type() != ColumnType.JSONB) {
                throw new InvalidProjectionException("expected a merge into a jsonb column: type="
                        + column.type().sqlName() + ". Use set, or make the column jsonb");
            }
            change.change(column, Operations.merge((Json) present("a merge patch", column.type(), patch)));
        } catch (RuntimeException e) {
            throw inColumn(name, e);
        }
        return this;
    }

    @Override
    public Row delete() {
        pending().delete();
        return this;
    }

    private Row operate(Operation operation, String name, Object value) {
        PendingChange change = pending();
        int place = place(name);
        ColumnType type = readModel.columns().get(place).type();
        try {
            change.change(place, plain(operation, type, value));
        } catch (RuntimeException e) {
            throw inColumn(name, e);
        }
        return this;
    }

    private static PlainChange plain(Operation operation, ColumnType type, Object value) {
        if (operation != Operation.FIRST && isNumberOf(type, value)) {
            return new PlainChange(operation, ((Number) value).longValue(), null);
        }
        require(operation, type);
        return PlainChange.of(operation, type, present(operand(operation), type, value));
    }

    /** Whether this is what a whole number's column takes as it is. */
    private static boolean isNumberOf(ColumnType type, Object value) {
        return value instanceof Integer
                ? type == ColumnType.BIGINT || type == ColumnType.INTEGER
                : value instanceof Long && type == ColumnType.BIGINT;
    }

    /** The change of this row since the last raw statement. */
    private PendingChange pending() {
        PendingChange known = pending;
        if (known == null || segment != collector.requireOpen()) {
            segment = collector.requireOpen();
            known = collector.pending(readModel, key);
            pending = known;
        }
        return known;
    }

    private int place(String name) {
        int place = readModel.placeOf(name);
        if (place < 0) {
            throw unknown(name);
        }
        return place;
    }

    private static Object present(String what, ColumnType type, Object value) {
        Object normalised = Normaliser.normaliseOrNull(type, value);
        if (normalised == null) {
            throw new IllegalArgumentException(
                    "expected " + what + " that is not null; set is the operation that takes null");
        }
        return normalised;
    }

    private static String operand(Operation operation) {
        return switch (operation) {
            case ADD -> "an increment";
            case LEAST -> "a min";
            case GREATEST -> "a max";
            default -> "a first value";
        };
    }

    private static void require(Operation operation, ColumnType type) {
        switch (operation) {
            case ADD -> requireSummable(type);
            case LEAST -> requireOrdered("min", type);
            case GREATEST -> requireOrdered("max", type);
            default -> {}
        }
    }

    private static void requireSummable(ColumnType type) {
        if (!type.isSummable()) {
            throw new InvalidProjectionException("expected an increment of an integer, bigint or numeric column: "
                    + "type=" + type.sqlName()
                    + (type == ColumnType.DOUBLE ? ". Use numeric: the sum of doubles depends on their order" : ""));
        }
    }

    private static void requireOrdered(String operation, ColumnType type) {
        if (!type.isOrdered()) {
            throw new InvalidProjectionException("expected a " + operation
                    + " of a number, a text, a date or a timestamptz: type=" + type.sqlName());
        }
    }

    /** The exception with the column's name in its message; those of other kinds as they are. */
    private RuntimeException inColumn(String name, RuntimeException e) {
        String message = where() + ", column " + name + ": " + e.getMessage();
        if (e instanceof InvalidProjectionException) {
            return new InvalidProjectionException(message, e);
        }
        return e instanceof IllegalArgumentException
                        || e instanceof RejectedChangeException
                        || e instanceof CannotFoldException
                ? new IllegalArgumentException(message, e)
                : e;
    }

    private InvalidProjectionException unknown(String name) {
        boolean key = readModel.key().stream().anyMatch(column -> column.name().equals(name));
        return new InvalidProjectionException(where()
                + (key
                        ? ": expected a column that is not in the key, as a key never changes: column=" + name
                        : ": expected one of its columns "
                                + readModel.columns().stream().map(Column::name).toList()
                                + ": column=" + name + ". Add .column(\"" + name + "\", …) to it, or mend the name"));
    }

    private String where() {
        return "projection " + collector.projection() + ", read model " + readModel.table();
    }
}
