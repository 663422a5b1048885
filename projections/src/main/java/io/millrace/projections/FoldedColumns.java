package io.millrace.projections;

import io.millrace.projections.ColumnChange.OnPresent.AddThenClamp;
import io.millrace.projections.ColumnChange.Update;
import java.math.BigDecimal;
import java.util.Objects;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * Plain changes of a row's columns, for each column all of one operation, folded in place. What they come to is what
 * {@link Composition} makes of the same changes. By the column's place in the read model, in few arrays instead of an object
 * each: the hot path goes from row to row, and each object is somewhere else in memory. For one thread.
 */
final class FoldedColumns {
    /** Numerics of at most so many digits on either side of the point stay far from their range when added. */
    private static final int FEW_DIGITS = 1_000;

    /** For each column its number, and the least and the most that any prefix of the increments adds, with none of them. */
    private static final int PER_COLUMN = 3;

    private static final int LOWEST = 1;
    private static final int HIGHEST = 2;

    private final ReadModel model;
    /** Null where nothing was folded. */
    private final @Nullable PlainOperation[] operations;

    private final long[] numbers;
    /** Where it is no number; of merge patches the {@link FoldedPatch}, from the second one on. Null while all are. */
    private @Nullable Object @Nullable [] values;

    FoldedColumns(ReadModel model) {
        int places = model.columns().size();
        this.model = model;
        this.operations = new PlainOperation[places];
        this.numbers = new long[PER_COLUMN * places];
    }

    boolean isEmpty() {
        for (PlainOperation operation : operations) {
            if (operation != null) {
                return false;
            }
        }
        return true;
    }

    /**
     * Folds in a change if it is sure to fold, and says whether it did.
     *
     * @param mayAdd whether it may be the first one of its column
     */
    boolean foldIfSure(int place, PlainOperation next, long more, @Nullable Object operand, boolean mayAdd) {
        PlainOperation operation = operations[place];
        if (operation == null) {
            if (mayAdd) {
                begin(place, next, more, operand);
            }
            return mayAdd;
        }
        boolean takes = takes(place, next, more, operand);
        if (takes) {
            fold(place, operation, more, operand);
        }
        return takes;
    }

    private void begin(int place, PlainOperation operation, long number, @Nullable Object value) {
        int at = PER_COLUMN * place;
        operations[place] = operation;
        numbers[at] = number;
        numbers[at + LOWEST] = Math.min(0, number);
        numbers[at + HIGHEST] = Math.max(0, number);
        if (value != null) {
            put(place, value);
        }
    }

    private void put(int place, @Nullable Object value) {
        @Nullable Object[] mine = values == null ? new @Nullable Object[operations.length] : values;
        mine[place] = value;
        values = mine;
    }

    private @Nullable Object value(int place) {
        return values == null ? null : values[place];
    }

    /** Whether the next changes can be folded in: each is of its column's operation, and no sum leaves its range. */
    boolean takes(PlainChanges next, boolean mayAdd) {
        for (int place = 0; place < operations.length; place++) {
            PlainOperation more = next.operation(place);
            boolean takes = more == null
                    || (operations[place] == null ? mayAdd : takes(place, more, next.number(place), next.value(place)));
            if (!takes) {
                return false;
            }
        }
        return true;
    }

    private boolean takes(int place, PlainOperation next, long more, @Nullable Object operand) {
        return operations[place] == next && (next != PlainOperation.ADD || canAdd(place, more, operand));
    }

    /** The same with changes that were folded: no sum of the first of them leaves its range either. */
    boolean takes(FoldedColumns next, boolean mayAdd) {
        for (int place = 0; place < operations.length; place++) {
            PlainOperation more = next.operations[place];
            boolean takes = more == null || (operations[place] == null ? mayAdd : takes(place, more, next));
            if (!takes) {
                return false;
            }
        }
        return true;
    }

    private boolean takes(int place, PlainOperation more, FoldedColumns next) {
        return operations[place] == more && (more != PlainOperation.ADD || canAdd(place, next));
    }

    private boolean isNumber(int place, PlainOperation operation) {
        return operation.takesNumber(model.typeAt(place));
    }

    private boolean canAdd(int place, long more, @Nullable Object operand) {
        return isNumber(place, PlainOperation.ADD) ? canAdd(place, more) : isShort(value(place)) && isShort(operand);
    }

    private boolean canAdd(int place, long more) {
        long number = numbers[PER_COLUMN * place];
        long sum = number + more;
        boolean overflows = ((number ^ sum) & (more ^ sum)) < 0;
        return !overflows && (model.typeAt(place) == ColumnType.BIGINT || sum == (int) sum);
    }

