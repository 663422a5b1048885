package io.millrace.projections;

import com.fasterxml.jackson.databind.JsonNode;
import java.math.BigDecimal;
import java.math.BigInteger;
import java.time.DateTimeException;
import java.time.Instant;
import java.time.LocalDate;
import java.time.OffsetDateTime;
import java.time.ZonedDateTime;
import java.time.temporal.ChronoUnit;
import java.util.Optional;
import java.util.OptionalDouble;
import java.util.OptionalInt;
import java.util.OptionalLong;
import java.util.UUID;
import org.jspecify.annotations.Nullable;

/**
 * Takes natural Java values to the one form that a column's values have. Never guesses: what does not fit the type is
 * an {@link IllegalArgumentException} that says what would.
 */
final class Normaliser {
    /** What PostgreSQL's timestamptz and date hold at least (its manual, 8.5): 4713 BC to 294276 AD and 5874897 AD. */
    private static final Instant FIRST_INSTANT = Instant.parse("-4712-01-01T00:00:00Z");

    private static final Instant LAST_INSTANT = Instant.parse("+294276-12-31T23:59:59.999999Z");
    private static final LocalDate FIRST_DATE = LocalDate.of(-4712, 1, 1);
    private static final LocalDate LAST_DATE = LocalDate.of(5_874_897, 12, 31);

    private Normaliser() {}

    /** The value as a column of this type keeps it; empty for SQL NULL: a null, or an empty Optional. */
    static Optional<Object> normalise(ColumnType type, @Nullable Object given) {
        return Optional.ofNullable(normaliseOrNull(type, given));
    }

    /** As {@link #normalise}, null for SQL NULL. What is a class of its own needs no looking into. */
    static @Nullable Object normaliseOrNull(ColumnType type, @Nullable Object given) {
        if (given instanceof String || given instanceof Integer || given instanceof Long) {
            return typed(type, given);
        }
        Object value = unwrap(given);
        if (value instanceof JsonNode node && type != ColumnType.JSONB) {
            value = scalar(type, node);
        }
        return value == null ? null : typed(type, value);
    }

    /** The value as a key column of this type keeps it: two Java values that are one key in PostgreSQL become equal. */
    static Object normaliseKey(ColumnType type, @Nullable Object given) {
        Object value = normaliseOrNull(type, given);
        if (value == null) {
            throw new IllegalArgumentException("expected a key that is not null");
        }
        if (value instanceof BigDecimal number) {
            BigDecimal stripped = number.stripTrailingZeros();
            return stripped.scale() < 0 ? stripped.setScale(0) : stripped;
        }
        return value;
    }

    private static Object typed(ColumnType type, Object value) {
        return switch (type) {
            case TEXT -> text(value);
            case BIGINT -> integral(type, value, Long.MIN_VALUE, Long.MAX_VALUE);
            case INTEGER -> (int) integral(type, value, Integer.MIN_VALUE, Integer.MAX_VALUE);
            case NUMERIC -> numeric(value);
            case DOUBLE -> doublePrecision(value);
            case BOOLEAN -> instance(type, Boolean.class, value, "a boolean");
            case TIMESTAMPTZ -> instant(value);
            case DATE -> date(value);
            case UUID -> uuid(value);
            case JSONB -> json(value);
        };
    }

    static @Nullable Object unwrap(@Nullable Object given) {
        Object value = given;
        while (value instanceof Optional<?> optional) {
            value = optional.orElse(null);
        }
        if (value instanceof OptionalLong optional) {
            return optional.isPresent() ? optional.getAsLong() : null;
        }
        if (value instanceof OptionalInt optional) {
            return optional.isPresent() ? optional.getAsInt() : null;
        }
        if (value instanceof OptionalDouble optional) {
            return optional.isPresent() ? optional.getAsDouble() : null;
        }
        return value;
    }

    private static @Nullable Object scalar(ColumnType type, JsonNode node) {
        return switch (node.getNodeType()) {
            case NULL, MISSING -> null;
            case STRING -> node.textValue();
            case BOOLEAN -> node.booleanValue();
            case NUMBER -> node.isFloat() || node.isDouble() ? node.decimalValue() : node.numberValue();
            default -> throw unfit(type, "a JSON " + node.getNodeType(), "a JSON string, number or boolean");
        };
    }

    private static String text(Object value) {
        if (value instanceof CharSequence || value instanceof Character) {
            return Text.requireStorable(value.toString());
        }
        if (value instanceof Enum<?> constant) {
            return constant.name();
        }
        throw unfit(ColumnType.TEXT, value, "a String, a char or an enum");
    }

