package io.millrace.sql;

import io.millrace.projections.ColumnType;
import java.math.BigDecimal;

/**
 * The middle of a number type's range: whatever is in it, plus whatever else is in it, does not leave the type's range.
 * Where a row's old value and the extremes of its increments are in it, the increments can be added as one.
 */
record SafeRange(long lowest, long highest) {
    private static final SafeRange BIGINT = new SafeRange(-(1L << 62), (1L << 62) - 1);
    private static final SafeRange INTEGER = new SafeRange(-(1L << 30), (1L << 30) - 1);
    /** Numeric ends at 131,072 digits. */
    private static final SafeRange NUMERIC = new SafeRange(-1_000_000_000_000_000_000L, 1_000_000_000_000_000_000L);

    static SafeRange of(ColumnType type) {
        return switch (type) {
            case BIGINT -> BIGINT;
            case INTEGER -> INTEGER;
            case NUMERIC -> NUMERIC;
            default -> throw new IllegalArgumentException("expected a type that can be added: type=" + type);
        };
    }

    boolean contains(Object number) {
        if (number instanceof BigDecimal decimal) {
            return BigDecimal.valueOf(lowest).compareTo(decimal) <= 0
                    && decimal.compareTo(BigDecimal.valueOf(highest)) <= 0;
        }
        long whole = ((Number) number).longValue();
        return lowest <= whole && whole <= highest;
    }

    /** Its ends, as they stand after {@code BETWEEN}; cast, so that nothing is compared in another type. */
    String ends(ColumnType type) {
        return "'" + lowest + "'::" + type.sqlName() + " AND '" + highest + "'::" + type.sqlName();
    }
}
