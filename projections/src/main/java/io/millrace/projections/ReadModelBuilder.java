package io.millrace.projections;

import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * Describes a read model, column by column; {@link #notNull} and {@link #defaultValue} are about the column before
 * them. What is wrong is told by {@link #build}.
 */
public final class ReadModelBuilder {
    /** PostgreSQL's INDEX_MAX_KEYS. */
    private static final int MAX_KEY_COLUMNS = 32;

    private final String table;
    private final List<Described> key = new ArrayList<>();
    private final List<Described> columns = new ArrayList<>();
    private @Nullable Described last;

    ReadModelBuilder(String table) {
        this.table = table;
    }

    /** A key column; several make a composite key, in this order. */
    public ReadModelBuilder key(String name, @Nullable ColumnType type) {
        last = new Described(name, type);
        key.add(last);
        return this;
    }

    /** A column that may be NULL and has no default, unless {@link #notNull} or {@link #defaultValue} follow. */
    public ReadModelBuilder column(String name, @Nullable ColumnType type) {
        last = new Described(name, type);
        columns.add(last);
        return this;
    }

    /** The column named last may not be NULL. Without a default, whatever makes a new row must give a value for it. */
    public ReadModelBuilder notNull() {
        described("notNull()").notNull = true;
        return this;
    }

    /** What a new row has in the column named last, as long as nothing else is said. */
    public ReadModelBuilder defaultValue(Object value) {
        described("defaultValue(…)").defaultValue = Optional.of(value);
        return this;
    }

    /** Throws {@link InvalidProjectionException} if the description contradicts itself. */
    public ReadModel build() {
        Identifiers.requireValid("a read model", "table", table);
        if (key.isEmpty()) {
            throw invalid("expected a key: name the columns that tell its rows apart, .key(\"…\", TEXT)");
        }
        if (key.size() > MAX_KEY_COLUMNS) {
            throw invalid("expected at most " + MAX_KEY_COLUMNS + " key columns: columns=" + key.size());
        }
        if (columns.isEmpty()) {
            throw invalid("expected at least one column beside the key: add .column(\"…\", …)");
        }
        Set<String> names = new HashSet<>();
        return new ReadModel(
                table,
                key.stream().map(column -> keyColumn(column, names)).toList(),
                columns.stream().map(column -> column(column, names)).toList());
    }

    private Column keyColumn(Described column, Set<String> names) {
        ColumnType type = checked(column, names);
        if (!type.isKey()) {
            throw invalid("expected a key of a type that can be one (text, integer, bigint, numeric, uuid, date,"
                    + " timestamptz, boolean): column=" + column.name + ", type=" + type.sqlName());
        }
        if (column.defaultValue.isPresent()) {
            throw invalid("expected no default for a key column: column=" + column.name + ". Leave it out");
        }
        return new Column(column.name, type, false, Optional.empty());
    }

    private Column column(Described column, Set<String> names) {
        ColumnType type = checked(column, names);
        Optional<Object> defaultValue = column.defaultValue.map(value -> defaultOf(column, type, value));
        return new Column(column.name, type, !column.notNull, defaultValue);
    }

    private Object defaultOf(Described column, ColumnType type, Object value) {
        try {
            return Normaliser.normalise(type, value)
                    .orElseThrow(() -> invalid(
                            "expected a default that is not NULL: column=" + column.name + ". Without one it is NULL"));
        } catch (InvalidProjectionException e) {
            throw e;
        } catch (IllegalArgumentException e) {
            throw new InvalidProjectionException(
                    "read model " + table + ": the default of column " + column.name + ": " + e.getMessage(), e);
        }
    }

    private ColumnType checked(Described column, Set<String> names) {
        Identifiers.requireColumn("read model " + table, column.name);
        if (!names.add(column.name)) {
            throw invalid("expected each column once: column=" + column.name + ". Rename one or take it out");
        }
        if (column.type == null) {
            throw invalid("expected a type for each column: column=" + column.name
                    + ". Say one of ColumnType, such as TEXT or BIGINT");
        }
        return column.type;
    }

    private Described described(String what) {
        if (last == null) {
            throw invalid("expected a column before " + what + ": call it right after .column(\"…\", …)");
        }
        return last;
    }

    private InvalidProjectionException invalid(String problem) {
        return new InvalidProjectionException("read model " + table + ": " + problem);
    }

    /** A column as it was described; the type is checked as late as everything else, by {@link #build}. */
    private static final class Described {
        final String name;
        final @Nullable ColumnType type;
        boolean notNull;
        Optional<Object> defaultValue = Optional.empty();

        Described(String name, @Nullable ColumnType type) {
            this.name = name;
            this.type = type;
        }
    }
}
