package io.millrace.projections;

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
    /** What it comes to; lags behind {@link #columns} where those are there. Null until asked for again. */
    private @Nullable RowChange change;
    /** By the column's place in the read model. */
    private @Nullable FoldedColumn @Nullable [] columns;

    /** The first change alone. */
    public FoldedRow(ReadModel model, RowChange first) {
        this.model = model;
        this.change = first;
    }

    /** No change yet: to be folded in place. */
    public FoldedRow(ReadModel model) {
        this.model = model;
        this.columns = new FoldedColumn[model.columns().size()];
    }

    /** Whether nothing was folded in yet. */
    boolean isNew() {
        if (change != null || columns == null) {
            return false;
        }
        for (FoldedColumn column : columns) {
            if (column != null) {
                return false;
            }
        }
        return true;
    }

    /**
     * Folds in one plain operation of an event, at most one for each column, in a row whose changes all are.
     *
     * @param first whether the event is the first one of the row
     * @return whether it could be; if not, the row is not to be used any more
     */
    boolean fold(int place, PlainOperation operation, long number, @Nullable Object value, boolean first) {
        @Nullable FoldedColumn[] mine = columns;
        if (mine == null) {
            return false;
        }
        if (change != null) {
            change = null;
        }
        FoldedColumn column = mine[place];
        if (column != null) {
            return column.foldIfSure(operation, number, value);
        }
        boolean mayAdd = first || model.required().isEmpty();
        if (mayAdd) {
            mine[place] = new FoldedColumn(model.typeAt(place), operation, number, value);
        }
        return mayAdd;
    }

    /** Whether {@link #fold} of this change is sure to succeed, and cheap. */
    public boolean takes(RowChange next) {
        PlainChanges plain = next.plain();
        @Nullable FoldedColumn[] mine = plain == null ? null : columns();
        return plain != null && mine != null && takes(plain, mine);
    }

    private boolean takes(PlainChanges next, @Nullable FoldedColumn[] mine) {
        boolean mayAddColumns = model.required().isEmpty();
        for (int place = 0; place < mine.length; place++) {
            PlainOperation more = next.operation(place);
            FoldedColumn column = mine[place];
            if (more != null
                    && (column == null ? !mayAddColumns : !column.takes(more, next.number(place), next.value(place)))) {
                return false;
            }
        }
        return true;
    }

    /**
     * Folds in the next change.
     *
     * @throws CannotFoldException as {@link RowChange#then}; then nothing is folded in
     */
    public void fold(RowChange next) {
        PlainChanges plain = next.plain();
        @Nullable FoldedColumn[] mine = plain == null ? null : columns();
        if (plain != null && mine != null && takes(plain, mine)) {
            fold(plain, mine);
            change = null;
        } else {
            change = change().then(next, model);
            columns = null;
        }
    }

    /** Whether {@link #fold(FoldedRow)} of all that another folded is sure to succeed, and cheap. */
    public boolean takes(FoldedRow next) {
        @Nullable FoldedColumn[] others = next.columns;
        if (others == null) {
            return takes(next.change());
        }
        @Nullable FoldedColumn[] mine = columns();
        return mine != null && takes(others, mine);
    }

    private boolean takes(@Nullable FoldedColumn[] next, @Nullable FoldedColumn[] mine) {
        boolean mayAddColumns = model.required().isEmpty();
        for (int place = 0; place < mine.length; place++) {
            FoldedColumn more = next[place];
            FoldedColumn column = mine[place];
            if (more != null && (column == null ? !mayAddColumns : !column.takes(more))) {
                return false;
            }
        }
        return true;
    }

    /** Folds in what this {@link #takes(FoldedRow)}, the changes of the row that come next; the other is not used any more. */
    public void fold(FoldedRow next) {
        @Nullable FoldedColumn[] others = next.columns;
        @Nullable FoldedColumn[] mine = others == null ? null : columns();
        if (others == null || mine == null) {
            fold(next.change());
            return;
        }
        for (int place = 0; place < mine.length; place++) {
            FoldedColumn more = others[place];
            FoldedColumn column = mine[place];
            if (more != null && column != null) {
                column.fold(more);
            } else if (more != null) {
                mine[place] = more;
            }
        }
        change = null;
    }

    private void fold(PlainChanges next, @Nullable FoldedColumn[] mine) {
        for (int place = 0; place < mine.length; place++) {
            PlainOperation more = next.operation(place);
            FoldedColumn column = mine[place];
            if (more == null) {
                continue;
            }
            if (column == null) {
                ColumnType type = model.typeAt(place);
                mine[place] = new FoldedColumn(type, more, next.number(place), next.value(place));
            } else {
                column.fold(next.number(place), next.value(place));
            }
        }
    }

    /** The columns, if all that was folded is plain; else null. A row's first change is left as it is until the second. */
    private @Nullable FoldedColumn @Nullable [] columns() {
        PlainChanges first = columns == null && change != null ? change.plain() : null;
        if (first != null) {
            columns = new FoldedColumn[first.places()];
            fold(first, columns);
        }
        return columns;
    }

    /** What all come to, as one. */
    public RowChange change() {
        RowChange whole = change;
        if (whole == null) {
            whole = new RowChange(false, inFull());
            change = whole;
        }
        return whole;
    }

    private ColumnChanges inFull() {
        @Nullable FoldedColumn[] mine = columns == null ? new FoldedColumn[0] : columns;
        String[] names = new String[mine.length];
        ColumnChange[] changes = new ColumnChange[mine.length];
        int count = 0;
        for (int place = 0; place < mine.length; place++) {
            FoldedColumn column = mine[place];
            if (column != null) {
                names[count] = model.columns().get(place).name();
                changes[count++] = column.inFull();
            }
        }
        return ColumnChanges.of(names, changes, count);
    }
}
