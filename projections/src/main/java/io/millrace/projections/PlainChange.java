package io.millrace.projections;

import io.millrace.projections.ColumnChange.Assign;
import io.millrace.projections.ColumnChange.OnPresent.Keep;
import io.millrace.projections.ColumnChange.Update;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * One operation on one column, before it is brought into normal form: what the hot path folds with its like by a single
 * comparison or addition. Immutable.
 *
 * @param number what integers and bigints are added or compared with; else means nothing
 * @param value the value, normalised, where it is not the number; null else, and for SQL NULL
 */
record PlainChange(
        Operation operation, long number, @Nullable Object value) {

    enum Operation {
        ADD,
        LEAST,
        GREATEST,
        /** The first one wins. */
        FIRST,
        ASSIGN
    }

    /** @param value normalised */
    static PlainChange of(Operation operation, ColumnType type, Object value) {
        return isNumber(operation, type)
                ? new PlainChange(operation, ((Number) value).longValue(), null)
                : new PlainChange(operation, 0, value);
    }

    static PlainChange assign(@Nullable Object value) {
        return new PlainChange(Operation.ASSIGN, 0, value);
    }

    static boolean isNumber(Operation operation, ColumnType type) {
        return (type == ColumnType.BIGINT || type == ColumnType.INTEGER)
                && operation != Operation.FIRST
                && operation != Operation.ASSIGN;
    }

    /** In normal form. */
    ColumnChange inFull(ColumnType type) {
        if (operation == Operation.ASSIGN) {
            return new Assign(Optional.ofNullable(value));
        }
        Object operand = value == null ? boxed(type, number) : value;
        return switch (operation) {
            case ADD -> Operations.increment(type, operand);
            case LEAST -> Operations.min(operand);
            case GREATEST -> Operations.max(operand);
            default -> new Update(operand, new Keep());
        };
    }

    static Object boxed(ColumnType type, long number) {
        if (type == ColumnType.INTEGER) {
            return (int) number;
        }
        return number;
    }
}
