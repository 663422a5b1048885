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

    FoldedColumn(ColumnType type, PlainOperation operation, PlainChanges first, int place) {
        this.type = type;
        this.operation = operation;
        this.isNumber = operation.takesNumber(type);
        this.number = first.number(place);
        this.value = first.value(place);
        this.lowest = Math.min(0, number);
        this.highest = Math.max(0, number);
    }

    /** Whether the next change can be folded in here: it is of the same operation, and no sum leaves its range. */
    boolean takes(PlainOperation next, PlainChanges changes, int place) {
        return next == operation && (operation != PlainOperation.ADD || canAdd(changes, place));
    }

    private boolean canAdd(PlainChanges next, int place) {
        if (!isNumber) {
            return isShort(value) && isShort(next.value(place));
        }
        long more = next.number(place);
        long sum = number + more;
        boolean overflows = ((number ^ sum) & (more ^ sum)) < 0;
        return !overflows && (type == ColumnType.BIGINT || sum == (int) sum);
    }

    private static boolean isShort(@Nullable Object number) {
        return number instanceof BigDecimal decimal
                && decimal.scale() <= FEW_DIGITS
                && decimal.precision() <= FEW_DIGITS;
    }

    /** Folds in a change that this {@link #takes}. */
    void fold(PlainChanges next, int place) {
        if (isNumber) {
            foldNumber(next.number(place));
        } else if (operation == PlainOperation.ASSIGN) {
            value = next.value(place);
        } else if (operation != PlainOperation.FIRST) {
            value = folded(Objects.requireNonNull(value), Objects.requireNonNull(next.value(place)));
        }
    }

    private void foldNumber(long next) {
        switch (operation) {
            case ADD -> {
                number += next;
                lowest = Math.min(lowest, number);
                highest = Math.max(highest, number);
            }
            case LEAST -> number = Math.min(number, next);
            default -> number = Math.max(number, next);
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