    private static long integral(ColumnType type, Object value, long min, long max) {
        BigInteger exact;
        if (value instanceof Long || value instanceof Integer || value instanceof Short || value instanceof Byte) {
            long number = ((Number) value).longValue();
            if (number >= min && number <= max) {
                return number;
            }
            exact = BigInteger.valueOf(number);
        } else if (value instanceof BigInteger big) {
            exact = big;
        } else {
            throw unfit(type, value, "an int, a long or a BigInteger");
        }
        if (exact.compareTo(BigInteger.valueOf(min)) < 0 || exact.compareTo(BigInteger.valueOf(max)) > 0) {
            throw new IllegalArgumentException("expected a number within the range of " + type.sqlName() + ": " + exact
                    + ". A wider type, such as " + (type == ColumnType.INTEGER ? "BIGINT" : "NUMERIC") + ", holds it");
        }
        return exact.longValueExact();
    }

    private static BigDecimal numeric(Object value) {
        BigDecimal number;
        if (value instanceof BigDecimal decimal) {
            number = decimal;
        } else if (value instanceof BigInteger integer) {
            number = new BigDecimal(integer);
        } else if (value instanceof Double || value instanceof Float) {
            throw unfit(ColumnType.NUMERIC, value, "a BigDecimal, as a double is rounded already,");
        } else {
            number = BigDecimal.valueOf(integral(ColumnType.NUMERIC, value, Long.MIN_VALUE, Long.MAX_VALUE));
        }
        if (!Sums.fitsNumeric(number)) {
            throw new IllegalArgumentException("expected a number within the range of numeric: precision="
                    + number.precision() + ", scale=" + number.scale());
        }
        return number.scale() < 0 ? number.setScale(0) : number;
    }

    private static double doublePrecision(Object value) {
        if (!(value instanceof Number number)) {
            throw unfit(ColumnType.DOUBLE, value, "a number");
        }
        double rounded = number.doubleValue();
        boolean exactKind = value instanceof Double || value instanceof Float;
        if (!exactKind && Double.isInfinite(rounded)) {
            throw new IllegalArgumentException("expected a number within the range of double precision: a "
                    + value.getClass().getSimpleName() + " beyond 1.8E308");
        }
        return rounded;
    }

    private static Instant instant(Object value) {
        Instant instant;
        if (value instanceof Instant exact) {
            instant = exact;
        } else if (value instanceof OffsetDateTime time) {
            instant = time.toInstant();
        } else if (value instanceof ZonedDateTime time) {
            instant = time.toInstant();
        } else if (value instanceof String text) {
            instant = parsed(ColumnType.TIMESTAMPTZ, text, "2001-01-01T00:01:00Z", () -> OffsetDateTime.parse(text))
                    .toInstant();
        } else {
            throw unfit(ColumnType.TIMESTAMPTZ, value, "an Instant, or a time with its zone or offset,");
        }
        if (instant.isBefore(FIRST_INSTANT) || instant.isAfter(LAST_INSTANT)) {
            throw new IllegalArgumentException(
                    "expected an instant that timestamptz can hold, 4713 BC to 294276 AD: " + instant);
        }
        return instant.truncatedTo(ChronoUnit.MICROS);
    }

    private static LocalDate date(Object value) {
        LocalDate date = value instanceof String text
                ? parsed(ColumnType.DATE, text, "2001-01-01", () -> LocalDate.parse(text))
                : instance(ColumnType.DATE, LocalDate.class, value, "a LocalDate");
        if (date.isBefore(FIRST_DATE) || date.isAfter(LAST_DATE)) {
            throw new IllegalArgumentException("expected a day that date can hold, 4713 BC to 5874897 AD: " + date);
        }
        return date;
    }

    private static UUID uuid(Object value) {
        if (value instanceof String text) {
            UUID uuid = parsed(ColumnType.UUID, text, new UUID(0, 0).toString(), () -> UUID.fromString(text));
            if (!uuid.toString().equalsIgnoreCase(text)) {
                throw unfit(ColumnType.UUID, "\"" + text + "\"", "36 characters");
            }
            return uuid;
        }
        return instance(ColumnType.UUID, UUID.class, value, "a UUID");
    }

    private static Json json(Object value) {
        if (value instanceof Json json) {
            return json;
        }
        if (value instanceof JsonNode node) {
            return Json.of(node);
        }
        return value instanceof String text ? Json.parse(text) : Json.of(JsonText.fromObject(value));
    }

    private static <T> T parsed(ColumnType type, String text, String example, java.util.function.Supplier<T> parser) {
        try {
            return parser.get();
        } catch (DateTimeException | IllegalArgumentException e) {
            throw new IllegalArgumentException(
                    "expected text such as " + example + " for " + type.sqlName() + ": \"" + text + "\"", e);
        }
    }

    private static <T> T instance(ColumnType type, Class<T> expected, Object value, String what) {
        if (!expected.isInstance(value)) {
            throw unfit(type, value, what);
        }
        return expected.cast(value);
    }

    private static IllegalArgumentException unfit(ColumnType type, Object value, String expected) {
        return new IllegalArgumentException("expected " + expected + " for " + type.sqlName() + ": "
                + (value instanceof String text ? text : value.getClass().getName()));
    }
}
