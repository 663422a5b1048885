package io.millrace.projections;

import java.math.BigDecimal;
import java.time.Instant;
import java.time.LocalDate;
import java.util.UUID;

/** The types that a column of a read model can have, each with the Java type that its values are normalised to. */
public enum ColumnType {
    TEXT("text", String.class),
    BIGINT("bigint", Long.class),
    INTEGER("integer", Integer.class),
    NUMERIC("numeric", BigDecimal.class),
    DOUBLE("double precision", Double.class),
    BOOLEAN("boolean", Boolean.class),
    /** To the microsecond, as PostgreSQL keeps it. */
    TIMESTAMPTZ("timestamptz", Instant.class),
    DATE("date", LocalDate.class),
    UUID("uuid", UUID.class),
    JSONB("jsonb", Json.class);

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
}
