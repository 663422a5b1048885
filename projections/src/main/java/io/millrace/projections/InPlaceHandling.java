package io.millrace.projections;

import java.util.HashMap;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalInt;
import org.jspecify.annotations.Nullable;

/**
 * Handles events and folds what their handlers ask for at once, without writing it down as effects first: what is plain goes
 * straight into the rows. Comes to what folding the effects one after another would. For one thread.
 */
public final class InPlaceHandling {
    /** Where the rows are. */
    @FunctionalInterface
    public interface FoldedTables {
        /** The row with this key, made if it is not there; nobody else folds in anything meanwhile. */
        FoldedRow rowOf(ReadModel model, RowKey key);
    }

    private final DeclaredProjection projection;
    private final FoldedTables tables;
    private final Map<ReadModel, InPlaceTable> inPlaceTables = new HashMap<>();
    /** Most events change the same table as the one before. */
    private @Nullable InPlaceTable last;
    /** Counts events; rows tell by it whether they were changed by the one under way. */
    private long eventNumber;
    /** How many rows that one has changed. */
    private int changed;
    /** Whether all that it has asked for is plain. */
    private boolean inPlace;

    private InPlaceHandling(DeclaredProjection projection, FoldedTables tables) {
        this.projection = projection;
        this.tables = tables;
    }

    /** Empty for a projection that writes down what it does in a way of its own. */
    public static Optional<InPlaceHandling> of(Projection projection, FoldedTables tables) {
        return projection instanceof DeclaredProjection declared
                ? Optional.of(new InPlaceHandling(declared, tables))
                : Optional.empty();
    }

    /**
     * Handles an event.
     *
     * @return how many rows it changed; empty if it asked for something that is not plain (a delete, a raw statement, a
     *     column twice), or that has to be looked at with what came before. Then, and if the handler throws, the rows are not
     *     to be used any more
     */
    public OptionalInt handle(EventEnvelope event) {
        eventNumber++;
        changed = 0;
        inPlace = true;
        InPlaceRows rows = new InPlaceRows();
        try {
            projection.handle(event, rows);
        } catch (NotInPlace e) {
            return OptionalInt.empty();
        } finally {
            rows.close();
        }
        return inPlace ? OptionalInt.of(changed) : OptionalInt.empty();
    }

    private NotInPlace giveUp() {
        inPlace = false;
        return new NotInPlace();
    }

    private InPlaceTable tableOf(ReadModel model) {
        InPlaceTable known = last;
        if (known == null || !known.model.equals(model)) {
            known = inPlaceTables.computeIfAbsent(model, InPlaceTable::new);
            last = known;
        }
        return known;
    }

    /** Thrown for a handler to end; that one may swallow it. Without a trace, as nobody is shown it. */
    private static final class NotInPlace extends RuntimeException {
        private static final long serialVersionUID = 1;

        NotInPlace() {
            super("not in place", null, false, false);
        }
    }

    /** The rows of one event. */
    private final class InPlaceRows extends Collector {
        InPlaceRows() {
            super(projection.name(), projection.readModels());
        }

        @Override
        public void execute(String sql, @Nullable Object... parameters) {
            throw giveUp();
        }

        @Override
        CollectedRow collect(ReadModel readModel, @Nullable Object @Nullable [] key) {
            InPlaceRow row = tableOf(readModel).row(key);
            return new CollectedRow(this, readModel, row.key, row);
        }

        /** Asked for after raw statements only, and there are none: a row comes with what takes its changes. */
        @Override
        RowInHand inHand(ReadModel readModel, RowKey key) {
            return tableOf(readModel).row(key);
        }
    }

    /** Rows that events asked for. */
    private final class InPlaceTable {
        private final ReadModel model;
        /** Whether the key is one text. Then that is looked up as it was given: what was checked once is not again. */
        private final boolean byText;
        /** By that text, else by the key. */
        private final Map<Object, InPlaceRow> rows = new HashMap<>();

        InPlaceTable(ReadModel model) {
            this.model = model;
            this.byText = model.key().size() == 1 && model.key().get(0).type() == ColumnType.TEXT;
        }

        InPlaceRow row(@Nullable Object @Nullable [] given) {
            if (byText && given != null && given.length == 1 && given[0] instanceof String text) {
                InPlaceRow known = rows.get(text);
                if (known != null) {
                    return known;
                }
            }
            return row(KeyReader.read(projection.name(), model, given));
        }

        InPlaceRow row(RowKey key) {
            Object lookedUp = byText ? key.values().get(0) : key;
            return rows.computeIfAbsent(lookedUp, absent -> new InPlaceRow(model, key));
        }
    }

    /** A row that events change. */
    private final class InPlaceRow implements RowInHand {
        private final ReadModel model;
        private final RowKey key;
        private @Nullable FoldedRow row;
        /** The event that changed it last. */
        private long changedBy;
        /** Whether that was the first one. */
        private boolean isNew;
        /** A bit for each column that it changed. */
        private long touched;

        InPlaceRow(ReadModel model, RowKey key) {
            this.model = model;
            this.key = key;
        }

        @Override
        public void change(int place, PlainOperation operation, long number, @Nullable Object value) {
            FoldedRow folded = row;
            if (folded == null || changedBy != eventNumber) {
                folded = begin();
            }
            long column = 1L << place;
            boolean isFirst = place < Long.SIZE && (touched & column) == 0;
            touched |= column;
            if (!isFirst || !folded.fold(place, operation, number, value, isNew)) {
                throw giveUp();
            }
        }

        /** The event under way changes it, too. */
        private FoldedRow begin() {
            FoldedRow known = row;
            FoldedRow folded = known == null ? tables.rowOf(model, key) : known;
            isNew = known == null && folded.isNew();
            row = folded;
            changedBy = eventNumber;
            touched = 0;
            changed++;
            return folded;
        }

        @Override
        public void delete() {
            throw giveUp();
        }
    }
}
