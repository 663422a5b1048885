package io.millrace.projections;

import com.fasterxml.jackson.databind.node.NullNode;
import java.math.BigDecimal;
import java.time.Instant;
import java.time.LocalDate;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Random;
import java.util.UUID;

/**
 * Random rows and changes, the same for the same seed: all operations on all types, drawn from few values, so that keys
 * meet, ties happen and numbers reach the ends of their range now and then. For the tests of other modules too.
 */
public final class RandomChanges {
    private static final List<String> TEXTS =
            List.of("", "a", "A", "b", "ab", "ä", "\uE000", "\uFFFD", "😀", "it's \\ \"");
    private static final List<String> NUMERICS = List.of(
            "0",
            "0.00",
            "1",
            "1.0",
            "1.00",
            "2",
            "2.5",
            "2.50",
            "-1",
            "-1.5",
            "100",
            "0.1",
            "12345678901234567890.123");
    private static final List<Double> DOUBLES = List.of(
            0.0, -0.0, 1.5, -2.0, 0.1, Double.NaN, Double.POSITIVE_INFINITY, Double.NEGATIVE_INFINITY, 4.9E-324);
    private static final List<String> MEMBERS = List.of("a", "b", "c", "ä");

    /** Every type: nullable, with a default, and not null with a default. Nothing in it is required. */
    public static final ReadModel EVERY_TYPE = everyType();

    /** A composite key, and two not-null columns without a default: not every change can make a row. */
    public static final ReadModel DEMANDING = ReadModel.table("demanding")
            .key("region", ColumnType.TEXT)
            .key("day", ColumnType.DATE)
            .column("name", ColumnType.TEXT)
            .notNull()
            .column("visits", ColumnType.INTEGER)
            .notNull()
            .column("total", ColumnType.BIGINT)
            .column("extra", ColumnType.JSONB)
            .build();

    private final Random random;

    public RandomChanges(long seed) {
        this.random = new Random(seed);
    }

    /** A key out of a few. */
    public RowKey key(ReadModel readModel) {
        return KeyReader.read(
                "random",
                readModel,
                readModel.key().stream().map(column -> value(column.type())).toArray());
    }

    /** A row that is absent, or whose columns are NULL or have a value. */
    public Optional<Map<String, Object>> row(ReadModel readModel) {
        if (random.nextInt(4) == 0) {
            return Optional.empty();
        }
        Map<String, Object> row = new HashMap<>();
        for (Column column : readModel.columns()) {
            if (!column.nullable() || random.nextInt(3) > 0) {
                row.put(column.name(), value(column.type()));
            }
        }
        return Optional.of(row);
    }

    /** What one event does to a row: a few operations, or nothing. */
    public RowChange change(ReadModel readModel) {
        while (true) {
            RowCollector rows = new RowCollector("random", List.of(readModel), new RawStatement());
            Row row = rows.row(key(readModel).values().toArray());
            try {
                int operations = random.nextInt(5);
                for (int i = 0; i < operations; i++) {
                    operate(row, readModel);
                }
                List<Effect> effects = rows.effects();
                return effects.isEmpty() ? RowChange.NONE : ((Effect.OnRow) effects.get(0)).change();
            } catch (InvalidProjectionException e) {
                throw e;
            } catch (IllegalArgumentException e) {
                // Out of range within one event, or a row made anew without what it needs: no event does that.
            }
        }
    }

    private void operate(Row row, ReadModel readModel) {
        Column column = pick(readModel.columns());
        ColumnType type = column.type();
        String name = column.name();
        switch (random.nextInt(7)) {
            case 0 -> row.set(name, column.nullable() && random.nextInt(3) == 0 ? null : value(type));
            case 1, 2 -> add(row, column);
            case 3 -> clamp(row, column, true);
            case 4 -> clamp(row, column, false);
            case 5 -> row.setIfAbsent(name, value(type));
            default -> {
                if (random.nextInt(3) == 0) {
                    row.delete();
                } else {
                    required(row, readModel);
                }
            }
        }
    }

    private void required(Row row, ReadModel readModel) {
        for (String name : readModel.required()) {
            row.setIfAbsent(name, value(readModel.column(name).type()));
        }
    }

    private void add(Row row, Column column) {
        if (column.type().isSummable()) {
            row.increment(column.name(), (Number) value(column.type()));
        } else if (column.type() == ColumnType.JSONB) {
            row.merge(column.name(), value(ColumnType.JSONB));
        }
    }

    private void clamp(Row row, Column column, boolean min) {
        if (!column.type().isOrdered()) {
            add(row, column);
        } else if (min) {
            row.min(column.name(), value(column.type()));
        } else {
            row.max(column.name(), value(column.type()));
        }
    }

    /** A value of this type, normalised. */
    public Object value(ColumnType type) {
        return switch (type) {
            case TEXT -> pick(TEXTS);
            case BIGINT ->
                random.nextInt(40) == 0
                        ? pick(List.of(Long.MIN_VALUE, Long.MAX_VALUE, Long.MAX_VALUE - 2))
                        : (long) random.nextInt(7) - 3;
            case INTEGER ->
                random.nextInt(40) == 0
                        ? pick(List.of(Integer.MIN_VALUE, Integer.MAX_VALUE, Integer.MAX_VALUE - 2))
                        : random.nextInt(7) - 3;
            case NUMERIC -> new BigDecimal(pick(NUMERICS));
            case DOUBLE -> pick(DOUBLES);
            case BOOLEAN -> random.nextBoolean();
            case TIMESTAMPTZ -> Instant.ofEpochSecond(random.nextInt(3) - 1, random.nextInt(3) * 1_000L);
            case DATE -> LocalDate.ofEpochDay(random.nextInt(4) - 2);
            case UUID -> new UUID(0, random.nextInt(4));
            case JSONB -> Json.parse(document(0));
        };
    }

    private String document(int depth) {
        int kind = random.nextInt(depth == 0 ? 12 : 8 + depth);
        return switch (kind) {
            case 0 -> "null";
            case 1 -> pick(List.of("1", "1.0", "1.00", "1e2", "-0", "123456789012345678901234567890.5"));
            case 2 -> pick(List.of("\"x\"", "\"\"", "true"));
            case 3 -> depth > 2 ? "[]" : "[null,{\"a\":null}," + document(depth + 1) + "]";
            default -> depth > 2 ? "{}" : object(depth);
        };
    }

    private String object(int depth) {
        StringBuilder members = new StringBuilder("{");
        for (int i = random.nextInt(4); i > 0; i--) {
            members.append(members.length() > 1 ? "," : "")
                    .append('"')
                    .append(pick(MEMBERS))
                    .append("\":")
                    .append(document(depth + 1));
        }
        return members.append('}').toString();
    }

    private <T> T pick(List<? extends T> values) {
        return values.get(random.nextInt(values.size()));
    }

    private static ReadModel everyType() {
        ReadModelBuilder builder = ReadModel.table("every_type").key("id", ColumnType.BIGINT);
        RandomChanges defaults = new RandomChanges(1);
        for (ColumnType type : ColumnType.values()) {
            String name = type.name().toLowerCase(java.util.Locale.ROOT);
            Object value = type == ColumnType.JSONB ? NullNode.getInstance() : defaults.value(type);
            builder.column(name, type)
                    .column(name + "_default", type)
                    .defaultValue(value)
                    .column(name + "_not_null", type)
                    .notNull()
                    .defaultValue(defaults.value(type));
        }
        return builder.build();
    }
}
