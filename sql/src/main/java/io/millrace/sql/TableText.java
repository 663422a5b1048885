package io.millrace.sql;

import io.millrace.projections.Column;
import io.millrace.projections.ReadModel;
import java.util.ArrayList;
import java.util.List;

/** Writes the statement that creates a read model's table. */
final class TableText {
    private TableText() {}

    static String create(String schema, ReadModel table) {
        List<String> lines = new ArrayList<>();
        table.key().forEach(column -> lines.add(definition(column, true)));
        table.columns().forEach(column -> lines.add(definition(column, false)));
        lines.add("PRIMARY KEY ("
                + Identifiers.quotedList(table.key().stream().map(Column::name).toList()) + ")");
        return "CREATE TABLE " + Identifiers.quoted(schema, table.table()) + " (\n    " + String.join(",\n    ", lines)
                + "\n)";
    }

    /** One column, as it stands in {@code CREATE TABLE}. */
    static String definition(Column column, boolean key) {
        return Identifiers.quoted(column.name()) + " " + column.type().sqlName()
                + (key || !column.nullable() ? " NOT NULL" : "")
                + (column.defaultValue().isPresent() ? " DEFAULT " + literalOrNull(column) : "");
    }

    /** The declared default of a column as a literal, not cast. */
    static String literalOrNull(Column column) {
        return column.defaultValue()
                .map(value -> Identifiers.literal(SqlArrays.text(value)))
                .orElse("NULL");
    }
}
