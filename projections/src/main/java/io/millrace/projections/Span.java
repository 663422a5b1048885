package io.millrace.projections;

import io.millrace.projections.ColumnChange.OnPresent;
import io.millrace.projections.ColumnChange.OnPresent.AddThenClamp;
import io.millrace.projections.ColumnChange.OnPresent.Keep;
import io.millrace.projections.ColumnChange.Update;
import java.util.Objects;
import java.util.Optional;

/**
 * How far composed increments of an integer or bigint go on their way: for a value x that was there before, both
 * {@code x + lowest} and {@code x + highest} must be within the type's range, or one of the increments may have failed.
 *
 * @param lowest the least that any prefix of the increments adds, at most 0
 * @param highest the most that any prefix of them adds, at least 0
 */
public record Span(Object lowest, Object highest) {
    public Span {
        Objects.requireNonNull(lowest, "lowest");
        Objects.requireNonNull(highest, "highest");
    }

    static Optional<Span> of(AddThenClamp change) {
        return change.lowest().isEmpty()
                ? Optional.empty()
                : Optional.of(new Span(change.lowest().get(), change.highest().orElseThrow()));
    }

    static Optional<Span> of(ColumnChange change) {
        return change instanceof Update update && update.onPresent() instanceof AddThenClamp clamp
                ? of(clamp)
                : Optional.empty();
    }

    /** The span of the first change and of what is added after it, both seen from before the first. */
    static Optional<Span> after(OnPresent first, Optional<Span> next, ColumnType type) {
        if (first instanceof Keep) {
            return next;
        }
        if (!(first instanceof AddThenClamp clamp)) {
            return Optional.empty();
        }
        Optional<Span> span = of(clamp);
        if (next.isEmpty()) {
            return span;
        }
        Object zero = Sums.zero(type);
        return Optional.of(span.orElse(new Span(zero, zero))
                .union(next.get().shift(clamp.add().orElse(zero), type), type));
    }

    /** Throws if a value cannot take these increments one at a time. */
    void check(Object value, ColumnType type) {
        Sums.add(type, value, lowest);
        Sums.add(type, value, highest);
    }

    boolean isZero(ColumnType type) {
        Object zero = Sums.zero(type);
        return lowest.equals(zero) && highest.equals(zero);
    }

    private Span shift(Object by, ColumnType type) {
        return new Span(Sums.add(type, lowest, by), Sums.add(type, highest, by));
    }

    private Span union(Span other, ColumnType type) {
        return new Span(
                ValueOrder.least(type, lowest, other.lowest), ValueOrder.greatest(type, highest, other.highest));
    }
}
