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
    private final List<Effect> effects = new ArrayList<>(2);
    private final List<PendingChange> pending = new ArrayList<>(2);
    /** Where to find a pending change, once there are more than a few. */
    private final Map<Place, PendingChange> index = new HashMap<>();

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
        effects.add(statement);
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
            pending.add(known);
            index(known, readModel, key);
        }
        return known;
    }

    private @Nullable PendingChange find(ReadModel readModel, RowKey key) {
        if (!index.isEmpty()) {
            return index.get(new Place(readModel, key));
        }
        for (PendingChange change : pending) {
            if (change.isOf(readModel, key)) {
                return change;
            }
        }
        return null;
    }

    private void index(PendingChange added, ReadModel readModel, RowKey key) {
        if (!index.isEmpty()) {
            index.put(new Place(readModel, key), added);
        } else if (pending.size() > FEW) {
            pending.forEach(change -> index.put(new Place(change.readModel(), change.key()), change));
        }
    }

    String projection() {
        return projection;
    }

    List<Effect> effects() {
        closeSegment();
        return List.copyOf(effects);
    }

    void close() {
        open = false;
    }

    private void closeSegment() {
        for (PendingChange change : pending) {
            effects.add(change.complete(projection));
        }
        pending.clear();
        index.clear();
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
