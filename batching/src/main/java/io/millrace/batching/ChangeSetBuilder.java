package io.millrace.batching;

import io.millrace.projections.CannotFoldException;
import io.millrace.projections.Effect;
import io.millrace.projections.ReadModel;
import io.millrace.projections.RowChange;
import io.millrace.projections.RowKey;
import java.util.ArrayList;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * Folds effects into a change set: one ordered map of rows per segment, each row's changes composed into one. An
 * event's effects go in together or not at all. For one thread.
 */
final class ChangeSetBuilder {
    private final List<ChangeSet.Segment> closed = new ArrayList<>();
    private Map<ReadModel, Map<RowKey, RowChange>> tables = new LinkedHashMap<>();
    private long changesIn;
    private long rows;

    /** How many rows it changes; one counts again after a raw statement. */
    long rows() {
        return rows;
    }

    boolean isEmpty() {
        return changesIn == 0;
    }

    /**
     * Folds what one event does.
     *
     * @throws CannotFoldException if they cannot share a change set with what is in it; then nothing is folded
     */
    void add(List<Effect> effects) {
        if (effects.size() == 1 && effects.get(0) instanceof Effect.OnRow only) {
            compose(only);
        } else {
            addAll(effects);
        }
        changesIn += effects.size();
    }

    private void addAll(List<Effect> effects) {
        List<Composed> composed = composeAll(effects);
        for (Composed step : composed) {
            if (step.effect() instanceof Effect.OnRow onRow) {
                put(rowsOf(onRow.readModel()), onRow.key(), step.result());
            } else if (step.effect() instanceof Effect.RawSql raw) {
                closeSegment();
                closed.add(new ChangeSet.Segment.Raw(raw));
            }
        }
    }

    /** Composes all before anything is put in, since the last of them may fail. */
    private List<Composed> composeAll(List<Effect> effects) {
        List<Composed> composed = new ArrayList<>(effects.size());
        Map<ReadModel, Map<RowKey, RowChange>> mine = new LinkedHashMap<>();
        boolean segmentGoesOn = true;
        for (Effect effect : effects) {
            if (effect instanceof Effect.OnRow onRow) {
                Map<RowKey, RowChange> rows = mine.computeIfAbsent(onRow.readModel(), model -> new LinkedHashMap<>());
                RowChange earlier = rows.get(onRow.key());
                if (earlier == null && segmentGoesOn) {
                    earlier = tables.getOrDefault(onRow.readModel(), Map.of()).get(onRow.key());
                }
                RowChange result = earlier == null ? onRow.change() : earlier.then(onRow.change(), onRow.readModel());
                rows.put(onRow.key(), result);
                composed.add(new Composed(effect, result));
            } else {
                mine.clear();
                segmentGoesOn = false;
                composed.add(new Composed(effect, RowChange.NONE));
            }
        }
        return composed;
    }

    private record Composed(Effect effect, RowChange result) {}

    private void compose(Effect.OnRow onRow) {
        Map<RowKey, RowChange> table = rowsOf(onRow.readModel());
        RowChange earlier = table.get(onRow.key());
        put(table, onRow.key(), earlier == null ? onRow.change() : earlier.then(onRow.change(), onRow.readModel()));
    }

    private void put(Map<RowKey, RowChange> table, RowKey key, RowChange change) {
        rows += table.put(key, change) == null ? 1 : 0;
    }

    private Map<RowKey, RowChange> rowsOf(ReadModel model) {
        return tables.computeIfAbsent(model, first -> new LinkedHashMap<>());
    }

    private void closeSegment() {
        if (!tables.isEmpty()) {
            tables.replaceAll((model, rows) -> Collections.unmodifiableMap(rows));
            closed.add(new ChangeSet.Segment.Rows(Collections.unmodifiableMap(tables)));
            tables = new LinkedHashMap<>();
        }
    }

    /** The change set; nothing can be added after it. */
    ChangeSet build() {
        closeSegment();
        return new ChangeSet(closed, changesIn);
    }
}
