package io.millrace.projections;

import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * Read models in memory: what the tables would hold. For tests, and as the yardstick for folding. Not safe for use by
 * several threads.
 */
public final class InMemoryReadModels {
    private final Map<ReadModel, Map<RowKey, Map<String, Object>>> tables = new HashMap<>();

    /**
     * Applies what an event does, as a whole or not at all.
     *
     * @throws RejectedChangeException if PostgreSQL would refuse it
     * @throws UnsupportedOperationException if there is raw SQL in it
     */
    public void apply(List<Effect> effects) {
        Map<ReadModel, Map<RowKey, Map<String, Object>>> before = new HashMap<>();
        tables.forEach((readModel, rows) -> before.put(readModel, new HashMap<>(rows)));
        try {
            effects.forEach(this::apply);
        } catch (RuntimeException e) {
            tables.clear();
            tables.putAll(before);
            throw e;
        }
    }

    /** Applies one change of one row. */
    public void apply(ReadModel readModel, RowKey key, RowChange change) {
        Map<RowKey, Map<String, Object>> rows = tables.computeIfAbsent(readModel, model -> new HashMap<>());
        change.applyTo(Optional.ofNullable(rows.get(key)), readModel)
                .ifPresentOrElse(row -> rows.put(key, row), () -> rows.remove(key));
    }

    /** The rows of a read model: by key, the values of the columns that are not NULL; in no particular order. */
    public Map<RowKey, Map<String, Object>> rows(ReadModel readModel) {
        return Map.copyOf(tables.getOrDefault(readModel, Map.of()));
    }

    /** One row: the values of its columns that are not NULL, normalised; empty if it is not there. */
    public Optional<Map<String, Object>> row(ReadModel readModel, RowKey key) {
        return Optional.ofNullable(tables.getOrDefault(readModel, Map.of()).get(key));
    }

    private void apply(Effect effect) {
        if (!(effect instanceof Effect.OnRow change)) {
            throw new UnsupportedOperationException("expected no raw SQL, as there is no database: " + effect);
        }
        apply(change.readModel(), change.key(), change.change());
    }
}