    private boolean canAdd(int place, FoldedColumns next) {
        int at = PER_COLUMN * place;
        return isNumber(place, PlainOperation.ADD)
                ? canAdd(place, next.numbers[at + LOWEST]) && canAdd(place, next.numbers[at + HIGHEST])
                : isShort(value(place)) && isShort(next.value(place));
    }

    private static boolean isShort(@Nullable Object number) {
        return number instanceof BigDecimal decimal
                && decimal.scale() <= FEW_DIGITS
                && decimal.precision() <= FEW_DIGITS;
    }

    /** Folds in changes that these take. */
    void fold(PlainChanges next) {
        for (int place = 0; place < operations.length; place++) {
            PlainOperation more = next.operation(place);
            PlainOperation operation = operations[place];
            if (more != null && operation == null) {
                begin(place, more, next.number(place), next.value(place));
            } else if (more != null && operation != null) {
                fold(place, operation, next.number(place), next.value(place));
            }
        }
    }

    /** Folds in what these take, of the changes that come next. */
    void fold(FoldedColumns next) {
        for (int place = 0; place < operations.length; place++) {
            PlainOperation more = next.operations[place];
            PlainOperation operation = operations[place];
            if (more != null && operation == null) {
                System.arraycopy(next.numbers, PER_COLUMN * place, numbers, PER_COLUMN * place, PER_COLUMN);
                operations[place] = more;
                if (next.values != null) {
                    put(place, next.value(place));
                }
            } else if (more != null && operation != null) {
                fold(place, operation, next);
            }
        }
    }

    private void fold(int place, PlainOperation operation, FoldedColumns next) {
        int at = PER_COLUMN * place;
        if (operation == PlainOperation.ADD && isNumber(place, operation)) {
            numbers[at + LOWEST] = Math.min(numbers[at + LOWEST], numbers[at] + next.numbers[at + LOWEST]);
            numbers[at + HIGHEST] = Math.max(numbers[at + HIGHEST], numbers[at] + next.numbers[at + HIGHEST]);
            numbers[at] += next.numbers[at];
        } else {
            fold(
                    place,
                    operation,
                    next.numbers[at],
                    next.value(place) instanceof FoldedPatch patch ? patch.patch() : next.value(place));
        }
    }

    private void fold(int place, PlainOperation operation, long more, @Nullable Object operand) {
        if (isNumber(place, operation)) {
            foldNumber(PER_COLUMN * place, operation, more);
        } else if (operation == PlainOperation.ASSIGN) {
            put(place, operand);
        } else if (operation != PlainOperation.FIRST) {
            put(
                    place,
                    folded(
                            model.typeAt(place),
                            operation,
                            Objects.requireNonNull(value(place)),
                            Objects.requireNonNull(operand)));
        }
    }

    private void foldNumber(int at, PlainOperation operation, long next) {
        if (operation == PlainOperation.ADD) {
            long sum = numbers[at] + next;
            numbers[at] = sum;
            numbers[at + LOWEST] = Math.min(numbers[at + LOWEST], sum);
            numbers[at + HIGHEST] = Math.max(numbers[at + HIGHEST], sum);
        } else {
            numbers[at] = operation == PlainOperation.LEAST ? Math.min(numbers[at], next) : Math.max(numbers[at], next);
        }
    }

    private static Object folded(ColumnType type, PlainOperation operation, Object before, Object next) {
        return switch (operation) {
            case ADD -> Sums.add(type, before, next);
            case LEAST -> ValueOrder.least(type, before, next);
            case GREATEST -> ValueOrder.greatest(type, before, next);
            default -> merged(before, (MergePatch.Merge) next);
        };
    }

    private static FoldedPatch merged(Object before, MergePatch.Merge next) {
        FoldedPatch patch = before instanceof FoldedPatch folded ? folded : new FoldedPatch((MergePatch.Merge) before);
        patch.fold(next);
        return patch;
    }

    /** What they come to, in normal form. */
    ColumnChanges inFull() {
        return ColumnChanges.of(model, this::inFull);
    }

    private @Nullable ColumnChange inFull(int place) {
        PlainOperation operation = operations[place];
        if (operation == null) {
            return null;
        }
        ColumnType type = model.typeAt(place);
        int at = PER_COLUMN * place;
        if (operation == PlainOperation.ADD && isNumber(place, operation)) {
            Object sum = PlainOperation.boxed(type, numbers[at]);
            return new Update(
                    sum,
                    new AddThenClamp(
                            Optional.of(sum),
                            Optional.of(PlainOperation.boxed(type, numbers[at + LOWEST])),
                            Optional.of(PlainOperation.boxed(type, numbers[at + HIGHEST])),
                            Optional.empty(),
                            Optional.empty()));
        }
        return operation.inFull(
                type, numbers[at], value(place) instanceof FoldedPatch patch ? patch.patch() : value(place));
    }
}
