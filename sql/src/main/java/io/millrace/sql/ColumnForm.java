package io.millrace.sql;

/**
 * How a statement writes one column: what its text says about it. Together the forms of all columns are the shape of a
 * change.
 */
enum ColumnForm {
    /** The change does not mention the column: an existing row keeps its value, a new one has the default. */
    UNTOUCHED,
    ASSIGN,
    /** Adds; NULL counts as 0. */
    ADD,
    /**
     * Adds increments of both signs, of which one alone could have left the type's range though their sum does not: an
     * old value that is far from both ends rules it out. Serves for {@link #ADD}, too, so that both share a statement.
     */
    ADD_GUARDED,
    /** The greater of the two; NULL counts as absent. */
    GREATEST,
    /** The lesser of the two; NULL counts as absent. */
    LEAST,
    /** The first one wins; NULL counts as absent. */
    FIRST,
    /** One value where there was NULL, another where there was not. */
    BECOME,
    /** Adds, then clamps, with everything that such an operation can have. */
    CLAMP,
    /** Applies a tree of merge patches; NULL counts as an empty object. */
    PATCH,
    /** One value where there was NULL, a tree of merge patches where there was not. */
    MERGE,
    /** Any of the others, row by row: for tables with more shapes than get statements of their own. */
    MIXED;

    /** Whether {@code excluded} can never hold what is needed, so that the old rows must be joined. */
    boolean needsOldRow() {
        return this == BECOME || this == CLAMP || this == PATCH || this == MERGE || this == MIXED;
    }

    boolean adds() {
        return this == ADD || this == ADD_GUARDED;
    }

    /** Whether a new row's value depends on the column's default. */
    boolean readsDefault() {
        return adds() || this == GREATEST || this == LEAST || this == FIRST;
    }
}
