package io.millrace.projections;

import org.jspecify.annotations.Nullable;

/** Takes down the operations of a handler on one row: plain ones as they are, the others in normal form. */
final class CollectedRow implements Row {
    private final Collector collector;
    private final ReadModel readModel;
    private final RowKey key;
    private @Nullable RowInHand inHand;
    private int segment;

    /** @param inHand what takes its changes now; null if that is still to be asked for */
    CollectedRow(Collector collector, ReadModel readModel, RowKey key, @Nullable RowInHand inHand) {
        this.collector = collector;
        this.readModel = readModel;
        this.key = key;
        this.inHand = inHand;
        this.segment = collector.segment();
    }

    @Override
    public Row set(String name, @Nullable Object value) {
        RowInHand row = inHand();
        int place = place(name);
        Column column = readModel.columns().get(place);
        try {
            Object normalised = Normaliser.normaliseOrNull(column.type(), value);
            if (normalised == null && !column.nullable()) {
                throw new IllegalArgumentException("expected a value that is not null, as the column may not be NULL");
            }
            row.change(place, PlainOperation.ASSIGN, 0, normalised);
        } catch (RuntimeException e) {
            throw inColumn(name, e);
        }
        return this;
    }

    @Override
    public Row increment(String name, Number by) {
        return operate(PlainOperation.ADD, name, by);
    }

    @Override
    public Row min(String name, Object value) {
        return operate(PlainOperation.LEAST, name, value);
    }

    @Override
    public Row max(String name, Object value) {
        return operate(PlainOperation.GREATEST, name, value);
    }

    @Override
    public Row setIfAbsent(String name, Object value) {
        return operate(PlainOperation.FIRST, name, value);
    }

    @Override
    public Row merge(String name, Object patch) {
        RowInHand row = inHand();
        int place = place(name);
        Column column = readModel.columns().get(place);
        try {
            if (column.type() != ColumnType.JSONB) {
                throw new InvalidProjectionException("expected a merge into a jsonb column: type="
                        + column.type().sqlName() + ". Use set, or make the column jsonb");
            }
            Json document = (Json) present("a merge patch", column.type(), patch);
            if (MergePatch.of(document.node()) instanceof MergePatch.Merge merge) {
                row.change(place, PlainOperation.MERGE, 0, merge);
            } else {
                row.change(place, PlainOperation.ASSIGN, 0, document);
            }
        } catch (RuntimeException e) {
            throw inColumn(name, e);
        }
        return this;
    }

    @Override
    public Row delete() {
        inHand().delete();
        return this;
    }

    private Row operate(PlainOperation operation, String name, Object value) {
        RowInHand row = inHand();
        int place = place(name);
        ColumnType type = readModel.typeAt(place);
        try {
            if (isNumberOf(type, value) && operation.takesNumber(type)) {
                row.change(place, operation, ((Number) value).longValue(), null);
            } else {
                normaliseAndOperate(row, place, operation, value);
            }
        } catch (RuntimeException e) {
            throw inColumn(name, e);
        }
        return this;
    }

    /** Apart from the hot path, which the compiler takes into its callers while it is short. */
    private void normaliseAndOperate(RowInHand row, int place, PlainOperation operation, Object value) {
        ColumnType type = readModel.typeAt(place);
        require(operation, type);
        Object normalised = present(operand(operation), type, value);
        if (operation.takesNumber(type)) {
            row.change(place, operation, ((Number) normalised).longValue(), null);
        } else {
            row.change(place, operation, 0, normalised);
        }
    }

    /** Whether this is what a whole number's column takes as it is. */
    private static boolean isNumberOf(ColumnType type, Object value) {
        return value instanceof Integer
                ? type == ColumnType.BIGINT || type == ColumnType.INTEGER
                : value instanceof Long && type == ColumnType.BIGINT;
    }

    /** What takes the changes of this row since the last raw statement. */
    private RowInHand inHand() {
        RowInHand known = inHand;
        return known != null && segment == collector.segment() ? known : find();
    }

    private RowInHand find() {
        collector.requireOpen();
        RowInHand found = collector.inHand(readModel, key);
        segment = collector.segment();
        inHand = found;
        return found;
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

    private static String operand(PlainOperation operation) {
        return switch (operation) {
            case ADD -> "an increment";
            case LEAST -> "a min";
            case GREATEST -> "a max";
            default -> "a first value";
        };
    }

    private static void require(PlainOperation operation, ColumnType type) {
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
