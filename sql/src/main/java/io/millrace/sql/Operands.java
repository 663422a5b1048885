package io.millrace.sql;

import io.millrace.projections.Column;
import io.millrace.projections.ColumnChange;
import io.millrace.projections.ColumnChange.OnPresent.AddThenClamp;
import io.millrace.projections.ColumnChange.OnPresent.Become;
import io.millrace.projections.ColumnChange.OnPresent.Keep;
import io.millrace.projections.ColumnChange.OnPresent.Merge;
import io.millrace.projections.ColumnType;
import java.math.BigDecimal;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * What a column's part of a statement takes from each row's change: names, types and values of its operands. The names
 * are those that {@link UpsertText} refers to.
 */
final class Operands {
    static final String VALUE = "v";
    static final String KIND = "kind";
    static final String ADD = "add";
    static final String LOWEST = "lowest";
    static final String HIGHEST = "highest";
    /** The floor; of a change that becomes a constant, that. */
    static final String FLOOR = "floor";

    static final String CEILING = "ceiling";
    static final String PATCH = "patch";

    private Operands() {}

    /** One operand of a form: its name in the statement, and its type. */
    record Operand(String name, ColumnType type) {}

    static boolean isNumber(ColumnType type) {
        return type == ColumnType.BIGINT || type == ColumnType.INTEGER || type == ColumnType.NUMERIC;
    }

    /** Whether a sum of this type can leave its range. */
    static boolean hasRange(ColumnType type) {
        return type == ColumnType.BIGINT || type == ColumnType.INTEGER;
    }

    /** The operands of a form, in their order. */
    static List<Operand> of(ColumnForm form, ColumnType type) {
        Operand value = new Operand(VALUE, type);
        return switch (form) {
            case UNTOUCHED -> List.of();
            case ASSIGN, ADD, ADD_GUARDED, GREATEST, LEAST, FIRST -> List.of(value);
            case BECOME -> List.of(value, new Operand(FLOOR, type));
            case PATCH -> List.of(new Operand(PATCH, ColumnType.JSONB));
            case MERGE -> List.of(value, new Operand(PATCH, ColumnType.JSONB));
            case CLAMP -> clamp(value, type);
            case MIXED -> mixed(value, type);
        };
    }

    private static List<Operand> clamp(Operand value, ColumnType type) {
        Operand floor = new Operand(FLOOR, type);
        Operand ceiling = new Operand(CEILING, type);
        if (!isNumber(type)) {
            return List.of(value, floor, ceiling);
        }
        return List.of(
                value, new Operand(ADD, type), new Operand(LOWEST, type), new Operand(HIGHEST, type), floor, ceiling);
    }

    private static List<Operand> mixed(Operand value, ColumnType type) {
        List<Operand> others = type == ColumnType.JSONB ? of(ColumnForm.MERGE, type) : clamp(value, type);
        return java.util.stream.Stream.concat(
                        java.util.stream.Stream.of(new Operand(KIND, ColumnType.TEXT)), others.stream())
                .toList();
    }

    /** The value of an operand in a change; null for SQL NULL, and where the change has no such operand. */
    static @Nullable Object value(Operand operand, Column column, @Nullable ColumnChange change) {
        return switch (operand.name()) {
            case VALUE -> change == null ? null : plainValue(change);
            case KIND -> kind(change);
            case PATCH -> patch(change);
            default -> ofPresent(operand.name(), column.type(), change);
        };
    }

    private static @Nullable Object plainValue(ColumnChange change) {
        return change instanceof ColumnChange.Update update
                ? update.onNull()
                : ((ColumnChange.Assign) change).value().orElse(null);
    }

    private static @Nullable Object patch(@Nullable ColumnChange change) {
        return change instanceof ColumnChange.Update update && update.onPresent() instanceof Merge merge
                ? MergePatchText.of(merge.patch())
                : null;
    }

    private static @Nullable Object ofPresent(String name, ColumnType type, @Nullable ColumnChange change) {
        if (!(change instanceof ColumnChange.Update update)) {
            return null;
        }
        if (update.onPresent() instanceof Become become) {
            return name.equals(FLOOR) ? become.value() : null;
        }
        return update.onPresent() instanceof AddThenClamp clamp ? part(name, clamp, type) : null;
    }

    private static @Nullable Object part(String name, AddThenClamp clamp, ColumnType type) {
        return switch (name) {
            case ADD -> clamp.add().orElseGet(() -> zero(type));
            case LOWEST -> clamp.lowest().orElseGet(() -> zero(type));
            case HIGHEST -> clamp.highest().orElseGet(() -> zero(type));
            case FLOOR -> clamp.floor().orElse(null);
            case CEILING -> clamp.ceiling().orElse(null);
            default -> throw new IllegalArgumentException("expected an operand of add-then-clamp: name=" + name);
        };
    }

    private static Object zero(ColumnType type) {
        return switch (type) {
            case BIGINT -> 0L;
            case INTEGER -> 0;
            case NUMERIC -> BigDecimal.ZERO;
            default -> throw new IllegalArgumentException("expected a type that can be added: type=" + type);
        };
    }

    /** Which of the forms a row of a {@link ColumnForm#MIXED} column has; {@link UpsertText} tells them apart. */
    private static String kind(@Nullable ColumnChange change) {
        if (change == null) {
            return "untouched";
        }
        if (!(change instanceof ColumnChange.Update update)) {
            return "assign";
        }
        if (update.onPresent() instanceof Keep) {
            return "first";
        }
        if (update.onPresent() instanceof Become) {
            return "become";
        }
        return update.onPresent() instanceof Merge ? "merge" : "clamp";
    }
}
