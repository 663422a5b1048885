package io.millrace.batching;

import io.millrace.projections.CannotFoldException;
import io.millrace.projections.Effect;
import io.millrace.projections.FoldedRow;
import io.millrace.projections.ReadModel;
import io.millrace.projections.RowChange;
import io.millrace.projections.RowKey;
import java.util.ArrayList;
import java.util.Collections;
import java.util.Iterator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * Folds effects into a change set: one ordered map of rows per segment, each row's changes composed into one. An
 * event's effects go in together or not at all. For one thread.
 */
final class ChangeSetBuilder {
    private final List<ChangeSet.Segment> closed = new ArrayList<>();
    private Map<ReadModel, Map<RowKey, FoldedRow>> tables = new LinkedHashMap<>();
    private Optional<ReadModel> lastModel = Optional.empty();
    private Map<RowKey, FoldedRow> lastRows = Map.of();
    private long changesIn;
    private long rows;

    boolean isEmpty() {
        return changesIn == 0;
    }

    /** How many rows it changes; one counts again after a raw statement. */
    long rows() {
        return rows;
    }

    /**
     * Folds what one event does.
     *
     * @throws CannotFoldException if they cannot share a change set with what is in it; then nothing is folded
     */
    void add(List<Effect> effects) {
        if (effects.size() == 1 && effects.get(0) instanceof Effect.OnRow only) {
            fold(only);
        } else if (areSureToFold(effects)) {
            for (Effect effect : effects) {
                fold((Effect.OnRow) effect);
            }
        } else {
            composeAndPut(effects);
        }
        changesIn += effects.size();
    }

    private void fold(Effect.OnRow onRow) {
        Map<RowKey, FoldedRow> table = rowsOf(onRow.readModel());
        FoldedRow row = table.get(onRow.key());
        if (row == null) {
            put(table, onRow, onRow.change());
        } else {
            row.fold(onRow.change());
        }
    }

    /** The row with this key, made if it is not there: for what is folded in place. */
    FoldedRow rowOf(ReadModel model, RowKey key) {
        Map<RowKey, FoldedRow> table = rowsOf(model);
        FoldedRow row = table.get(key);
        if (row == null) {
            row = new FoldedRow(model);
            table.put(key, row);
            rows++;
        }
        return row;
    }

    /** So many changes were folded in place. */
    void changedInPlace(int changes) {
        changesIn += changes;
    }

    /**
     * Folds in what was folded in place elsewhere, all of it or, if it is not sure to fold, nothing.
     *
     * @return whether it did; then the other one is not to be used any more
     */
    boolean addAll(ChangeSetBuilder next) {
        Optional<List<FoldedRow>> takers = takersOf(next);
        takers.ifPresent(each -> addAll(next, each.iterator()));
        return takers.isPresent();
    }

    private void addAll(ChangeSetBuilder next, Iterator<FoldedRow> takers) {
        next.tables.forEach((model, changed) -> {
            Map<RowKey, FoldedRow> mine = rowsOf(model);
            changed.forEach((key, row) -> {
                FoldedRow taker = takers.next();
                if (taker == row) {
                    mine.put(key, row);
                    rows++;
                } else {
                    taker.fold(row);
                }
            });
        });
        changesIn += next.changesIn;
    }

    /** For each row of the other one, in its order, the one here that takes it, or itself where it is new; empty if one does not. */
    private Optional<List<FoldedRow>> takersOf(ChangeSetBuilder next) {
        List<FoldedRow> takers = new ArrayList<>((int) next.rows);
        for (Map.Entry<ReadModel, Map<RowKey, FoldedRow>> table : next.tables.entrySet()) {
            Map<RowKey, FoldedRow> mine = rowsOf(table.getKey());
            for (Map.Entry<RowKey, FoldedRow> row : table.getValue().entrySet()) {
                FoldedRow before = mine.get(row.getKey());
                if (before != null && !before.takes(row.getValue())) {
                    return Optional.empty();
                }
                takers.add(before == null ? row.getValue() : before);
            }
        }
        return Optional.of(takers);
    }

    private void put(Map<RowKey, FoldedRow> table, Effect.OnRow onRow, RowChange change) {
        rows += table.put(onRow.key(), new FoldedRow(onRow.readModel(), change)) == null ? 1 : 0;
    }

    /** Whether none of them can fail: each row's change is its first, or of the kind that its row takes. */
    private boolean areSureToFold(List<Effect> effects) {
        for (Effect effect : effects) {
            if (!(effect instanceof Effect.OnRow onRow)) {
                return false;
            }
            FoldedRow row = rowsOf(onRow.readModel()).get(onRow.key());
            if (row != null && !row.takes(onRow.change())) {
                return false;
            }
        }
        return true;
    }

    private void composeAndPut(List<Effect> effects) {
        for (Composed step : composeAll(effects)) {
            if (step.effect() instanceof Effect.OnRow onRow) {
                put(rowsOf(onRow.readModel()), onRow, step.result());
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
                Map<RowKey, RowChange> changed =
                        mine.computeIfAbsent(onRow.readModel(), model -> new LinkedHashMap<>());
                RowChange earlier = changed.get(onRow.key());
                if (earlier == null && segmentGoesOn) {
                    FoldedRow row = rowsOf(onRow.readModel()).get(onRow.key());
                    earlier = row == null ? null : row.change();
                }
                RowChange result = earlier == null ? onRow.change() : earlier.then(onRow.change(), onRow.readModel());
                changed.put(onRow.key(), result);
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

    /** The rows of a table; most events change the same table as the one before. */
    private Map<RowKey, FoldedRow> rowsOf(ReadModel model) {
        if (lastModel.isEmpty() || !lastModel.get().equals(model)) {
            lastRows = tables.computeIfAbsent(model, first -> new LinkedHashMap<>());
            lastModel = Optional.of(model);
        }
        return lastRows;
    }

    private void closeSegment() {
        Map<ReadModel, Map<RowKey, RowChange>> folded = new LinkedHashMap<>();
        tables.forEach((model, changed) -> {
            if (!changed.isEmpty()) {
                folded.put(model, new FoldedRows(changed));
            }
        });
        if (!folded.isEmpty()) {
            closed.add(new ChangeSet.Segment.Rows(Collections.unmodifiableMap(folded)));
        }
        tables = new LinkedHashMap<>();
        lastModel = Optional.empty();
    }

    /** The change set; nothing can be added after it. */
    ChangeSet build() {
        closeSegment();
        return new ChangeSet(closed, changesIn);
    }
}
