package io.millrace.projections;

import java.util.ArrayList;
import java.util.List;
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
        InPlaceRows rows = new InPlaceRows();
        try {
            projection.handle(event, rows);
        } catch (NotInPlace e) {
            return OptionalInt.empty();
        } finally {
            rows.close();
        }
        return rows.inPlace ? OptionalInt.of(rows.changed()) : OptionalInt.empty();
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
        private boolean inPlace = true;
        /** Most handlers change one row: no list for that. */
        private @Nullable InPlaceRow first;

        private List<InPlaceRow> others = List.of();

        InPlaceRows() {
            super(projection.name(), projection.readModels());
        }

        @Override
        public void execute(String sql, @Nullable Object... parameters) {
            throw giveUp();
        }

        private NotInPlace giveUp() {
            inPlace = false;
            return new NotInPlace();
        }

        private int changed() {
            return first == null ? 0 : 1 + others.size();
        }

        @Override
        int segment() {
            return 0;
        }

        @Override
        RowInHand inHand(ReadModel readModel, RowKey key) {
            FoldedRow row = tables.rowOf(readModel, key);
            if (first == null) {
                first = new InPlaceRow(this, row);
                return first;
            }
            if (first.row == row) {
                return first;
            }
            for (InPlaceRow other : others) {
                if (other.row == row) {
                    return other;
                }
            }
            others = others.isEmpty() ? new ArrayList<>() : others;
            InPlaceRow another = new InPlaceRow(this, row);
            others.add(another);
            return another;
        }
    }

    /** A row that the event under way changes. */
    private static final class InPlaceRow implements RowInHand {
        private final InPlaceRows rows;
        private final FoldedRow row;
        private final boolean isNew;
        /** A bit for each column that the event has changed. */
        private long touched;

        InPlaceRow(InPlaceRows rows, FoldedRow row) {
            this.rows = rows;
            this.row = row;
            this.isNew = row.isNew();
        }

        @Override
        public void change(int place, PlainOperation operation, long number, @Nullable Object value) {
            long column = 1L << place;
            boolean isFirst = place < Long.SIZE && (touched & column) == 0;
            touched |= column;
            if (!isFirst || !row.fold(place, operation, number, value, isNew)) {
                throw rows.giveUp();
            }
        }

        @Override
        public void delete() {
            throw rows.giveUp();
        }
    }
}
