package io.millrace.projections;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.NullNode;
import java.math.BigDecimal;
import java.math.BigInteger;
import java.time.Instant;
import java.time.LocalDate;
import java.time.LocalDateTime;
import java.time.OffsetDateTime;
import java.time.ZonedDateTime;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.OptionalLong;
import java.util.UUID;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.MethodSource;

class RowValuesTest {
    private static final JsonNodeFactory JSON = JsonNodeFactory.instance;
    private static final UUID ID = UUID.fromString("01234567-89ab-cdef-0123-456789abcdef");

    static Stream<Arguments> fitting() {
        Instant instant = Instant.parse("2001-01-01T00:01:00.123456Z");
        return Stream.of(
                Arguments.of(ColumnType.TEXT, "a😀", "a😀"),
                Arguments.of(ColumnType.TEXT, 'a', "a"),
                Arguments.of(ColumnType.TEXT, TimeUnit.DAYS, "DAYS"),
                Arguments.of(ColumnType.TEXT, JSON.textNode("a"), "a"),
                Arguments.of(ColumnType.BIGINT, 1, 1L),
                Arguments.of(ColumnType.BIGINT, (byte) 1, 1L),
                Arguments.of(ColumnType.BIGINT, BigInteger.valueOf(Long.MIN_VALUE), Long.MIN_VALUE),
                Arguments.of(ColumnType.BIGINT, OptionalLong.of(1), 1L),
                Arguments.of(ColumnType.BIGINT, JSON.numberNode(1), 1L),
                Arguments.of(ColumnType.INTEGER, 1L, 1),
                Arguments.of(ColumnType.INTEGER, Optional.of(OptionalInt.of(1)), 1),
                Arguments.of(ColumnType.NUMERIC, 1, new BigDecimal("1")),
                Arguments.of(ColumnType.NUMERIC, new BigDecimal("1.10"), new BigDecimal("1.10")),
                Arguments.of(ColumnType.NUMERIC, new BigDecimal("1E+2"), new BigDecimal("100")),
                Arguments.of(ColumnType.NUMERIC, JSON.numberNode(new BigDecimal("1.10")), new BigDecimal("1.10")),
                Arguments.of(ColumnType.DOUBLE, 1, 1.0),
                Arguments.of(ColumnType.DOUBLE, 0.5f, 0.5),
                Arguments.of(ColumnType.DOUBLE, new BigDecimal("0.1"), 0.1),
                Arguments.of(ColumnType.DOUBLE, Double.NaN, Double.NaN),
                Arguments.of(ColumnType.BOOLEAN, true, true),
                Arguments.of(ColumnType.BOOLEAN, JSON.booleanNode(true), true),
                Arguments.of(ColumnType.TIMESTAMPTZ, instant.plusNanos(999), instant),
                Arguments.of(ColumnType.TIMESTAMPTZ, OffsetDateTime.parse("2001-01-01T01:01:00.123456+01:00"), instant),
                Arguments.of(ColumnType.TIMESTAMPTZ, ZonedDateTime.parse("2001-01-01T01:01:00.123456+01:00"), instant),
                Arguments.of(ColumnType.TIMESTAMPTZ, "2001-01-01T01:01:00.123456+01:00", instant),
                Arguments.of(ColumnType.TIMESTAMPTZ, JSON.textNode("2001-01-01T00:01:00.123456Z"), instant),
                Arguments.of(ColumnType.DATE, LocalDate.EPOCH, LocalDate.EPOCH),
                Arguments.of(ColumnType.DATE, "1970-01-01", LocalDate.EPOCH),
                Arguments.of(ColumnType.UUID, ID, ID),
                Arguments.of(ColumnType.UUID, ID.toString().toUpperCase(Locale.ROOT), ID),
                Arguments.of(ColumnType.JSONB, "{\"b\":1,\"a\":1e2,\"a\":0.10}", Json.parse("{\"a\":0.10,\"b\":1}")),
                Arguments.of(ColumnType.JSONB, JSON.numberNode(1.5), Json.parse("1.5")),
                Arguments.of(
                        ColumnType.JSONB,
                        Map.of("a", List.of(Instant.EPOCH)),
                        Json.parse("{\"a\":[\"1970-01-01T00:00:00Z\"]}")),
                Arguments.of(ColumnType.JSONB, NullNode.getInstance(), Json.parse("null")));
    }

