package io.millrace.sql;

import static java.util.stream.Collectors.joining;

import io.millrace.projections.Column;
import io.millrace.projections.ColumnType;
import io.millrace.projections.ReadModel;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.IntStream;

/**
 * Writes the one statement of a table and shape. Its rows come in as arrays, one per key column and operand, so the
 * text does not depend on how many there are.
 *
 * <p>Aliases: {@code t} the table, {@code n} the new rows, {@code o} the old ones, {@code r} both side by side. Within
 * {@code n}: {@code k0, k1, …} the keys, {@code c<column>_<operand>} the operands; {@code x0, x1, …} what is there now.
 */
final class UpsertText {
    private final String schema;
    private final ReadModel table;

    UpsertText(String schema, ReadModel table) {
        this.schema = schema;
        this.table = table;
    }

    /** Inserts, or does to the existing row what the shape says. */
    String upsert(Shape shape) {
        boolean joins = shape.joinsOldRows(table);
        return "INSERT INTO " + name() + " AS t (" + columnNames() + ")\n"
                + (joins ? selectJoined(shape) : selectPlain(shape))
                + "\nON CONFLICT (" + Identifiers.quotedList(keyNames()) + ") " + onConflict(shape, joins);
    }

    /** Does the same as {@link #upsert} to rows that come in as arrays. */
    StatementPlan.Merge merge(Shape shape) {
        return new StatementPlan.Merge(merge(shape, newRows(shape.forms())), false);
    }

    /** Does so to one row, whose values come in as they are. */
    StatementPlan.Merge mergeOne(Shape shape) {
        return new StatementPlan.Merge(merge(shape, newRow(shape.forms())), true);
    }

    /**
     * Does the same as {@link #upsert}, for a tenth less of the time of a flush of 60 rows: each row is looked up and locked
     * once, not once to find the conflict and once to update. Fails with 23505 where somebody else inserts a row meanwhile.
     *
     * @param rows where its rows come from
     */
    private String merge(Shape shape, String rows) {
        boolean readsOld = shape.joinsOldRows(table);
        List<String> updates = new ArrayList<>();
        List<String> inserts = keyReferences("n");
        for (int i = 0; i < table.columns().size(); i++) {
            Column column = table.columns().get(i);
            ColumnForm form = shape.forms().get(i);
            if (form == ColumnForm.UNTOUCHED) {
                inserts.add(defaultOf(column));
            } else {
                updates.add(quoted(column) + " = " + updated("n", i, "t." + quoted(column), form));
                inserts.add(readsOld ? updated("n", i, defaultOf(column), form) : operand("n", i, Operands.VALUE));
            }
        }
        return "MERGE INTO " + name() + " AS t\nUSING " + rows + " ON " + sameKey("t")
                + (updates.isEmpty() ? "" : "\nWHEN MATCHED THEN UPDATE SET " + String.join(", ", updates))
                + "\nWHEN NOT MATCHED THEN INSERT (" + columnNames() + ") VALUES (" + String.join(", ", inserts) + ")";
    }

    /** Deletes by key. */
    String delete() {
        return "DELETE FROM " + name() + " AS t USING " + newRows(List.of()) + " WHERE " + sameKey("t");
    }

    /**
     * Fails where a folded change would hide that one of its parts failed: with 23502 where a row must be there, with
     * 22003 where a value must be able to take increments. Changes nothing.
     */
    String check() {
        List<String> counts = new ArrayList<>();
        List<String> names = new ArrayList<>(keyAliases());
        List<String> arrays = new ArrayList<>(keyPlaceholders());
        names.add("required");
        arrays.add(SqlArrays.placeholder(ColumnType.BOOLEAN));
        counts.add("count(CASE WHEN n.required THEN " + MillraceSchema.NAME + ".require_row(o."
                + quoted(table.key().get(0)) + " IS NOT NULL, " + Identifiers.literal(table.table()) + ") END)");
        for (int i = 0; i < table.columns().size(); i++) {
            Column column = table.columns().get(i);
            if (Operands.hasRange(column.type())) {
                for (String extreme : List.of(Operands.LOWEST, Operands.HIGHEST)) {
                    names.add(operandName(i, extreme));
                    arrays.add(SqlArrays.placeholder(column.type()));
                    counts.add("count(o." + quoted(column) + " + " + operand("n", i, extreme) + ")");
                }
            }
        }
        return "SELECT " + String.join(" + ", counts) + "\nFROM unnest(" + String.join(", ", arrays) + ") AS n("
                + String.join(", ", names) + ")\nLEFT JOIN " + name() + " AS o ON " + sameKey("o");
    }

