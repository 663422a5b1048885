package io.millrace.projections;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** Takes down what one call of a handler asks for: one change per row between two raw statements. */
final class RowCollector extends Collector {
    /** More rows than these are not looked for one by one. */
    private static final int FEW = 8;

    private final RawStatement rawSql;
    /** What came before the last raw statement, and that. */
    private List<Effect> closed = List.of();
    /** Most handlers change one row: no list for that. */
    private @Nullable PendingChange first;

    private List<PendingChange> others = List.of();
    /** Where to find a pending change, once there are more than a few. */
    private Map<Place, PendingChange> index = Map.of();

    RowCollector(String projection, List<ReadModel> readModels, RawStatement rawSql) {
        super(projection, readModels);
        this.rawSql = rawSql;
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
            throw new IllegalArgumentException("projection " + projection() + ", raw SQL: " + e.getMessage(), e);
        }
    }

    @Override
    PendingChange inHand(ReadModel readModel, RowKey key) {
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

    List<Effect> effects() {
        if (closed.isEmpty() && others.isEmpty()) {
            return first == null ? List.of() : List.of(first.complete(projection()));
        }
        closeSegment();
        return List.copyOf(closed);
    }

    private void closeSegment() {
        closed = closed.isEmpty() ? new ArrayList<>() : closed;
        if (first != null) {
            closed.add(first.complete(projection()));
        }
        for (PendingChange change : others) {
            closed.add(change.complete(projection()));
        }
        first = null;
        others = List.of();
        index = Map.of();
        nextSegment();
    }

    /** Which row of which read model. */
    record Place(ReadModel readModel, RowKey key) {}
}
