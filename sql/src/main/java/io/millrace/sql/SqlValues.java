package io.millrace.sql;

import io.millrace.projections.ColumnType;
import java.sql.PreparedStatement;
import java.sql.SQLException;
import java.sql.Types;
import org.jspecify.annotations.Nullable;

/** A row's values one by one, each in the form that {@link SqlArrays} gives it among others. */
final class SqlValues {
    private SqlValues() {}

    /** The {@code ?} of a value of this type, cast to it. */
    static String placeholder(ColumnType type) {
        return (SqlArrays.travelsAsText(type) ? "?::text::" : "?::") + type.sqlName();
    }

    static void bind(PreparedStatement statement, int at, ColumnType type, @Nullable Object value) throws SQLException {
        if (value == null) {
            statement.setNull(at, jdbcType(type));
            return;
        }
        switch (type) {
            case BIGINT -> statement.setLong(at, (Long) value);
            case INTEGER -> statement.setInt(at, (Integer) value);
            case DOUBLE -> statement.setDouble(at, (Double) value);
            case BOOLEAN -> statement.setBoolean(at, (Boolean) value);
            case TEXT, NUMERIC, TIMESTAMPTZ, DATE, UUID, JSONB -> statement.setString(at, SqlArrays.text(value));
        }
    }

    private static int jdbcType(ColumnType type) {
        return switch (type) {
            case BIGINT -> Types.BIGINT;
            case INTEGER -> Types.INTEGER;
            case DOUBLE -> Types.DOUBLE;
            case BOOLEAN -> Types.BOOLEAN;
            case TEXT, NUMERIC, TIMESTAMPTZ, DATE, UUID, JSONB -> Types.VARCHAR;
        };
    }
}
