package io.millrace.projections;

import io.millrace.projections.ColumnChange.Assign;
import io.millrace.projections.ColumnChange.OnPresent.AddThenClamp;
import io.millrace.projections.ColumnChange.Update;
import java.util.HashMap;
import java.util.Map;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * Failures of single changes that a fold of them would hide, and how they are kept in mind.
 *
 * <p>An increment may overflow, and a change that leaves a not-null column without a value fails where there is no row. One
 * at a time, PostgreSQL refuses either. Folded, a later set or delete would cover it up, and the outcome would depend on
 * how the history was cut into batches. So whatever a fold covers up goes into its {@link Precondition}. Where the first
 * change leaves constants behind, the second is checked against them at once.
 */
final class HiddenFailures {
    private HiddenFailures() {}

    /** Whether the change fails on an absent row: a not-null column would be left without a value. */
    static boolean needsRow(RowChange change, ReadModel model) {
        return change.precondition().rowExists()
                || (!model.required().isEmpty()
                        && !change.deleteFirst()
                        && !change.columns().isEmpty()
                        && !change.columns().keySet().containsAll(model.required()));
    }

    static Precondition of(RowChange first, RowChange next, RowChange folded, ReadModel model) {
        boolean rowExists = needsRow(first, model) && !needsRow(folded, model);
        Map<String, Span> hidden = hiddenSums(first, next, folded, model);
        return rowExists || !hidden.isEmpty() ? new Precondition(rowExists, hidden) : Precondition.NONE;
    }

    private static Map<String, Span> hiddenSums(RowChange first, RowChange next, RowChange folded, ReadModel model) {
        Map<String, Span> earlier = first.precondition().sums();
        Map<String, Span> later = next.precondition().sums();
        Map<String, Span> hidden = earlier.isEmpty() ? Map.of() : new HashMap<>(earlier);
        for (Column column : model.summable()) {
            String name = column.name();
            ColumnChange before = first.columns().get(name);
            ColumnChange after = next.columns().get(name);
            boolean sums = before != null && (carriesSum(before) || carriesSum(after));
            if (later.containsKey(name) || (sums && !carriesSum(folded.columns().get(name)))) {
                hidden = hidden.isEmpty() ? new HashMap<>() : hidden;
                hide(hidden, first, next, column);
            }
        }
        return hidden;
    }

    private static boolean carriesSum(@Nullable ColumnChange change) {
        return change instanceof Update update
                && update.onPresent() instanceof AddThenClamp clamp
                && clamp.lowest().isPresent();
    }

    /** Notes how far both changes together add to what was there before the first. */
    private static void hide(Map<String, Span> sums, RowChange first, RowChange next, Column column) {
        String name = column.name();
        ColumnChange before = first.columns().get(name);
        Optional<Span> further = Optional.ofNullable(next.precondition().sums().get(name))
                .or(() -> next.column(name).flatMap(Span::of));
        further.ifPresent(span -> checkConstants(span, first, column));
        Optional<Span> reach = further;
        if (before != null) {
            reach = before instanceof Update update
                    ? Span.after(update.onPresent(), further, column.type())
                    : Optional.empty();
        } else if (first.deleteFirst()) {
            reach = Optional.empty();
        }
        reach.filter(span -> !span.isZero(column.type())).ifPresent(span -> {
            column.defaultValue().ifPresent(value -> span.check(value, column.type()));
            sums.put(name, span);
        });
    }

    /** What the first change makes of a column, where that is a constant, must be able to take the increments. */
    private static void checkConstants(Span span, RowChange first, Column column) {
        ColumnChange before = first.columns().get(column.name());
        if (before instanceof Update update) {
            span.check(update.onNull(), column.type());
            if (update.onPresent() instanceof AddThenClamp clamp) {
                clamp.floor().ifPresent(floor -> span.check(floor, column.type()));
                clamp.ceiling().ifPresent(ceiling -> span.check(ceiling, column.type()));
            } else if (update.onPresent() instanceof ColumnChange.OnPresent.Become become) {
                span.check(become.value(), column.type());
            }
        } else if (before instanceof Assign assign) {
            assign.value().ifPresent(value -> span.check(value, column.type()));
        } else if (first.deleteFirst()) {
            column.defaultValue().ifPresent(value -> span.check(value, column.type()));
        }
    }

    static void check(Precondition precondition, Optional<Map<String, Object>> row, ReadModel model) {
        if (precondition.rowExists() && row.isEmpty()) {
            throw new RejectedChangeException(
                    RejectedChangeException.NOT_NULL,
                    "expected a value for each not-null column of a new row: table=" + model.table() + ", columns="
                            + model.required());
        }
        Map<String, Object> values = row.orElseGet(model::defaults);
        precondition
                .sums()
                .forEach((name, span) -> Optional.ofNullable(values.get(name))
                        .ifPresent(value -> span.check(value, model.column(name).type())));
    }
}
