package io.millrace.projections;

import io.millrace.projections.ColumnChange.Assign;
import io.millrace.projections.ColumnChange.OnPresent;
import io.millrace.projections.ColumnChange.OnPresent.AddThenClamp;
import io.millrace.projections.ColumnChange.OnPresent.Become;
import io.millrace.projections.ColumnChange.OnPresent.Keep;
import io.millrace.projections.ColumnChange.OnPresent.Merge;
import io.millrace.projections.ColumnChange.Update;
import java.util.Optional;

/**
 * How changes of one column compose and apply.
 *
 * <p>Why this is closed: an {@link Update} never leaves NULL behind, so a second one only sees what is present, and its
 * effect on the first one's {@code onNull} is a constant. On present values, "add, then clamp" is the identity within
 * an interval and a constant on either side of it. Adding moves the interval; another min or max narrows it, or, when it
 * lies wholly outside, leaves one constant.
 */
final class Composition {
    private Composition() {}

    static ColumnChange compose(ColumnChange first, ColumnChange next, ColumnType type) {
        if (next instanceof Assign) {
            return next;
        }
        Update update = (Update) next;
        try {
            if (first instanceof Assign assign) {
                return new Assign(apply(update, assign.value(), type));
            }
            Update before = (Update) first;
            Object onNull = present(update.onPresent(), before.onNull(), type);
            return new Update(onNull, compose(before.onPresent(), update.onPresent(), type));
        } catch (RejectedChangeException e) {
            throw new CannotFoldException(e);
        }
    }

    static Optional<Object> apply(ColumnChange change, Optional<Object> before, ColumnType type) {
        if (change instanceof Assign assign) {
            return assign.value();
        }
        Update update = (Update) change;
        return Optional.of(before.isEmpty() ? update.onNull() : present(update.onPresent(), before.get(), type));
    }

    private static Object present(OnPresent change, Object value, ColumnType type) {
        if (change instanceof Become become) {
            return become.value();
        }
        if (change instanceof AddThenClamp clamp) {
            return clamped(clamp, value, type);
        }
        if (change instanceof Merge merge) {
            return Json.of(merge.patch().applyTo(Optional.of(((Json) value).node())));
        }
        return value;
    }

    private static Object clamped(AddThenClamp change, Object value, ColumnType type) {
        Span.of(change).ifPresent(span -> span.check(value, type));
        Object result = change.add().isEmpty()
                ? value
                : Sums.add(type, value, change.add().get());
        if (change.floor().isPresent()) {
            result = ValueOrder.greatest(type, result, change.floor().get());
        }
        if (change.ceiling().isPresent()) {
            result = ValueOrder.least(type, result, change.ceiling().get());
        }
        return result;
    }

    private static OnPresent compose(OnPresent first, OnPresent next, ColumnType type) {
        if (next instanceof Keep) {
            return first;
        }
        if (first instanceof Keep || next instanceof Become) {
            return next;
        }
        if (first instanceof Become become) {
            return new Become(present(next, become.value(), type));
        }
        if (first instanceof Merge one && next instanceof Merge two) {
            return new Merge(one.patch().then(two.patch()));
        }
        return clamp(add((AddThenClamp) first, (AddThenClamp) next, type), (AddThenClamp) next, type);
    }

    /** The first change with the next one's sum: its interval moves along. */
    private static AddThenClamp add(AddThenClamp first, AddThenClamp next, ColumnType type) {
        if (next.add().isEmpty()) {
            return first;
        }
        Object sum = next.add().get();
        Optional<Span> nextSpan = Span.of(next);
        nextSpan.ifPresent(span -> {
            first.floor().ifPresent(floor -> span.check(floor, type));
            first.ceiling().ifPresent(ceiling -> span.check(ceiling, type));
        });
        Optional<Span> span = Span.after(first, nextSpan, type);
        return new AddThenClamp(
                Optional.of(
                        first.add().isEmpty() ? sum : Sums.add(type, first.add().get(), sum)),
                span.map(Span::lowest),
                span.map(Span::highest),
                first.floor().map(floor -> Sums.add(type, floor, sum)),
                first.ceiling().map(ceiling -> Sums.add(type, ceiling, sum)));
    }

    private static OnPresent clamp(AddThenClamp first, AddThenClamp next, ColumnType type) {
        OnPresent raised =
                next.floor().isEmpty() ? first : raise(first, next.floor().get(), type);
        if (next.ceiling().isEmpty()) {
            return settled(raised, type);
        }
        Object ceiling = next.ceiling().get();
        return raised instanceof Become become
                ? new Become(ValueOrder.least(type, become.value(), ceiling))
                : settled(lower((AddThenClamp) raised, ceiling, type), type);
    }

    private static OnPresent raise(AddThenClamp first, Object floor, ColumnType type) {
        if (first.ceiling().isPresent()
                && ValueOrder.compare(type, first.ceiling().get(), floor) < 0) {
            return new Become(floor);
        }
        Object raised = first.floor()
                .map(before -> ValueOrder.greatest(type, before, floor))
                .orElse(floor);
        return new AddThenClamp(first.add(), first.lowest(), first.highest(), Optional.of(raised), first.ceiling());
    }

    private static OnPresent lower(AddThenClamp first, Object ceiling, ColumnType type) {
        if (first.floor().isPresent() && ValueOrder.compare(type, first.floor().get(), ceiling) > 0) {
            return new Become(ceiling);
        }
        Object lowered = first.ceiling()
                .map(before -> ValueOrder.least(type, before, ceiling))
                .orElse(ceiling);
        return new AddThenClamp(first.add(), first.lowest(), first.highest(), first.floor(), Optional.of(lowered));
    }

    /** An interval of one point is a constant, unless equal values may be written differently. */
    private static OnPresent settled(OnPresent change, ColumnType type) {
        if (type != ColumnType.NUMERIC
                && type != ColumnType.DOUBLE
                && change instanceof AddThenClamp clamp
                && clamp.floor().isPresent()
                && clamp.floor().equals(clamp.ceiling())) {
            return new Become(clamp.floor().get());
        }
        return change;
    }
}
