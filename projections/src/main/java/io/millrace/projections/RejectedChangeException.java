package io.millrace.projections;

import java.util.Objects;

/** Says that a change cannot be applied to a row: PostgreSQL would refuse it with this SQLSTATE. */
public class RejectedChangeException extends RuntimeException {
    private static final long serialVersionUID = 1L;

    /** A number out of its type's range. */
    public static final String OUT_OF_RANGE = "22003";
    /** NULL in a column that may not hold it. */
    public static final String NOT_NULL = "23502";

    private final String sqlState;

    public RejectedChangeException(String sqlState, String message) {
        super(message);
        this.sqlState = Objects.requireNonNull(sqlState, "sqlState");
    }

    static RejectedChangeException outOfRange(ColumnType type, String sum, ArithmeticException cause) {
        RejectedChangeException refused = new RejectedChangeException(
                OUT_OF_RANGE, "expected a sum within the range of " + type.sqlName() + ": " + sum);
        refused.initCause(cause);
        return refused;
    }

    public String sqlState() {
        return sqlState;
    }
}
