package io.millrace.projections;

import java.math.BigDecimal;
import java.time.Instant;
import java.time.LocalDate;
import java.util.EnumSet;
import java.util.Set;
import java.util.UUID;

/** The types that a column of a read model can have, each with the Java type that its values are normalised to. */
public enum ColumnType {
    TEXT("text", String.class),
    BIGINT("bigint", Long.class),
    INTEGER("integer", Integer.class),
    /** Any number of digits; the scale is kept, as PostgreSQL keeps it: 1.0 and 1.00 are equal, and shown differently. */
    NUMERIC("numeric", BigDecimal.class),
    DOUBLE("double precision", Double.class),
    BOOLEAN("boolean", Boolean.class),
    /** To the microsecond, as PostgreSQL keeps it; what is finer is cut off, so that an instant stays in its day. */
    TIMESTAMPTZ("timestamptz", Instant.class),
    DATE("date", LocalDate.class),
    UUID("uuid", UUID.class),
    JSONB("jsonb", Json.class);

    private static final Set<ColumnType> SUMMABLE = EnumSet.of(INTEGER, BIGINT, NUMERIC);
    private static final Set<ColumnType> ORDERED =
            EnumSet.of(INTEGER, BIGINT, NUMERIC, DOUBLE, TEXT, TIMESTAMPTZ, DATE);
    private static final Set<ColumnType> NO_KEY = EnumSet.of(DOUBLE, JSONB);

    private final String sqlName;
    private final Class<?> valueType;

    ColumnType(String sqlName, Class<?> valueType) {
        this.sqlName = sqlName;
        this.valueType = valueType;
    }

    /** The type's name in PostgreSQL. */
    public String sqlName() {
        return sqlName;
    }

    /** What a normalised value of this type is in Java. */
    public Class<?> valueType() {
        return valueType;
    }

    /** Whether it can be incremented. A double cannot: its sum depends on how the history is cut into batches. */
    public boolean isSummable() {
        return SUMMABLE.contains(this);
    }

    /** Whether min and max mean something for it. */
    public boolean isOrdered() {
        return ORDERED.contains(this);
    }

    /** Whether a key can have it. */
    public boolean isKey() {
        return !NO_KEY.contains(this);
    }
}