    private String selectPlain(Shape shape) {
        List<String> values = keyReferences("n");
        for (int i = 0; i < table.columns().size(); i++) {
            values.add(
                    shape.forms().get(i) == ColumnForm.UNTOUCHED
                            ? defaultOf(table.columns().get(i))
                            : operand("n", i, Operands.VALUE));
        }
        return "SELECT " + String.join(", ", values) + " FROM " + newRows(shape.forms());
    }

    private String selectJoined(Shape shape) {
        List<String> values = keyReferences("r");
        List<String> old = new ArrayList<>();
        for (int i = 0; i < table.columns().size(); i++) {
            Column column = table.columns().get(i);
            values.add(updated("r", i, "r.x" + i, shape.forms().get(i)));
            old.add(oldValue(column) + " AS x" + i);
        }
        return "SELECT " + String.join(", ", values) + " FROM (SELECT n.*"
                + old.stream().map(x -> ", " + x).collect(joining()) + "\n  FROM "
                + numberedNewRows(shape.forms()) + "\n  LEFT JOIN " + name() + " AS o ON " + sameKey("o")
                + ") AS r ORDER BY r.i";
    }

    /** What is there now; an absent row has the default that the read model declares, not the table's. */
    private String oldValue(Column column) {
        String old = "o." + quoted(column);
        return column.defaultValue().isEmpty()
                ? old
                : "CASE WHEN o." + quoted(table.key().get(0)) + " IS NULL THEN " + defaultOf(column) + " ELSE " + old
                        + " END";
    }

    private String onConflict(Shape shape, boolean joined) {
        List<String> assignments = new ArrayList<>();
        for (int i = 0; i < table.columns().size(); i++) {
            ColumnForm form = shape.forms().get(i);
            if (form != ColumnForm.UNTOUCHED) {
                String column = quoted(table.columns().get(i));
                assignments.add(column + " = " + (joined ? "excluded." + column : folded(i, form)));
            }
        }
        return assignments.isEmpty() ? "DO NOTHING" : "DO UPDATE SET " + String.join(", ", assignments);
    }

    /** The existing value and {@code excluded}'s, in one statement without a join. */
    private String folded(int i, ColumnForm form) {
        Column column = table.columns().get(i);
        String name = quoted(column);
        return combined(form, column.type(), "t." + name, "excluded." + name);
    }

    private static String combined(ColumnForm form, ColumnType type, String old, String value) {
        return switch (form) {
            case ASSIGN -> value;
            case ADD -> added(old, value);
            case ADD_GUARDED ->
                "CASE WHEN " + old + " NOT BETWEEN " + SafeRange.of(type).ends(type) + " THEN "
                        + MillraceSchema.NAME + ".plan_exactly()::" + type.sqlName() + " ELSE " + added(old, value)
                        + " END";
            // On a tie both keep their first argument: 1.0 is not replaced by 1.00.
            case GREATEST -> "greatest(" + old + ", " + value + collation(type) + ")";
            case LEAST -> "least(" + old + ", " + value + collation(type) + ")";
            case FIRST -> "coalesce(" + old + ", " + value + ")";
            default -> throw new IllegalArgumentException("expected a form that needs no old row: form=" + form);
        };
    }

    private static String added(String old, String value) {
        return "coalesce(" + old + ", 0) + " + value;
    }

    /** The value after the change, from the row's operands and what was there. */
    private String updated(String alias, int i, String old, ColumnForm form) {
        ColumnType type = table.columns().get(i).type();
        String value = operand(alias, i, Operands.VALUE);
        return switch (form) {
            case UNTOUCHED -> old;
            case BECOME ->
                "CASE WHEN " + old + " IS NULL THEN " + value + " ELSE " + operand(alias, i, Operands.FLOOR) + " END";
            case CLAMP -> "CASE WHEN " + old + " IS NULL THEN " + value + clamped(alias, i, old, type) + " END";
            case PATCH -> patched(alias, i, old);
            case MERGE -> "CASE WHEN " + old + " IS NULL THEN " + value + " ELSE " + patched(alias, i, old) + " END";
            case MIXED -> mixed(alias, i, old, type);
            default -> combined(form, type, old, value);
        };
    }

    private String mixed(String alias, int i, String old, ColumnType type) {
        String value = operand(alias, i, Operands.VALUE);
        return "CASE " + operand(alias, i, Operands.KIND)
                + " WHEN 'untouched' THEN " + old
                + " WHEN 'assign' THEN " + value
                + " WHEN 'first' THEN coalesce(" + old + ", " + value + ")"
                + become(alias, i, old, type)
                + " ELSE CASE WHEN " + old + " IS NULL THEN " + value
                + (type == ColumnType.JSONB ? " ELSE " + patched(alias, i, old) : clamped(alias, i, old, type))
                + " END END";
    }

