package io.millrace.batching;

import io.millrace.projections.ColumnChange;
import io.millrace.projections.ColumnChange.OnPresent.AddThenClamp;
import io.millrace.projections.ColumnChange.Update;
import io.millrace.projections.Effect;
import io.millrace.projections.EventEnvelope;
import io.millrace.projections.ReadModel;
import io.millrace.projections.RowChange;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * Holds a projection to changes that give the same rows in any order: increments, minima and maxima, and of each column
 * only one kind of these. For one thread.
 */
final class CommutingChanges {
    private final Map<Column, Kind> kinds = new HashMap<>();

    private record Column(ReadModel readModel, String name) {}

    private enum Kind {
        INCREMENT,
        MIN,
        MAX
    }

    /** Refuses what would give other rows if it came later than it does. */
    void require(String projection, EventEnvelope event, List<Effect> effects) {
        for (Effect effect : effects) {
            if (!(effect instanceof Effect.OnRow onRow)) {
                throw refused(projection, event, "SQL of its own");
            }
            RowChange change = onRow.change();
            if (change.deleteFirst()) {
                throw refused(projection, event, "a delete");
            }
            change.columns().forEach((name, column) -> require(projection, event, onRow.readModel(), name, column));
        }
    }

    private void require(String projection, EventEnvelope event, ReadModel model, String column, ColumnChange change) {
        String where = "column " + column + " of " + model.table();
        Kind kind = kind(change)
                .orElseThrow(() -> refused(projection, event, "more than an increment, a min or a max of " + where));
        Kind before = kinds.putIfAbsent(new Column(model, column), kind);
        if (before != null && before != kind) {
            throw refused(projection, event, kind + " of " + where + ", after " + before);
        }
    }

    private static Optional<Kind> kind(ColumnChange change) {
        if (!(change instanceof Update update && update.onPresent() instanceof AddThenClamp clamp)) {
            return Optional.empty();
        }
        int adds = clamp.add().isPresent() ? 1 : 0;
        int raises = clamp.floor().isPresent() ? 1 : 0;
        int lowers = clamp.ceiling().isPresent() ? 1 : 0;
        if (adds + raises + lowers != 1) {
            return Optional.empty();
        }
        return Optional.of(adds == 1 ? Kind.INCREMENT : raises == 1 ? Kind.MAX : Kind.MIN);
    }

    private static ProjectorException refused(String projection, EventEnvelope event, String what) {
        return new ProjectorException("projection " + projection + ": " + event + ": expected changes that commute, as"
                + " its poison events are parked alone, and found " + what
                + ". Let it park whole streams instead (on-poison: park)");
    }
}
