package io.millrace.sql;

import static org.assertj.core.api.Assertions.assertThat;

import io.millrace.projections.ColumnType;
import java.math.BigDecimal;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.Instant;
import java.time.LocalDate;
import java.util.Arrays;
import java.util.List;
import java.util.UUID;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

/** Values arrive as they were sent, whatever the session's settings. */
class SqlArraysTest {
    private static final TestDatabase DATABASE = TestDatabase.createForClass();

    static List<Arguments> values() {
        return List.of(
                Arguments.of(ColumnType.TEXT, "it's \"so\", {a\\b} NULL\n😀", "it's \"so\", {a\\b} NULL\n😀"),
                Arguments.of(ColumnType.TEXT, "", ""),
                Arguments.of(ColumnType.BIGINT, Long.MIN_VALUE, "-9223372036854775808"),
                Arguments.of(ColumnType.INTEGER, Integer.MIN_VALUE, "-2147483648"),
                Arguments.of(ColumnType.NUMERIC, new BigDecimal("1.500"), "1.500"),
                Arguments.of(ColumnType.NUMERIC, new BigDecimal("1E+3"), "1000"),
                Arguments.of(ColumnType.DOUBLE, 0.1, "0.1"),
                Arguments.of(ColumnType.DOUBLE, -0.0, "-0"),
                Arguments.of(ColumnType.DOUBLE, Double.NaN, "NaN"),
                Arguments.of(ColumnType.DOUBLE, Double.NEGATIVE_INFINITY, "-Infinity"),
                Arguments.of(ColumnType.DOUBLE, Double.MIN_VALUE, "5e-324"),
                Arguments.of(ColumnType.BOOLEAN, true, "true"),
                Arguments.of(
                        ColumnType.TIMESTAMPTZ,
                        Instant.parse("2024-02-29T23:59:59.000001Z"),
                        "2024-02-29 23:59:59.000001+00"),
                Arguments.of(
                        ColumnType.TIMESTAMPTZ, Instant.parse("+12345-01-02T00:00:00Z"), "12345-01-02 00:00:00+00"),
                Arguments.of(
                        ColumnType.TIMESTAMPTZ, Instant.parse("0000-12-31T01:02:03Z"), "0001-12-31 01:02:03+00 BC"),
                Arguments.of(ColumnType.DATE, LocalDate.of(5, 1, 2), "0005-01-02"),
                Arguments.of(ColumnType.DATE, LocalDate.of(-3, 1, 2), "0004-01-02 BC"),
                Arguments.of(ColumnType.DATE, LocalDate.of(123_456, 1, 2), "123456-01-02"),
                Arguments.of(ColumnType.UUID, new UUID(-1, 1), "ffffffff-ffff-ffff-0000-000000000001"));
    }

    @ParameterizedTest
    @MethodSource("values")
    void arriveAsTheyWereSent(ColumnType type, Object value, String shown) throws SQLException {
        String sql = "SELECT n.v::text FROM (SELECT unnest(" + SqlArrays.placeholder(type) + ") AS v) AS n";
        try (Connection connection = DATABASE.connect();
                Statement settings = connection.createStatement();
                PreparedStatement statement = connection.prepareStatement(sql)) {
            settings.execute("SET timezone = 'UTC'; SET datestyle = 'ISO, DMY'; SET intervalstyle = 'sql_standard'");
            statement.setArray(1, SqlArrays.of(connection, new Parameter.Values(type, Arrays.asList(value, null))));
            try (ResultSet rows = statement.executeQuery()) {
                rows.next();
                assertThat(rows.getString(1)).isEqualTo(shown);
                rows.next();
                assertThat(rows.getString(1)).isNull();
            }
        }
    }
}
