package io.millrace.projections;

import io.millrace.projections.ColumnChange.Assign;
import io.millrace.projections.ColumnChange.OnPresent.Keep;
import io.millrace.projections.ColumnChange.Update;
import java.util.Optional;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/** Turns the operations of a handler on one row into changes in normal form. */
final class CollectedRow implements Row {
    private final RowCollector collector;
    private final RowCollector.Place place;

    CollectedRow(RowCollector collector, RowCollector.Place place) {
        this.collector = collector;
        this.place = place;
    }

    @Override
    public Row set(String name, @Nullable Object value) {
        return change(name, column -> {
            Optional<Object> normalised = Normaliser.normalise(column.type(), value);
            if (normalised.isEmpty() && !column.nullable()) {
                throw new IllegalArgumentException("expected a value that is not null, as the column may not be NULL");
            }
            return new Assign(normalised);
        });
    }

    @Override
    public Row increment(String name, Number by) {
        return change(name, column -> {
            ColumnType type = column.type();
            if (!type.isSummable()) {
                throw new InvalidProjectionException("expected an increment of an integer, bigint or numeric column: "
                        + "type=" + type.sqlName()
                        + (type == ColumnType.DOUBLE
                                ? ". Use numeric: the sum of doubles depends on their order"
                                : ""));
            }
            return Operations.increment(type, present("an increment", type, by));
        });
    }

    @Override
    public Row min(String name, Object value) {
        return change(name, column -> {
            requireOrdered("min", column.type());
            return Operations.min(present("a min", column.type(), value));
        });
    }

    @Override
    public Row max(String name, Object value) {
        return change(name, column -> {
            requireOrdered("max", column.type());
            return Operations.max(present("a max", column.type(), value));
        });
    }

    @Override
    public Row setIfAbsent(String name, Object value) {
        return change(name, column -> new Update(present("a first value", column.type(), value), new Keep()));
    }

    @Override
    public Row merge(String name, Object patch) {
        return change(name, column -> {
            if (column.type() != ColumnType.JSONB) {
                throw new InvalidProjectionException("expected a merge into a jsonb column: type="
                        + column.type().sqlName() + ". Use set, or make the column jsonb");
            }
            return Operations.merge((Json) present("a merge patch", column.type(), patch));
        });
    }

    @Override
    public Row delete() {
        collector.pending(place).delete();
        return this;
    }

    private Row change(String name, Function<Column, ColumnChange> operation) {
        PendingChange pending = collector.pending(place);
        Column column = place.readModel().findColumn(name).orElseThrow(() -> unknown(name));
        try {
            pending.change(column, operation.apply(column));
        } catch (InvalidProjectionException e) {
            throw new InvalidProjectionException(where() + ", column " + name + ": " + e.getMessage(), e);
        } catch (IllegalArgumentException | RejectedChangeException | CannotFoldException e) {
            throw new IllegalArgumentException(where() + ", column " + name + ": " + e.getMessage(), e);
        }
        return this;
    }

    private static Object present(String what, ColumnType type, Object value) {
        return Normaliser.normalise(type, value)
                .orElseThrow(() -> new IllegalArgumentException(
                        "expected " + what + " that is not null; set is the operation that takes null"));
    }

    private static void requireOrdered(String operation, ColumnType type) {
        if (!type.isOrdered()) {
            throw new InvalidProjectionException("expected a " + operation
                    + " of a number, a text, a date or a timestamptz: type=" + type.sqlName());
        }
    }

    private InvalidProjectionException unknown(String name) {
        ReadModel readModel = place.readModel();
        boolean key = readModel.key().stream().anyMatch(column -> column.name().equals(name));
        return new InvalidProjectionException(where()
                + (key
                        ? ": expected a column that is not in the key, as a key never changes: column=" + name
                        : ": expected one of its columns "
                                + readModel.columns().stream().map(Column::name).toList()
                                + ": column=" + name + ". Add .column(\"" + name + "\", …) to it, or mend the name"));
    }

    private String where() {
        return "projection " + collector.projection() + ", read model "
                + place.readModel().table();
    }
}
