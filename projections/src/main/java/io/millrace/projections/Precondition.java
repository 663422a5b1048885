package io.millrace.projections;

import java.util.Map;
import java.util.Objects;

/**
 * What must hold of a row before a folded change, although the change itself would not notice: one of the changes that
 * it was folded from would have failed, and a later one hides that. Whoever applies the change checks it first, so that
 * the outcome is that of one at a time.
 *
 * @param rowExists the row must be there: one of the changes gave no value for a not-null column without a default, and
 *     later ones do, or delete the row
 * @param sums by column: increments whose result a later change overwrites; a value that is there must be able to take
 *     them. Of increments that are not hidden {@link ColumnChange.OnPresent.AddThenClamp} tells itself. May be wider
 *     than needed, more so in one bracketing of the folds than in another: a value that is found to be unable is a
 *     reason to redo the events one at a time
 */
public record Precondition(boolean rowExists, Map<String, Span> sums) {
    /** Nothing is asked of the row. */
    public static final Precondition NONE = new Precondition(false, Map.of());

    public Precondition {
        Objects.requireNonNull(sums, "sums");
        sums = Map.copyOf(sums);
    }

    public boolean isNone() {
        return !rowExists && sums.isEmpty();
    }
}
