package io.millrace.projections;

import java.util.Objects;
import org.jspecify.annotations.Nullable;

/**
 * The changes of one row, folded one after the other in place: the same as {@link RowChange#then}, and much faster where
 * every change is plain (one increment, min, max, set or set-if-absent for a column, and always the same for that
 * column). From the first one on that is not, it is {@link RowChange#then}. For one thread; {@link #change} for any, once
 * nothing is folded any more.
 *
 * <p>Why that is the same: plain changes carry no precondition, and a fold of such needs none. It hides no sum, as a
 * column's operation never changes; and where a new row needs a value for some columns, it never gets to more columns than
 * the first change had.
 */
public final class FoldedRow {
    private final ReadModel model;
    /** What it comes to; null while only the columns say that, and until it is asked for again. */
    private @Nullable RowChange change;
    /** The same, while all that was folded is plain and there was more than one change. */
    private @Nullable FoldedColumns columns;

    /** The first change alone. */
    public FoldedRow(ReadModel model, RowChange first) {
        this.model = model;
        this.change = first;
    }

    /** No change yet: to be folded in place. */
    public FoldedRow(ReadModel model) {
        this.model = model;
        this.columns = new FoldedColumns(model);
    }

    /** Whether nothing was folded in yet. */
    boolean isNew() {
        return change == null && columns != null && columns.isEmpty();
    }

    /**
     * Folds in one plain operation of an event, at most one for each column, in a row whose changes all are.
     *
     * @param first whether the event is the first one of the row
     * @return whether it could be; if not, the row is not to be used any more
     */
    boolean fold(int place, PlainOperation operation, long number, @Nullable Object value, boolean first) {
        FoldedColumns mine = columns;
        if (mine == null) {
            return false;
        }
        if (change != null) {
            change = null;
        }
        return mine.foldIfSure(place, operation, number, value, first || mayAddColumns());
    }

    private boolean mayAddColumns() {
        return model.required().isEmpty();
    }

    /** Whether {@link #fold} of this change is sure to succeed, and cheap. */
    public boolean takes(RowChange next) {
        PlainChanges plain = next.plain();
        FoldedColumns mine = plain == null ? null : columns();
        return plain != null && mine != null && mine.takes(plain, mayAddColumns());
    }

    /**
     * Folds in the next change.
     *
     * @throws CannotFoldException as {@link RowChange#then}; then nothing is folded in
     */
    public void fold(RowChange next) {
        PlainChanges plain = next.plain();
        FoldedColumns mine = plain == null ? null : columns();
        if (plain != null && mine != null && mine.takes(plain, mayAddColumns())) {
            mine.fold(plain);
            change = null;
        } else {
            change = change().then(next, model);
            columns = null;
        }
    }

    /** Whether {@link #fold(FoldedRow)} of all that another folded is sure to succeed, and cheap. */
    public boolean takes(FoldedRow next) {
        FoldedColumns others = next.columns;
        if (others == null) {
            return takes(next.change());
        }
        FoldedColumns mine = columns();
        return mine != null && mine.takes(others, mayAddColumns());
    }

    /** Folds in what this {@link #takes(FoldedRow)}, the changes of the row that come next; the other is not used any more. */
    public void fold(FoldedRow next) {
        FoldedColumns others = next.columns;
        FoldedColumns mine = others == null ? null : columns();
        if (others == null || mine == null) {
            fold(next.change());
        } else {
            mine.fold(others);
            change = null;
        }
    }

    /** The columns, if all that was folded is plain; else null. A row's first change is left as it is until the second. */
    private @Nullable FoldedColumns columns() {
        PlainChanges first = columns == null && change != null ? change.plain() : null;
        if (first != null) {
            FoldedColumns mine = new FoldedColumns(model);
            mine.fold(first);
            columns = mine;
        }
        return columns;
    }

    /** What all come to, as one. */
    public RowChange change() {
        RowChange whole = change;
        if (whole == null) {
            whole = new RowChange(false, Objects.requireNonNull(columns).inFull());
            change = whole;
        }
        return whole;
    }
}
