package io.millrace.projections;

import java.math.BigDecimal;

/** Addition as PostgreSQL does it, type by type. */
final class Sums {
    /** What PostgreSQL's numeric holds before and after the decimal point (its manual, 8.1.2). */
    static final int MAX_INTEGER_DIGITS = 131_072;

    static final int MAX_SCALE = 16_383;

    private Sums() {}

    static Object add(ColumnType type, Object one, Object other) {
        try {
            return switch (type) {
                case INTEGER -> Math.addExact((int) one, (int) other);
                case BIGINT -> Math.addExact((long) one, (long) other);
                case NUMERIC -> inRange(((BigDecimal) one).add((BigDecimal) other));
                default -> throw new IllegalArgumentException("expected a type that can be added: type=" + type);
            };
        } catch (ArithmeticException e) {
            throw RejectedChangeException.outOfRange(type, one + " + " + other, e);
        }
    }

    static Object zero(ColumnType type) {
        return switch (type) {
            case INTEGER -> 0;
            case BIGINT -> 0L;
            case NUMERIC -> BigDecimal.ZERO;
            default -> throw new IllegalArgumentException("expected a type that can be added: type=" + type);
        };
    }

    static boolean fitsNumeric(BigDecimal value) {
        return value.scale() <= MAX_SCALE && (long) value.precision() - value.scale() <= MAX_INTEGER_DIGITS;
    }

    private static BigDecimal inRange(BigDecimal sum) {
        if (!fitsNumeric(sum)) {
            throw new ArithmeticException("numeric overflow");
        }
        return sum;
    }
}
