package io.millrace.projections;

import java.util.Objects;
import java.util.Optional;

/**
 * What happens to one column, in normal form: a function of what is there. Every operation that a handler can ask for
 * (set, increment, min, max, set-if-absent, merge) is one of these two, and so is every composition of them.
 *
 * <p>Values are normalised to {@link ColumnType#valueType()}.
 */
public sealed interface ColumnChange {

    /** The column becomes this value, whatever it was; empty is SQL NULL. */
    record Assign(Optional<Object> value) implements ColumnChange {
        public Assign {
            Objects.requireNonNull(value, "value");
        }
    }

    /**
     * NULL becomes {@code onNull}; anything else goes through {@code onPresent}. An absent row's column is its default
     * if it has one, else NULL.
     */
    record Update(Object onNull, OnPresent onPresent) implements ColumnChange {
        public Update {
            Objects.requireNonNull(onNull, "onNull");
            Objects.requireNonNull(onPresent, "onPresent");
        }

        /** Whether it is a merge patch alone: NULL becomes what the patch makes of an empty object. */
        public boolean isPatch() {
            return onPresent instanceof OnPresent.Merge merge
                    && onNull instanceof Json document
                    && document.isMadeBy(merge.patch());
        }
    }

    /** What happens to a value that is there. */
    sealed interface OnPresent {

        /** Nothing: the first one wins. */
        record Keep() implements OnPresent {}

        /** It becomes this value. What a min and a later, greater max come to. */
        record Become(Object value) implements OnPresent {
            public Become {
                Objects.requireNonNull(value, "value");
            }
        }

        /**
         * {@code LEAST(GREATEST(x + add, floor), ceiling)}; where one of the three is empty, its step is left out.
         * Floor and ceiling never cross: {@code floor <= ceiling}. Of equal values that are written differently (1.0
         * and 1.00, 0 and -0) the first argument is kept, as PostgreSQL's LEAST and GREATEST do.
         *
         * @param add empty if nothing is added
         * @param lowest for integer and bigint with an {@code add}, else empty: the least that any prefix of the
         *     composed increments adds, at most 0
         * @param highest likewise: the most that any prefix of them adds, at least 0. If x + lowest or x + highest
         *     leaves the type's range, the increments must be redone one at a time, for one of them may have failed
         */
        record AddThenClamp(
                Optional<Object> add,
                Optional<Object> lowest,
                Optional<Object> highest,
                Optional<Object> floor,
                Optional<Object> ceiling)
                implements OnPresent {}

        /** A composed merge patch; what is no object counts as <code>{}</code>. */
        record Merge(MergePatch.Merge patch) implements OnPresent {
            public Merge {
                Objects.requireNonNull(patch, "patch");
            }
        }
    }

    /**
     * This change and then the next, as one.
     *
     * @throws CannotFoldException if a number that they come to leaves the type's range
     */
    default ColumnChange then(ColumnChange next, ColumnType type) {
        return Composition.compose(this, next, type);
    }

    /**
     * What the column holds afterwards; empty is SQL NULL.
     *
     * @throws RejectedChangeException if a sum on the way there leaves the type's range
     */
    default Optional<Object> applyTo(Optional<Object> before, ColumnType type) {
        return Composition.apply(this, before, type);
    }
}
