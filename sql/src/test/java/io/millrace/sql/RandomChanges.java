package io.millrace.sql;

import io.millrace.projections.Column;
import io.millrace.projections.ColumnType;
import io.millrace.projections.ReadModel;
import io.millrace.projections.Row;
import java.math.BigDecimal;
import java.time.Instant;
import java.time.LocalDate;
import java.util.List;
import java.util.Random;
import java.util.UUID;

/** Draws values and operations, from few values, so that ties and edges are met often. */
final class RandomChanges {
    private final Random random;
    private final boolean atTheEdge;

    RandomChanges(Random random) {
        this(random, false);
    }

    /**
     * @param atTheEdge whether rows begin at the ends of their types' ranges, and most changes are small increments
     */
    RandomChanges(Random random, boolean atTheEdge) {
        this.random = random;
        this.atTheEdge = atTheEdge;
    }

    /** What one event does to a row: mostly one operation, sometimes several, sometimes a delete in front. */
    void change(ReadModel table, Row row) {
        if (random.nextInt(12) == 0) {
            row.delete();
            if (random.nextBoolean()) {
                return;
            }
            table.required()
                    .forEach(name -> row.set(name, value(table.column(name).type())));
        }
        int operations = 1 + random.nextInt(3);
        for (int i = 0; i < operations; i++) {
            operate(row, pick(table.columns()));
        }
    }

    /** Gives every column a value or, where it may be, NULL. */
    void fill(ReadModel table, Row row) {
        for (Column column : table.columns()) {
            boolean nothing = column.nullable() && random.nextInt(3) == 0;
            row.set(column.name(), nothing ? null : atTheEdge ? edge(column.type()) : value(column.type()));
        }
    }

    private Object edge(ColumnType type) {
        return type == ColumnType.BIGINT ? pick(EXTREME_LONGS) : pick(EXTREME_INTS);
    }

    private void operate(Row row, Column column) {
        ColumnType type = column.type();
        String name = column.name();
        if (atTheEdge && random.nextInt(4) > 0) {
            row.increment(name, random.nextInt(7) - 3);
            return;
        }
        switch (random.nextInt(6)) {
            case 0 -> row.set(name, column.nullable() && random.nextInt(4) == 0 ? null : value(type));
            case 1 -> row.setIfAbsent(name, value(type));
            default -> {
                if (type == ColumnType.JSONB) {
                    row.merge(name, pick(PATCHES));
                } else if (Operands.isNumber(type) && random.nextBoolean()) {
                    row.increment(name, (Number) value(type));
                } else if (type == ColumnType.BOOLEAN || type == ColumnType.UUID) {
                    row.setIfAbsent(name, value(type));
                } else if (random.nextBoolean()) {
                    row.min(name, value(type));
                } else {
                    row.max(name, value(type));
                }
            }
        }
    }

    Object value(ColumnType type) {
        return switch (type) {
            case TEXT -> pick(TEXTS);
            case BIGINT -> random.nextInt(8) == 0 ? pick(EXTREME_LONGS) : (long) random.nextInt(7) - 3;
            case INTEGER -> random.nextInt(8) == 0 ? pick(EXTREME_INTS) : random.nextInt(7) - 3;
            case NUMERIC -> pick(NUMERICS);
            case DOUBLE -> pick(DOUBLES);
            case BOOLEAN -> random.nextBoolean();
            case TIMESTAMPTZ -> pick(INSTANTS);
            case DATE -> pick(DATES);
            case UUID -> pick(UUIDS);
            case JSONB -> pick(DOCUMENTS);
        };
    }

    private <T> T pick(List<T> values) {
        return values.get(random.nextInt(values.size()));
    }

    private static final List<String> TEXTS = List.of(
            "", "a", "A", "b", "Z", "ä", "\uFFFD", "\uE000", "😀", "it's \"quoted\" \\ {x,y}", "NULL", "a\tb\nc");
    private static final List<Long> EXTREME_LONGS =
            List.of(Long.MAX_VALUE, Long.MIN_VALUE, Long.MAX_VALUE - 2, Long.MIN_VALUE + 2);
    private static final List<Integer> EXTREME_INTS =
            List.of(Integer.MAX_VALUE, Integer.MIN_VALUE, Integer.MAX_VALUE - 2, Integer.MIN_VALUE + 2);
    private static final List<BigDecimal> NUMERICS = List.of(
            new BigDecimal("0"),
            new BigDecimal("0.00"),
            new BigDecimal("1"),
            new BigDecimal("1.0"),
            new BigDecimal("1.00"),
            new BigDecimal("-1.50"),
            new BigDecimal("2.5"),
            new BigDecimal("1E+25"),
            new BigDecimal("-0.000000000000000000000000000001"));
    private static final List<Double> DOUBLES = List.of(
            0.0,
            -0.0,
            1.5,
            -1.5,
            Double.NaN,
            Double.POSITIVE_INFINITY,
            Double.NEGATIVE_INFINITY,
            Double.MIN_VALUE,
            0.1);
    private static final List<Instant> INSTANTS = List.of(
            Instant.EPOCH,
            Instant.parse("2024-02-29T23:59:59.123456Z"),
            Instant.parse("2024-02-29T23:59:59.123457Z"),
            Instant.parse("9999-12-31T23:59:59.999999Z"),
            Instant.parse("+10000-01-01T00:00:00Z"),
            Instant.parse("0000-06-01T00:00:00Z"),
            Instant.parse("-4000-01-01T00:00:00.000001Z"));
    private static final List<LocalDate> DATES = List.of(
            LocalDate.EPOCH,
            LocalDate.of(2024, 2, 29),
            LocalDate.of(9999, 12, 31),
            LocalDate.of(10_000, 1, 1),
            LocalDate.of(200_000, 1, 1),
            LocalDate.of(0, 1, 1),
            LocalDate.of(-4000, 3, 1));
    private static final List<UUID> UUIDS =
            List.of(new UUID(0, 0), new UUID(-1, -1), new UUID(1, -1), new UUID(1, 1), new UUID(Long.MIN_VALUE, 0));
    private static final List<String> DOCUMENTS = List.of(
            "{}",
            "null",
            "[1]",
            "\"text\"",
            "{\"a\":1}",
            "{\"a\":{\"b\":1,\"c\":[1.50]},\"d\":null}",
            "{\"a\":{\"b\":{\"c\":1e3}}}",
            "{\"a\":\"it's \\\"so\\\"\",\"s\":1,\"m\":{\"d\":1}}");
    private static final List<String> PATCHES = List.of(
            "{}",
            "{\"a\":null}",
            "{\"a\":{\"b\":2}}",
            "{\"a\":{\"b\":null}}",
            "{\"a\":{\"b\":{\"x\":null}}}",
            "{\"a\":[1,null]}",
            "{\"a\":3,\"d\":{\"e\":{}}}",
            "{\"d\":{\"e\":null},\"s\":1,\"m\":{\"s\":2}}",
            "{\"\":{\"a\":1}}");
}
