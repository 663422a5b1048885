package io.millrace.projections;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** Takes down what one call of a handler asks for: one change per row between two raw statements. */
final class RowCollector implements Rows {
    private final String projection;
    private final List<ReadModel> readModels;
    private final RawStatement rawSql;
    private final List<Effect> effects = new ArrayList<>();
    private final Map<Place, PendingChange> pending = new LinkedHashMap<>();
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
        return new CollectedRow(this, new Place(readModels.get(0), KeyReader.read(projection, readModels.get(0), key)));
    }

    @Override
    public Table of(ReadModel readModel) {
        if (!readModels.contains(readModel)) {
            throw new InvalidProjectionException("projection " + projection + ": expected one of its read models "
                    + readModels.stream().map(ReadModel::table).toList() + ": readModel=" + readModel.table()
                    + ". Add it to into(…)");
        }
        return key -> new CollectedRow(this, new Place(readModel, KeyReader.read(projection, readModel, key)));
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
    PendingChange pending(Place place) {
        requireOpen();
        return pending.computeIfAbsent(place, PendingChange::new);
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
        pending.forEach((place, change) ->
                effects.add(new Effect.OnRow(place.readModel(), place.key(), change.complete(projection))));
        pending.clear();
    }

    private void requireOpen() {
        if (!open) {
            throw new IllegalStateException("projection " + projection
                    + ": expected changes while the handler runs, and it has returned. Ask for them before it does");
        }
    }

    /** Which row of which read model. */
    record Place(ReadModel readModel, RowKey key) {}
}
