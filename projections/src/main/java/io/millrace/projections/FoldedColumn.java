package io.millrace.projections;

import io.millrace.projections.ColumnChange.OnPresent.AddThenClamp;
import io.millrace.projections.ColumnChange.Update;
import io.millrace.projections.PlainChange.Operation;
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
    private final Operation operation;
    private long number;
    private @Nullable Object value;
    /** The least and the most that any prefix of the increments adds, with none of them. */
    private long lowest;

    private long highest;

    FoldedColumn(ColumnType type, PlainChange first) {
        this.type = type;
        this.operation = first.operation();
        this.number = first.number();
        this.value = first.value();
        this.lowest = Math.min(0, number);
        this.highest = Math.max(0, number);
    }

    /** Whether the next change can be folded in here: it is of the same operation, and no sum leaves its range. */
    boolean takes(PlainChange next) {
        return next.operation() == operation && (operation != Operation.ADD || canAdd(next));
    }

    private boolean canAdd(PlainChange next) {
        if (value instanceof BigDecimal sum) {
            return isShort(sum) && isShort((BigDecimal) Objects.requireNonNull(next.value()));
        }
        long sum = number + next.number();
        boolean overflows = ((number ^ sum) & (next.number() ^ sum)) < 0;
        return !overflows && (type == ColumnType.BIGINT || sum == (int) sum);
    }

    private static boolean isShort(BigDecimal number) {
        return number.scale() <= FEW_DIGITS && number.precision() <= FEW_DIGITS;
    }

    /** Folds in a change that this {@link #takes}. */
    void fold(PlainChange next) {
        switch (operation) {
            case ADD -> add(next);
            case LEAST -> {
                if (value == null) {
                    number = Math.min(number, next.number());
                } else {
                    value = ValueOrder.least(type, value, Objects.requireNonNull(next.value()));
                }
            }
            case GREATEST -> {
                if (value == null) {
                    number = Math.max(number, next.number());
                } else {
                    value = ValueOrder.greatest(type, value, Objects.requireNonNull(next.value()));
                }
            }
            case FIRST -> {}
            case ASSIGN -> value = next.value();
        }
    }

    private void add(PlainChange next) {
        if (value != null) {
            value = Sums.add(type, value, Objects.requireNonNull(next.value()));
            return;
        }
        number += next.number();
        lowest = Math.min(lowest, number);
        highest = Math.max(highest, number);
    }

    /** What it comes to, in normal form. */
    ColumnChange inFull() {
        if (operation != Operation.ADD || value != null) {
            return new PlainChange(operation, number, value).inFull(type);
        }
        Object sum = PlainChange.boxed(type, number);
        return new Update(
                sum,
                new AddThenClamp(
                        Optional.of(sum),
                        Optional.of(PlainChange.boxed(type, lowest)),
                        Optional.of(PlainChange.boxed(type, highest)),
                        Optional.empty(),
                        Optional.empty()));
    }
}
