package io.millrace.sql;

import io.millrace.batching.ChangeSet;
import io.millrace.batching.ChangeSet.Segment;
import io.millrace.projections.ReadModel;
import io.millrace.projections.RowChange;
import io.millrace.projections.RowKey;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Map.Entry;

/**
 * Turns change sets into statements. Within a segment, tables go in the order in which the projection declares them,
 * deletes before upserts, shapes in the order of their texts, rows in that of their keys: always the same, so that two
 * writers never lock each other out. Used by one thread.
 *
 * <p>It remembers the shapes that it has met, for nothing but to keep the number of texts small: what it plans means
 * the same either way.
 */
final class StatementPlanner {
    /**
     * A table of 20 columns, each of which an event may or may not set, has a million shapes. Texts are parsed and
     * planned by the server, and the driver keeps 256 of them.
     */
    static final int MAX_SHAPES = 16;

    private final Map<ReadModel, TableStatements> tables = new LinkedHashMap<>();

    /**
     * @param schema where the tables are
     * @param readModels the projection's, in the order in which it declares them
     */
    StatementPlanner(String schema, List<ReadModel> readModels) {
        this(schema, readModels, MAX_SHAPES);
    }

    /**
     * @param maxShapes how many shapes of a table have a statement of their own
     */
    StatementPlanner(String schema, List<ReadModel> readModels, int maxShapes) {
        readModels.forEach(table -> tables.put(table, new TableStatements(schema, table, maxShapes)));
    }

    StatementPlan plan(ChangeSet changes) {
        List<StatementPlan.Planned> statements = new ArrayList<>();
        for (Segment segment : changes.segments()) {
            if (segment instanceof Segment.Rows rows) {
                addRows(rows.tables(), statements);
            } else {
                statements.add(RawStatement.planned(((Segment.Raw) segment).statement()));
            }
        }
        return new StatementPlan(statements);
    }

    /**
     * Supposes from now on that numbers are near the ends of their ranges, where increments of both signs cannot be
     * added as one. Costs a join with the old rows.
     *
     * @return whether it did not before
     */
    boolean planExactly() {
        boolean changed = false;
        for (TableStatements texts : tables.values()) {
            changed |= texts.planExactly();
        }
        return changed;
    }

    private void addRows(Map<ReadModel, Map<RowKey, RowChange>> changes, List<StatementPlan.Planned> statements) {
        for (ReadModel table : changes.keySet()) {
            if (!tables.containsKey(table)) {
                throw new IllegalArgumentException("expected one of the projection's read models "
                        + tables.keySet().stream().map(ReadModel::table).toList() + ": table=" + table.table());
            }
        }
        List<Changed> inOrder = new ArrayList<>(tables.size());
        for (Entry<ReadModel, TableStatements> table : tables.entrySet()) {
            inOrder.add(new Changed(table.getValue(), sorted(changes.getOrDefault(table.getKey(), Map.of()))));
        }
        for (Changed changed : inOrder) {
            changed.texts().addChecks(changed.rows(), statements);
        }
        // What refers to another table is declared after it, and must be deleted before it.
        for (int i = inOrder.size() - 1; i >= 0; i--) {
            inOrder.get(i).texts().addDeletes(inOrder.get(i).rows(), statements);
        }
        for (Changed changed : inOrder) {
            changed.texts().addUpserts(changed.rows(), statements);
        }
    }

    /** A table's changed rows, sorted by key. */
    private record Changed(TableStatements texts, List<Entry<RowKey, RowChange>> rows) {}

    private static List<Entry<RowKey, RowChange>> sorted(Map<RowKey, RowChange> changes) {
        List<Entry<RowKey, RowChange>> rows = new ArrayList<>(changes.entrySet());
        rows.sort(Entry.comparingByKey());
        return rows;
    }
}
