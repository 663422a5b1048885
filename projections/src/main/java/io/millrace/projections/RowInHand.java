package io.millrace.projections;

import org.jspecify.annotations.Nullable;

/** What a handler's {@link Row} hands its operations to, once they are checked. For one thread. */
interface RowInHand {
    /**
     * An operation on one column.
     *
     * @param number the operand, where the operation takes one for this column's type
     * @param value normalised, where it does not
     */
    void change(int place, PlainOperation operation, long number, @Nullable Object value);

    void delete();
}
