package io.millrace.projections;

import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * Read models in memory: what the tables would hold. For the tests of projections, and as the yardstick for folding. Not
 * safe for use by several threads.
 */
public final class InMemoryReadModels {
    private final Map<Place, Map<String, Object>> rows = new HashMap<>();

    /**
     * Applies what an event does, as a whole or not at all.
     *
     * @throws RejectedChangeException if PostgreSQL would refuse it
     * @throws UnsupportedOperationException if there is raw SQL in it
     */
    public void apply(List<Effect> effects) {
        Map<Place, Optional<Map<String, Object>>> changed = new HashMap<>();
        for (Effect effect : effects) {
            if (!(effect instanceof Effect.OnRow onRow)) {
                throw new UnsupportedOperationException("expected no raw SQL, as there is no database: " + effect);
            }
            Place place = new Place(onRow.readModel(), onRow.key());
            Optional<Map<String, Object>> before = changed.getOrDefault(place, Optional.ofNullable(rows.get(place)));
            changed.put(place, onRow.change().applyTo(before, onRow.readModel()));
        }
        changed.forEach(
                (place, row) -> row.ifPresentOrElse(values -> rows.put(place, values), () -> rows.remove(place)));
    }

    /** Applies one change of one row. See {@link #apply(List)}. */
    public void apply(ReadModel readModel, RowKey key, RowChange change) {
        apply(List.of(new Effect.OnRow(readModel, key, change)));
    }

    /** The rows of a read model: by key, the values of the columns that are not NULL; in no particular order. */
    public Map<RowKey, Map<String, Object>> rows(ReadModel readModel) {
        Map<RowKey, Map<String, Object>> found = new HashMap<>();
        rows.forEach((place, row) -> {
            if (place.readModel().equals(readModel)) {
                found.put(place.key(), row);
            }
        });
        return found;
    }

    /** One row: the values of its columns that are not NULL, normalised; empty if it is not there. */
    public Optional<Map<String, Object>> row(ReadModel readModel, RowKey key) {
        return Optional.ofNullable(rows.get(new Place(readModel, key)));
    }

    /** One row, by the values of its key columns. See {@link #row(ReadModel, RowKey)}. */
    public Optional<Map<String, Object>> row(ReadModel readModel, Object... key) {
        return row(readModel, KeyReader.read("in memory", readModel, key));
    }

    private record Place(ReadModel readModel, RowKey key) {}
}
