package io.millrace.projections;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/** A table in PostgreSQL that a projection owns: its key and its columns. Immutable; equal if described alike. */
public final class ReadModel {
    private final String table;
    private final List<Column> key;
    private final List<Column> columns;
    private final String[] names;
    private final ColumnType[] types;
    private final Map<String, Column> columnsByName;
    private final Map<String, Object> defaults;
    private final List<String> required;
    private final List<Column> summable;
    private final String description;

    ReadModel(String table, List<Column> key, List<Column> columns) {
        this.table = Objects.requireNonNull(table, "table");
        this.key = List.copyOf(key);
        this.columns = List.copyOf(columns);
        this.names = columns.stream().map(Column::name).toArray(String[]::new);
        this.types = columns.stream().map(Column::type).toArray(ColumnType[]::new);
        Map<String, Column> byName = new HashMap<>();
        Map<String, Object> defaultValues = new HashMap<>();
        List<String> withoutValue = new ArrayList<>();
        for (Column column : columns) {
            byName.put(column.name(), column);
            column.defaultValue().ifPresent(value -> defaultValues.put(column.name(), value));
            if (!column.nullable() && column.defaultValue().isEmpty()) {
                withoutValue.add(column.name());
            }
        }
        this.columnsByName = Map.copyOf(byName);
        this.defaults = Map.copyOf(defaultValues);
        this.required = List.copyOf(withoutValue);
        this.summable = columns.stream()
                .filter(column -> column.type() == ColumnType.INTEGER || column.type() == ColumnType.BIGINT)
                .toList();
        this.description = describe();
    }

    /** Begins the description of a read model: its table, without the schema, which the configuration names. */
    public static ReadModelBuilder table(String name) {
        return new ReadModelBuilder(name);
    }

    /** The table's name, without its schema, which the configuration names. */
    public String table() {
        return table;
    }

    /** The key columns, in the order of the primary key. */
    public List<Column> key() {
        return key;
    }

    /** The other columns that the projection writes. */
    public List<Column> columns() {
        return columns;
    }

    /** The column of this name, no key column; empty if there is none. */
    public Optional<Column> findColumn(String name) {
        return Optional.ofNullable(columnsByName.get(name));
    }

    /** The column of this name, no key column. Throws if there is none. */
    public Column column(String name) {
        Column column = columnsByName.get(name);
        if (column == null) {
            throw new InvalidProjectionException("read model " + table + ": expected one of its columns "
                    + columns.stream().map(Column::name).toList() + ": column=" + name);
        }
        return column;
    }

    /** The place among {@link #columns} of the one of this name; -1 if there is none. */
    @SuppressWarnings("ReferenceEquality") // a literal is the same object as a rule, and told from the others at once
    int placeOf(String name) {
        for (int place = 0; place < names.length; place++) {
            if (names[place] == name) {
                return place;
            }
        }
        for (int place = 0; place < names.length; place++) {
            if (names[place].equals(name)) {
                return place;
            }
        }
        return -1;
    }

    /** The type of the column at this place among {@link #columns}. */
    ColumnType typeAt(int place) {
        return types[place];
    }

    /** What an absent row has in the columns that have a default, by column name. */
    public Map<String, Object> defaults() {
        return defaults;
    }

    /** The names of the columns that a new row needs a value for: not null, and no default. */
    public List<String> required() {
        return required;
    }

    /** The columns whose sums can leave their range. */
    List<Column> summable() {
        return summable;
    }

    /**
     * All that there is to say about the table, as one line of text: the same for the same description, also in later
     * versions; another for another one. What fingerprints are made of.
     */
    public String description() {
        return description;
    }

    private String describe() {
        String keyNames = key.stream()
                .map(column -> Identifiers.quote(column.name()))
                .collect(Collectors.joining(", ", "primary key (", ")"));
        return Stream.concat(
                        Stream.concat(key.stream(), columns.stream()).map(Column::description), Stream.of(keyNames))
                .collect(Collectors.joining(", ", Identifiers.quote(table) + " (", ")"));
    }

    @Override
    public boolean equals(Object other) {
        return this == other || (other instanceof ReadModel that && description.equals(that.description));
    }

    @Override
    public int hashCode() {
        return description.hashCode();
    }

    @Override
    public String toString() {
        return description;
    }
}
