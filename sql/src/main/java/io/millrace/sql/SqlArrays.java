package io.millrace.sql;

import io.millrace.projections.ColumnType;
import java.math.BigDecimal;
import java.sql.Array;
import java.sql.Connection;
import java.sql.SQLException;
import java.time.Instant;
import java.time.LocalDate;
import java.time.OffsetDateTime;
import java.time.ZoneOffset;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * Rows' values as arrays. Five types travel in the driver's binary form; the others as texts that the statement casts,
 * exact and without asking the server for their array types first (that would be a round trip).
 */
final class SqlArrays {
    private SqlArrays() {}

    /** The {@code ?} of an array of this type, cast to it. */
    static String placeholder(ColumnType type) {
        return (travelsAsText(type) ? "?::text[]::" : "?::") + type.sqlName() + "[]";
    }

    /** Whether the statement makes the value of a text. */
    static boolean travelsAsText(ColumnType type) {
        return switch (type) {
            case TEXT, BIGINT, INTEGER, DOUBLE, BOOLEAN -> false;
            case NUMERIC, TIMESTAMPTZ, DATE, UUID, JSONB -> true;
        };
    }

    static Array of(Connection connection, Parameter.Values parameter) throws SQLException {
        List<@Nullable Object> values = parameter.values();
        return switch (parameter.type()) {
            case BIGINT -> connection.createArrayOf("int8", values.toArray(new Long[0]));
            case INTEGER -> connection.createArrayOf("int4", values.toArray(new Integer[0]));
            case DOUBLE -> connection.createArrayOf("float8", values.toArray(new Double[0]));
            case BOOLEAN -> connection.createArrayOf("bool", values.toArray(new Boolean[0]));
            case TEXT -> connection.createArrayOf("text", values.toArray(new String[0]));
            case NUMERIC, TIMESTAMPTZ, DATE, UUID, JSONB -> connection.createArrayOf("text", texts(values));
        };
    }

    /** Bytes travel in binary form. */
    static Array of(Connection connection, Parameter.Bytes parameter) throws SQLException {
        return connection.createArrayOf("bytea", parameter.values().toArray(new byte[0][]));
    }

    private static @Nullable String[] texts(List<@Nullable Object> values) {
        @Nullable String[] texts = new @Nullable String[values.size()];
        for (int i = 0; i < texts.length; i++) {
            Object value = values.get(i);
            texts[i] = value == null ? null : text(value);
        }
        return texts;
    }

    /** A normalised value as PostgreSQL reads it, whatever the session's settings are. */
    static String text(Object value) {
        if (value instanceof Instant instant) {
            OffsetDateTime time = instant.atOffset(ZoneOffset.UTC);
            StringBuilder text = new StringBuilder(32);
            appendDay(time.toLocalDate(), text);
            padded(time.getHour(), 2, text.append(' '));
            padded(time.getMinute(), 2, text.append(':'));
            padded(time.getSecond(), 2, text.append(':'));
            padded(time.getNano() / 1_000, 6, text.append('.'));
            return text.append("+00").append(era(time.getYear())).toString();
        }
        if (value instanceof LocalDate date) {
            StringBuilder text = new StringBuilder(16);
            appendDay(date, text);
            return text.append(era(date.getYear())).toString();
        }
        return value instanceof BigDecimal decimal ? decimal.toPlainString() : value.toString();
    }

    private static void appendDay(LocalDate day, StringBuilder text) {
        int year = day.getYear();
        padded(year > 0 ? year : 1 - year, 4, text);
        padded(day.getMonthValue(), 2, text.append('-'));
        padded(day.getDayOfMonth(), 2, text.append('-'));
    }

    /** Java's year 0 is PostgreSQL's 1 BC. */
    private static String era(int year) {
        return year > 0 ? "" : " BC";
    }

    private static void padded(int number, int width, StringBuilder text) {
        String digits = Integer.toString(number);
        text.append("0".repeat(Math.max(0, width - digits.length()))).append(digits);
    }
}
