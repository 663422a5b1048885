package io.millrace.projections;

import io.millrace.projections.ColumnChange.OnPresent.AddThenClamp;
import io.millrace.projections.ColumnChange.Update;
import java.math.BigDecimal;
import java.util.Objects;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * Plain changes of one column, all of one operation, folded in place. What it comes to is what {@link Composition} makes
 * of the same changes. For one thread.
 */
final class FoldedColumn {
    /** Numerics of at most so many digits on either side of the point stay far from their range when added. */
    private static final int FEW_DIGITS = 1_000;

    private final ColumnType type;
    private final PlainOperation operation;
    private final boolean isNumber;
    private long number;
    /** Where it is no number; of merge patches the {@link FoldedPatch}, from the second one on. */
    private @Nullable Object value;
    /** The least and the most that any prefix of the increments adds, with none of them. */
    private long lowest;

    private long highest;

    FoldedColumn(ColumnType type, PlainOperation operation, long number, @Nullable Object value) {
        this.type = type;
        this.operation = operation;
        this.isNumber = operation.takesNumber(type);
        this.number = number;
        this.value = value;
        this.lowest = Math.min(0, number);
        this.highest = Math.max(0, number);
    }

    /** Whether the next change can be folded in here: it is of the same operation, and no sum leaves its range. */
    boolean takes(PlainOperation next, long more, @Nullable Object operand) {
        return next == operation && (operation != PlainOperation.ADD || canAdd(more, operand));
    }

    private boolean canAdd(long more, @Nullable Object operand) {
        return isNumber ? canAdd(more) : isShort(value) && isShort(operand);
    }

    private boolean canAdd(long more) {
        long sum = number + more;
        boolean overflows = ((number ^ sum) & (more ^ sum)) < 0;
        return !overflows && (type == ColumnType.BIGINT || sum == (int) sum);
    }

    /** Whether the next changes, folded, can be folded in here: no sum of the first of them leaves its range either. */
    boolean takes(FoldedColumn next) {
        return next.operation == operation && (operation != PlainOperation.ADD || canAdd(next));
    }

    private boolean canAdd(FoldedColumn next) {
        return isNumber ? canAdd(next.lowest) && canAdd(next.highest) : isShort(value) && isShort(next.value);
    }

    private static boolean isShort(@Nullable Object number) {
        return number instanceof BigDecimal decimal
                && decimal.scale() <= FEW_DIGITS
                && decimal.precision() <= FEW_DIGITS;
    }

    /** Folds in a change if this {@link #takes} it, and says whether it did. */
    boolean foldIfSure(PlainOperation next, long more, @Nullable Object operand) {
        boolean takes = takes(next, more, operand);
        if (takes) {
            fold(more, operand);
        }
        return takes;
    }

    /** Folds in a change that this {@link #takes}. */
    void fold(long more, @Nullable Object operand) {
        if (isNumber) {
            foldNumber(more);
        } else if (operation == PlainOperation.ASSIGN) {
            value = operand;
        } else if (operation != PlainOperation.FIRST) {
            value = folded(Objects.requireNonNull(value), Objects.requireNonNull(operand));
        }
    }

    /** Folds in what this {@link #takes}. */
    void fold(FoldedColumn next) {
        if (operation == PlainOperation.ADD && isNumber) {
            lowest = Math.min(lowest, number + next.lowest);
            highest = Math.max(highest, number + next.highest);
            number += next.number;
        } else {
            fold(next.number, next.value instanceof FoldedPatch patch ? patch.patch() : next.value);
        }
    }

    private void foldNumber(long next) {
        if (operation == PlainOperation.ADD) {
            number += next;
            lowest = Math.min(lowest, number);
            highest = Math.max(highest, number);
        } else {
            number = operation == PlainOperation.LEAST ? Math.min(number, next) : Math.max(number, next);
        }
    }

    private Object folded(Object before, Object next) {
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

    /** What it comes to, in normal form. */
    ColumnChange inFull() {
        if (operation == PlainOperation.ADD && isNumber) {
            Object sum = PlainOperation.boxed(type, number);
            return new Update(
                    sum,
                    new AddThenClamp(
                            Optional.of(sum),
                            Optional.of(PlainOperation.boxed(type, lowest)),
                            Optional.of(PlainOperation.boxed(type, highest)),
                            Optional.empty(),
                            Optional.empty()));
        }
        return operation.inFull(type, number, value instanceof FoldedPatch patch ? patch.patch() : value);
    }
}
