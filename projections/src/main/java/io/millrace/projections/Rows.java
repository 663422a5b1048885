package io.millrace.projections;

import org.jspecify.annotations.Nullable;

/**
 * What a handler changes: the rows of its projection's read models. Good for one call of the handler, by its thread.
 * What a handler asked for counts only once it has returned; if it throws, nothing is changed.
 */
public interface Rows {

    /**
     * The row with this key, of the projection's only read model.
     *
     * @param key a value for each key column, in their order; never null
     */
    Row row(@Nullable Object... key);

    /** The rows of one of the projection's read models. */
    Table of(ReadModel readModel);

    /**
     * One SQL statement of your own, written after the changes that came before it and before those that follow, in
     * the same transaction. No transaction control; the tables that it writes are named by
     * {@link ProjectionBuilder#alsoWrites}.
     *
     * @param sql with {@code ?} for each parameter; {@code ??} is the operator {@code ?}
     * @param parameters text, numbers, booleans, times, UUIDs, JSON, byte arrays, or null
     */
    void execute(String sql, @Nullable Object... parameters);

    /** The rows of one read model. */
    interface Table {

        /**
         * The row with this key.
         *
         * @param key a value for each key column, in their order; never null
         */
        Row row(@Nullable Object... key);
    }
}