    @ParameterizedTest
    @MethodSource("fitting")
    void takesWhatFitsTheColumn(ColumnType type, Object given, Object kept) {
        assertThat(Normaliser.normalise(type, given)).contains(kept);
    }

    static Stream<Arguments> unfit() {
        return Stream.of(
                Arguments.of(ColumnType.TEXT, 1, "text"),
                Arguments.of(ColumnType.TEXT, "a\u0000", "NUL"),
                Arguments.of(ColumnType.TEXT, "\uD800", "surrogate"),
                Arguments.of(ColumnType.TEXT, "\uDC00a", "surrogate"),
                Arguments.of(ColumnType.TEXT, JSON.objectNode(), "JSON OBJECT"),
                Arguments.of(ColumnType.BIGINT, 1.0, "bigint"),
                Arguments.of(ColumnType.BIGINT, "1", "bigint"),
                Arguments.of(ColumnType.BIGINT, new BigDecimal("1"), "bigint"),
                Arguments.of(ColumnType.BIGINT, BigInteger.ONE.shiftLeft(63), "range of bigint"),
                Arguments.of(ColumnType.INTEGER, 1L << 31, "range of integer"),
                Arguments.of(ColumnType.INTEGER, JSON.numberNode(1.5), "integer"),
                Arguments.of(ColumnType.NUMERIC, 1.5, "BigDecimal"),
                Arguments.of(ColumnType.NUMERIC, new BigDecimal("1E+131072"), "range of numeric"),
                Arguments.of(ColumnType.NUMERIC, new BigDecimal("1E-16384"), "range of numeric"),
                Arguments.of(ColumnType.DOUBLE, "1", "double"),
                Arguments.of(ColumnType.DOUBLE, new BigDecimal("1E+999"), "range of double"),
                Arguments.of(ColumnType.BOOLEAN, 1, "boolean"),
                Arguments.of(ColumnType.TIMESTAMPTZ, LocalDateTime.MIN, "zone"),
                Arguments.of(ColumnType.TIMESTAMPTZ, "2001-01-01T00:01", "2001-01-01T00:01:00Z"),
                Arguments.of(ColumnType.TIMESTAMPTZ, Instant.MAX, "timestamptz can hold"),
                Arguments.of(ColumnType.DATE, "2001-02-30", "2001-01-01"),
                Arguments.of(ColumnType.DATE, LocalDate.MAX, "date can hold"),
                Arguments.of(ColumnType.UUID, "1-1-1-1-1", "36 characters"),
                Arguments.of(ColumnType.JSONB, "{\"a\":\"\\u0000\"}", "NUL"),
                Arguments.of(ColumnType.JSONB, "{\"\\u0000\":1}", "NUL"),
                Arguments.of(ColumnType.JSONB, "\"\\ud800\"", "surrogate"),
                Arguments.of(ColumnType.JSONB, "{} {}", "JSON"),
                Arguments.of(ColumnType.JSONB, "", "JSON"),
                Arguments.of(ColumnType.JSONB, "plain", "JSON"),
                Arguments.of(ColumnType.JSONB, "1e200000", "numeric"),
                Arguments.of(ColumnType.JSONB, "[".repeat(1001) + "]".repeat(1001), "nesting depth"),
                Arguments.of(ColumnType.JSONB, Map.of("a", Double.NaN), "number"),
                Arguments.of(ColumnType.JSONB, new Object(), "Jackson"));
    }

