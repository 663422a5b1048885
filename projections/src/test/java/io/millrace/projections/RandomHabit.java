package io.millrace.projections;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.function.Consumer;

/** What most events of a random history do: the same operation to the same column, with values drawn anew. */
final class RandomHabit {
    private final ReadModel model;
    private final Random random;
    private final RandomChanges any;
    private final Map<String, Integer> habit = new HashMap<>();
    private final boolean always;

    RandomHabit(ReadModel model, Random random, RandomChanges any) {
        this.model = model;
        this.random = random;
        this.any = any;
        this.always = random.nextBoolean();
        model.columns().forEach(column -> habit.put(column.name(), random.nextInt(6)));
    }

    /** The next event's operations on a row: on all columns, or on some of them. */
    List<Consumer<Row>> operations() {
        List<Consumer<Row>> operations = new ArrayList<>();
        for (Column column : model.columns()) {
            if (always || random.nextInt(3) == 0) {
                operations.add(operation(column));
            }
        }
        return operations;
    }

    private Consumer<Row> operation(Column column) {
        Object value = any.value(column.type());
        String name = column.name();
        int operation = habit.getOrDefault(name, 0);
        if (operation == 0 && column.type().isSummable()) {
            return row -> row.increment(name, (Number) value);
        }
        if (operation == 1 && column.type().isOrdered()) {
            return row -> row.min(name, value);
        }
        if (operation == 2 && column.type().isOrdered()) {
            return row -> row.max(name, value);
        }
        if (operation < 3 && column.type() == ColumnType.JSONB) {
            return row -> row.merge(name, value);
        }
        if (operation == 3) {
            return row -> row.setIfAbsent(name, value);
        }
        boolean toNull = column.nullable() && random.nextInt(4) == 0;
        return row -> row.set(name, toNull ? null : value);
    }
}
