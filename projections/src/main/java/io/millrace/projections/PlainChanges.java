package io.millrace.projections;

import java.util.AbstractMap;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * The changes of a row's columns by one event, where there is at most one plain one for each; to all but the fold they are
 * what they come to in normal form. By the column's place in the read model, numbers unboxed. Immutable, once its handler
 * has returned.
 */
final class PlainChanges extends AbstractMap<String, ColumnChange> {
    private final ReadModel model;
    private final @Nullable PlainOperation[] operations;
    private final long[] numbers;
    /** Null while all operands are numbers. */
    private @Nullable Object @Nullable [] values;
    /** What all come to; made when first asked for. Any thread's is as good as another's. */
    private @Nullable ColumnChanges inFull;

    PlainChanges(ReadModel model) {
        this.model = model;
        int places = model.columns().size();
        this.operations = new PlainOperation[places];
        this.numbers = new long[places];
    }

    /** How many places there are, columns that are left alone included. */
    int places() {
        return operations.length;
    }

    /** What happens to the column at this place; null if it is left alone. */
    @Nullable
    PlainOperation operation(int place) {
        return operations[place];
    }

    /** The operand, where it is a number. */
    long number(int place) {
        return numbers[place];
    }

    /** The operand, where it is none. */
    @Nullable
    Object value(int place) {
        return values == null ? null : values[place];
    }

    /** While the handler runs; a column that is left alone so far. */
    void put(int place, PlainOperation operation, long number, @Nullable Object value) {
        operations[place] = operation;
        numbers[place] = number;
        if (value != null) {
            @Nullable Object[] operands = values == null ? new @Nullable Object[operations.length] : values;
            operands[place] = value;
            values = operands;
        }
    }

    ColumnChanges inFull() {
        ColumnChanges all = inFull;
        if (all == null) {
            all = ColumnChanges.of(model, this::inFull);
            inFull = all;
        }
        return all;
    }

    private @Nullable ColumnChange inFull(int place) {
        PlainOperation operation = operations[place];
        return operation == null ? null : operation.inFull(model.typeAt(place), numbers[place], value(place));
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