    private String become(String alias, int i, String old, ColumnType type) {
        return type == ColumnType.JSONB
                ? ""
                : " WHEN 'become' THEN CASE WHEN " + old + " IS NULL THEN " + operand(alias, i, Operands.VALUE)
                        + " ELSE " + operand(alias, i, Operands.FLOOR) + " END";
    }

    private static String patched(String alias, int i, String old) {
        return MillraceSchema.NAME + ".patched(" + old + ", " + operand(alias, i, Operands.PATCH) + ")";
    }

    /**
     * The sums of the composed increments' extremes are computed only to fail with 22003 where one of the increments
     * could have failed on its own.
     */
    private String clamped(String alias, int i, String old, ColumnType type) {
        String floor = operand(alias, i, Operands.FLOOR) + collation(type);
        String ceiling = operand(alias, i, Operands.CEILING) + collation(type);
        if (!Operands.isNumber(type)) {
            return " ELSE least(greatest(" + old + ", " + floor + "), " + ceiling + ")";
        }
        return " WHEN (" + old + " + " + operand(alias, i, Operands.LOWEST) + ") IS NULL OR (" + old + " + "
                + operand(alias, i, Operands.HIGHEST) + ") IS NULL THEN NULL ELSE least(greatest(" + old + " + "
                + operand(alias, i, Operands.ADD) + ", " + floor + "), " + ceiling + ")";
    }

    /**
     * The new rows one after the other as they are taken out of the arrays. What stands in {@code FROM} would be collected
     * first, which took PostgreSQL 18 0.3 to 0.7 µs a row of five arrays, more than a tenth of a merge of 57 rows.
     */
    private String newRows(List<ColumnForm> forms) {
        NewColumns columns = newColumns(forms);
        return IntStream.range(0, columns.names().size())
                        .mapToObj(i -> "unnest("
                                + SqlArrays.placeholder(columns.types().get(i)) + ") AS "
                                + columns.names().get(i))
                        .collect(joining(", ", "(SELECT ", ")"))
                + " AS n";
    }

    /** The same, numbered in the column {@code i}. */
    private String numberedNewRows(List<ColumnForm> forms) {
        NewColumns columns = newColumns(forms);
        return columns.types().stream().map(SqlArrays::placeholder).collect(joining(", ", "unnest(", ")"))
                + " WITH ORDINALITY AS n(" + String.join(", ", columns.names()) + ", i)";
    }

    private String newRow(List<ColumnForm> forms) {
        NewColumns columns = newColumns(forms);
        return columns.types().stream().map(SqlValues::placeholder).collect(joining(", ", "(SELECT ", ")")) + " AS n("
                + String.join(", ", columns.names()) + ")";
    }

    /** What comes in of each new row. */
    private record NewColumns(List<String> names, List<ColumnType> types) {}

    private NewColumns newColumns(List<ColumnForm> forms) {
        List<String> names = new ArrayList<>(keyAliases());
        List<ColumnType> types =
                new ArrayList<>(table.key().stream().map(Column::type).toList());
        for (int i = 0; i < forms.size(); i++) {
            for (Operands.Operand operand :
                    Operands.of(forms.get(i), table.columns().get(i).type())) {
                names.add(operandName(i, operand.name()));
                types.add(operand.type());
            }
        }
        return new NewColumns(names, types);
    }

    private String sameKey(String alias) {
        return IntStream.range(0, table.key().size())
                .mapToObj(i -> alias + "." + quoted(table.key().get(i)) + " = n.k" + i)
                .collect(joining(" AND "));
    }

    private List<String> keyAliases() {
        return IntStream.range(0, table.key().size()).mapToObj(i -> "k" + i).toList();
    }

    private List<String> keyPlaceholders() {
        return table.key().stream()
                .map(column -> SqlArrays.placeholder(column.type()))
                .toList();
    }

    private List<String> keyReferences(String alias) {
        return new ArrayList<>(
                keyAliases().stream().map(key -> alias + "." + key).toList());
    }

    private static String operand(String alias, int column, String name) {
        return alias + "." + operandName(column, name);
    }

    private static String operandName(int column, String name) {
        return "c" + column + "_" + name;
    }

    private static String defaultOf(Column column) {
        return TableText.literalOrNull(column) + "::" + column.type().sqlName();
    }

    private static String collation(ColumnType type) {
        return type == ColumnType.TEXT ? " COLLATE \"C\"" : "";
    }

    private String name() {
        return Identifiers.quoted(schema, table.table());
    }

    private static String quoted(Column column) {
        return Identifiers.quoted(column.name());
    }

    private List<String> keyNames() {
        return table.key().stream().map(Column::name).toList();
    }

    private String columnNames() {
        List<String> names = new ArrayList<>(keyNames());
        table.columns().forEach(column -> names.add(column.name()));
        return Identifiers.quotedList(names);
    }
}
