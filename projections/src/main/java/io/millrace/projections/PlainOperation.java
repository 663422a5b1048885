package io.millrace.projections;

import io.millrace.projections.ColumnChange.Assign;
import io.millrace.projections.ColumnChange.OnPresent.Keep;
import io.millrace.projections.ColumnChange.Update;
import java.util.Objects;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * What the hot path folds with its like by a single comparison, addition or look-up, before it is brought into normal form.
 * Its operand is a number where integers and bigints are added or compared, else an object: a normalised value, null for
 * SQL NULL; a {@link MergePatch.Merge} for a merge.
 */
enum PlainOperation {
    ADD,
    LEAST,
    GREATEST,
    /** The first one wins. */
    FIRST,
    ASSIGN,
    MERGE;

    /** Whether its operand is a number. */
    boolean takesNumber(ColumnType type) {
        return (type == ColumnType.BIGINT || type == ColumnType.INTEGER)
                && (this == ADD || this == LEAST || this == GREATEST);
    }

    /** In normal form. */
    ColumnChange inFull(ColumnType type, long number, @Nullable Object value) {
        if (this == ASSIGN) {
            return new Assign(Optional.ofNullable(value));
        }
        Object operand = takesNumber(type) ? boxed(type, number) : Objects.requireNonNull(value);
        return switch (this) {
            case ADD -> Operations.increment(type, operand);
            case LEAST -> Operations.min(operand);
            case GREATEST -> Operations.max(operand);
            case MERGE -> Operations.merge((MergePatch.Merge) operand);
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
