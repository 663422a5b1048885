package io.millrace.projections;

import java.util.Optional;

/**
 * What happens to one column, in normal form: a function of what is there. Every operation that a handler can ask for
 * (set, increment, min, max, set-if-absent, merge) is one of these two, and so is every composition of them.
 *
 * <p>Values are normalised to {@link ColumnType#valueType()}.
 */
public sealed interface ColumnChange {

    /** The column becomes this value, whatever it was; empty is SQL NULL. */
    record Assign(Optional<Object> value) implements ColumnChange {}

    /**
     * NULL becomes {@code onNull}; anything else goes through {@code onPresent}. An absent row's column is its default
     * if it has one, else NULL.
     */
    record Update(Object onNull, OnPresent onPresent) implements ColumnChange {}

    /** What happens to a value that is there. */
    sealed interface OnPresent {

        /** Nothing: the first one wins. */
        record Keep() implements OnPresent {}

        /**
         * {@code min(max(x + add, floor), ceiling)}; where floor or ceiling is missing, that step is. {@code add} is
         * zero for types that are only compared.
         *
         * @param lowest the least that any prefix of the composed increments adds, at most 0
         * @param highest the most that any prefix of them adds, at least 0; if x + lowest or x + highest leaves the
         *     type's range, the increments must be redone one at a time, for one of them may have failed
         */
        record AddThenClamp(
                Optional<Object> add,
                Optional<Object> lowest,
                Optional<Object> highest,
                Optional<Object> floor,
                Optional<Object> ceiling)
                implements OnPresent {}

        /** A composed merge patch. */
        record Merge(MergePatch patch) implements OnPresent {}
    }
}
