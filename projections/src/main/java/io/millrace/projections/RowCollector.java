package io.millrace.projections;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** Takes down what one call of a handler asks for: one change per row between two raw statements. */
final class RowCollector implements Rows {
    /** More rows than these are not looked for one by one. */
    private static final int FEW = 8;

    private final String projection;
    private final List<ReadModel> readModels;
    private final RawStatement rawSql;
    /** What came before the last raw statement, and that. */
    private List<Effect> closed = List.of();
    /** Most handlers change one row: no list for that. */
    private @Nullable PendingChange first;

    private List<PendingChange> others = List.of();
    /** Where to find a pending change, once there are more than a few. */
    private Map<Place, PendingChange> index = Map.of();

    private int segment;
    private boolean open = true;

    RowCollector(String projection, List<ReadModel> readModels, RawStatement rawSql) {
        this.projection = projection;
        this.readModels = readModels;
        this.rawSql = rawSql;
    }

    @Override
    public Row row(@Nullable Object... key) {
        if (readModels.size() != 1) {
            throw new InvalidProjectionException("projection " + projection + ": expected one read model: "
                    + readModels.stream().map(ReadModel::table).toList() + ". Say which: rows.of(READ_MODEL).row(…)");
        }
        ReadModel only = readModels.get(0);
        return new CollectedRow(this, only, KeyReader.read(projection, only, key));
    }

    @Override
    public Table of(ReadModel readModel) {
        if (!readModels.contains(readModel)) {
            throw new InvalidProjectionException("projection " + projection + ": expected one of its read models "
                    + readModels.stream().map(ReadModel::table).toList() + ": readModel=" + readModel.table()
                    + ". Add it to into(…)");
        }
        return key -> new CollectedRow(this, readModel, KeyReader.read(projection, readModel, key));
    }

    @Override
    public void execute(String sql, @Nullable Object... parameters) {
        requireOpen();
        Effect.RawSql statement = checked(sql, parameters);
        closeSegment();
        closed.add(statement);
    }

    private Effect.RawSql checked(String sql, @Nullable Object... parameters) {
        try {
            return rawSql.of(sql, parameters);
        } catch (IllegalArgumentException e) {
            throw new IllegalArgumentException("projection " + projection + ", raw SQL: " + e.getMessage(), e);
        }
    }

    /** The change of a row since the last raw statement. */
    PendingChange pending(ReadModel readModel, RowKey key) {
        PendingChange known = find(readModel, key);
        if (known == null) {
            known = new PendingChange(readModel, key);
            add(known);
        }
        return known;
    }

    private void add(PendingChange added) {
        if (first == null) {
            first = added;
            return;
        }
        others = others.isEmpty() ? new ArrayList<>() : others;
        others.add(added);
        if (others.size() > FEW) {
            index = index.isEmpty() ? new HashMap<>() : index;
            List<PendingChange> missing = index.isEmpty() ? others : List.of(added);
            missing.forEach(change -> index.put(new Place(change.readModel(), change.key()), change));
        }
    }

    private @Nullable PendingChange find(ReadModel readModel, RowKey key) {
        if (first == null || first.isOf(readModel, key)) {
            return first;
        }
        if (!index.isEmpty()) {
            return index.get(new Place(readModel, key));
        }
        for (PendingChange change : others) {
            if (change.isOf(readModel, key)) {
                return change;
            }
        }
        return null;
    }

    String projection() {
        return projection;
    }

    List<Effect> effects() {
        if (closed.isEmpty() && others.isEmpty()) {
            return first == null ? List.of() : List.of(first.complete(projection));
        }
        closeSegment();
        return List.copyOf(closed);
    }

    void close() {
        open = false;
    }

    private void closeSegment() {
        closed = closed.isEmpty() ? new ArrayList<>() : closed;
        if (first != null) {
            closed.add(first.complete(projection));
        }
        for (PendingChange change : others) {
            closed.add(change.complete(projection));
        }
        first = null;
        others = List.of();
        index = Map.of();
        segment++;
    }

    /** Returns the number of the segment: how many raw statements came before. Throws once the handler has returned. */
    int requireOpen() {
        if (!open) {
            throw new IllegalStateException("projection " + projection
                    + ": expected changes while the handler runs, and it has returned. Ask for them before it does");
        }
        return segment;
    }

    /** Which row of which read model. */
    record Place(ReadModel readModel, RowKey key) {}
}
