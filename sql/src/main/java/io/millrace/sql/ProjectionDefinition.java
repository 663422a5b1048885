package io.millrace.sql;

import io.millrace.projections.Column;
import io.millrace.projections.Projection;
import io.millrace.projections.ReadModel;
import java.util.ArrayList;
import java.util.List;
import java.util.TreeSet;

/**
 * What a checkpoint was reached with: source, handled types, tables. A projection whose definition changed cannot go on
 * from it, for its rows would be half the old one's.
 *
 * @param eventTypes one per line, sorted
 * @param readModels one column or key per line, sorted
 */
record ProjectionDefinition(String source, String eventTypes, String readModels) {

    static ProjectionDefinition of(Projection projection, String schema) {
        TreeSet<String> lines = new TreeSet<>();
        for (ReadModel table : projection.readModels()) {
            String name = "table " + Identifiers.quoted(schema, table.table()) + ": ";
            table.key().forEach(column -> lines.add(name + TableText.definition(column, true)));
            table.columns().forEach(column -> lines.add(name + TableText.definition(column, false)));
            lines.add(name + "PRIMARY KEY ("
                    + Identifiers.quotedList(
                            table.key().stream().map(Column::name).toList()) + ")");
        }
        return new ProjectionDefinition(
                projection.source().toString(),
                String.join("\n", new TreeSet<>(projection.eventTypes())),
                String.join("\n", lines));
    }

    /** What changed since, one line each: {@code -} was, {@code +} is now. Empty if nothing did. */
    List<String> changesSince(ProjectionDefinition before) {
        List<String> changes = new ArrayList<>();
        addChanges("source ", before.source, source, changes);
        addChanges("handles ", before.eventTypes, eventTypes, changes);
        addChanges("", before.readModels, readModels, changes);
        return changes;
    }

    private static void addChanges(String what, String before, String now, List<String> changes) {
        TreeSet<String> was = new TreeSet<>(before.lines().toList());
        TreeSet<String> is = new TreeSet<>(now.lines().toList());
        was.stream().filter(line -> !is.contains(line)).forEach(line -> changes.add("- " + what + line));
        is.stream().filter(line -> !was.contains(line)).forEach(line -> changes.add("+ " + what + line));
    }
}