    @ParameterizedTest
    @MethodSource("unfit")
    void refusesWhatDoesNotFit(ColumnType type, Object given, String said) {
        assertThatThrownBy(() -> Normaliser.normalise(type, given))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("expected")
                .hasMessageContaining(said);
    }

    @ParameterizedTest
    @EnumSource(ColumnType.class)
    void takesNothingForNull(ColumnType type) {
        assertThat(Normaliser.normalise(type, null)).isEmpty();
        assertThat(Normaliser.normalise(type, Optional.of(OptionalInt.empty()))).isEmpty();
        if (type != ColumnType.JSONB) {
            assertThat(Normaliser.normalise(type, NullNode.getInstance())).isEmpty();
        }
    }

    @Test
    void keepsDocumentsAsJsonbShowsThem() {
        Json json = Json.parse(" {\"b\": [1.0, 1.00, 1e2, -0.0, 12345678901234567890.10], \"a\": null} ");
        assertThat(json.text()).isEqualTo("{\"a\":null,\"b\":[1.0,1.00,100,0.0,12345678901234567890.10]}");
        assertThat(Json.parse("1.0")).isNotEqualTo(Json.parse("1.00"));
        JsonNode node = JSON.objectNode().put("x", 0.1);
        assertThat(Json.of(node).text()).isEqualTo("{\"x\":0.1}");
    }

    static Stream<Arguments> sameKeys() {
        return Stream.of(
                Arguments.of(ColumnType.NUMERIC, new BigDecimal("1E2"), new BigDecimal("100.00")),
                Arguments.of(ColumnType.NUMERIC, new BigDecimal("0.000"), 0),
                Arguments.of(ColumnType.NUMERIC, new BigDecimal("-1.50"), new BigDecimal("-1.5")),
                Arguments.of(ColumnType.BIGINT, 1, 1L),
                Arguments.of(ColumnType.INTEGER, BigInteger.ONE, (short) 1),
                Arguments.of(ColumnType.TIMESTAMPTZ, Instant.EPOCH, Instant.EPOCH.plusNanos(999)),
                Arguments.of(ColumnType.TIMESTAMPTZ, Instant.EPOCH, OffsetDateTime.parse("1970-01-01T02:00:00+02:00")),
                Arguments.of(ColumnType.UUID, ID, ID.toString()),
                Arguments.of(ColumnType.TEXT, "a", 'a'));
    }

    @ParameterizedTest
    @MethodSource("sameKeys")
    void makesOneKeyOfWhatIsOneRow(ColumnType type, Object one, Object other) {
        assertThat(key(type, one)).isEqualTo(key(type, other)).hasSameHashCodeAs(key(type, other));
    }

    @Test
    void refusesKeysThatNoIndexTakes() {
        assertThatThrownBy(() -> key(ColumnType.TEXT, "ä".repeat(1001)))
                .hasMessageStartingWith("projection p, read model t: expected a key of at most 2000 bytes: bytes=2002");
        assertThat(key(ColumnType.TEXT, "ä".repeat(1000)).values()).hasSize(1);
        assertThatThrownBy(() -> key(ColumnType.NUMERIC, new BigDecimal("1E+5000")))
                .hasMessageContaining("2000 bytes");
        assertThatThrownBy(() -> key(ColumnType.TEXT, "\u0000"))
                .hasMessageStartingWith("projection p, read model t, key column k: ")
                .hasMessageContaining("NUL");
        assertThatThrownBy(() -> key(ColumnType.TEXT, Optional.empty())).hasMessageContaining("not null");
        assertThatThrownBy(() -> key(ColumnType.BIGINT, "7")).hasMessageContaining("key column k");
    }

    private static RowKey key(ColumnType type, Object value) {
        ReadModel model =
                ReadModel.table("t").key("k", type).column("c", ColumnType.TEXT).build();
        return KeyReader.read("p", model, new Object[] {value});
    }
}
