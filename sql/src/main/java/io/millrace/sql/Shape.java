package io.millrace.sql;

import io.millrace.projections.Column;
import io.millrace.projections.ColumnChange;
import io.millrace.projections.ColumnChange.OnPresent.AddThenClamp;
import io.millrace.projections.ColumnChange.OnPresent.Become;
import io.millrace.projections.ColumnChange.OnPresent.Keep;
import io.millrace.projections.ColumnChange.OnPresent.Merge;
import io.millrace.projections.ColumnType;
import io.millrace.projections.ReadModel;
import io.millrace.projections.RowChange;
import java.math.BigDecimal;
import java.util.ArrayList;
import java.util.BitSet;
import java.util.Collections;
import java.util.List;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * The shape of a row's change: how each column of its table is written. Rows of one shape go out in one statement.
 *
 * @param forms one per column that is no key, in the table's order
 */
record Shape(List<ColumnForm> forms) {
    Shape {
        forms = List.copyOf(forms);
    }

    /**
     * @param exactly whether old numbers may be near the ends of their ranges
     */
    static Shape of(ReadModel table, RowChange change, boolean exactly) {
        List<ColumnForm> forms = new ArrayList<>(table.columns().size());
        for (Column column : table.columns()) {
            forms.add(formOf(column, change.columns().get(column.name()), exactly));
        }
        return new Shape(forms);
    }

    /**
     * Whether this is the shape of a change, with the guarded form where this says so. Most rows of a batch have the one of
     * the row before.
     */
    boolean isOf(ReadModel table, RowChange change, boolean exactly, BitSet guarded) {
        for (int i = 0; i < forms.size(); i++) {
            Column column = table.columns().get(i);
            ColumnForm form = formOf(column, change.columns().get(column.name()), exactly);
            if (guarding(form, i, guarded) != forms.get(i)) {
                return false;
            }
        }
        return true;
    }

    private static ColumnForm guarding(ColumnForm form, int place, BitSet guarded) {
        return form == ColumnForm.ADD && guarded.get(place) ? ColumnForm.ADD_GUARDED : form;
    }

    /** The same, with the guarded form where a column is added to, if this says so. */
    Shape guarding(BitSet guarded) {
        List<ColumnForm> wider = new ArrayList<>(forms);
        for (int i = guarded.nextSetBit(0); i >= 0; i = guarded.nextSetBit(i + 1)) {
            wider.set(i, guarding(wider.get(i), i, guarded));
        }
        return new Shape(wider);
    }

    /** Adds the columns that are guarded. */
    void addGuarded(BitSet guarded) {
        for (int i = 0; i < forms.size(); i++) {
            if (forms.get(i) == ColumnForm.ADD_GUARDED) {
                guarded.set(i);
            }
        }
    }

    /** The shape that every change of the table has: each column says row by row what happens to it. */
    static Shape mixed(ReadModel table) {
        return new Shape(Collections.nCopies(table.columns().size(), ColumnForm.MIXED));
    }

    /**
     * Whether the statement joins the old rows. {@code excluded} holds one value, but an absent and an existing row can
     * need different ones: a default and an operation that reads it; and a new row's NULL in a not-null column that is
     * not mentioned would be refused before the conflict with the existing row is seen.
     */
    boolean joinsOldRows(ReadModel table) {
        for (int i = 0; i < forms.size(); i++) {
            Column column = table.columns().get(i);
            ColumnForm form = forms.get(i);
            boolean hasDefault = column.defaultValue().isPresent();
            if (form.needsOldRow()
                    || (form.readsDefault() && hasDefault && !(form.adds() && isPlainZero(column)))
                    || (form == ColumnForm.UNTOUCHED && !column.nullable() && !hasDefault)) {
                return true;
            }
        }
        return false;
    }

    private static ColumnForm formOf(Column column, @Nullable ColumnChange change, boolean exactly) {
        if (change == null) {
            return ColumnForm.UNTOUCHED;
        }
        if (!(change instanceof ColumnChange.Update update)) {
            return ColumnForm.ASSIGN;
        }
        if (update.onPresent() instanceof Keep) {
            return ColumnForm.FIRST;
        }
        if (update.onPresent() instanceof Become become) {
            return become.value().equals(update.onNull()) ? ColumnForm.ASSIGN : ColumnForm.BECOME;
        }
        if (update.onPresent() instanceof Merge) {
            return update.isPatch() ? ColumnForm.PATCH : ColumnForm.MERGE;
        }
        return formOf(column.type(), update.onNull(), (AddThenClamp) update.onPresent(), exactly);
    }

    private static ColumnForm formOf(ColumnType type, Object onNull, AddThenClamp clamp, boolean exactly) {
        if (clamp.add().isPresent()) { // also if it is 0.00: adding that shows in numeric's decimal places
            boolean adds = clamp.floor().isEmpty()
                    && clamp.ceiling().isEmpty()
                    && clamp.add().equals(Optional.of(onNull));
            return adds ? addition(type, clamp, exactly) : ColumnForm.CLAMP;
        }
        if (clamp.ceiling().isEmpty() && clamp.floor().equals(Optional.of(onNull))) {
            return ColumnForm.GREATEST;
        }
        boolean least = clamp.floor().isEmpty() && clamp.ceiling().equals(Optional.of(onNull));
        return least ? ColumnForm.LEAST : ColumnForm.CLAMP;
    }

    private static ColumnForm addition(ColumnType type, AddThenClamp sum, boolean exactly) {
        if (isBetween(sum.lowest(), sum.add()) && isBetween(sum.highest(), sum.add())) {
            return ColumnForm.ADD;
        }
        SafeRange safe = SafeRange.of(type);
        boolean guardable = !exactly
                && (sum.lowest().isEmpty() || safe.contains(sum.lowest().get()))
                && (sum.highest().isEmpty() || safe.contains(sum.highest().get()));
        return guardable ? ColumnForm.ADD_GUARDED : ColumnForm.CLAMP;
    }

    /** Whether a sum on the way is where the way begins or ends, so that adding all at once fails where a part would. */
    private static boolean isBetween(Optional<Object> extreme, Optional<Object> end) {
        return isZero(extreme) || extreme.equals(end);
    }

    /** A default of 0 adds nothing, not even decimal places: NULL, 0 and an absent row become the same. */
    private static boolean isPlainZero(Column column) {
        return isZero(column.defaultValue())
                && !(column.defaultValue().get() instanceof BigDecimal decimal && decimal.scale() > 0);
    }

    private static boolean isZero(Optional<Object> number) {
        if (number.isEmpty()) {
            return true;
        }
        return number.get() instanceof BigDecimal decimal
                ? decimal.signum() == 0
                : number.get() instanceof Number whole && whole.longValue() == 0;
    }
}
