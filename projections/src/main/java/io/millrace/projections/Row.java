package io.millrace.projections;

import org.jspecify.annotations.Nullable;

/**
 * What happens to one row. The operations take effect in the order of their calls. A row that is not there is made by
 * any of them but {@link #delete}, its other columns having their defaults.
 *
 * <p>Values are what Java has for the column's type: {@code int} and {@code long}, {@code BigDecimal}, {@code String},
 * {@code Instant} and times with an offset or a zone, {@code LocalDate}, {@code UUID}, a {@code JsonNode}, an
 * {@code Optional} of these. A value that does not fit the column is an {@link IllegalArgumentException}.
 */
public interface Row {

    /** The column becomes this value; null, or an empty Optional, is NULL. */
    Row set(String column, @Nullable Object value);

    /** Adds to an integer, bigint or numeric column; NULL counts as 0. */
    Row increment(String column, Number by);

    /** The lesser of what is there and this value; NULL counts as nothing there. Text goes by code point. */
    Row min(String column, Object value);

    /** The greater of what is there and this value; NULL counts as nothing there. Text goes by code point. */
    Row max(String column, Object value);

    /** The column becomes this value if it is NULL: the first one wins. */
    Row setIfAbsent(String column, Object value);

    /**
     * Patches a jsonb column as RFC 7386 says; NULL counts as <code>{}</code>.
     *
     * @param patch JSON text, a {@code JsonNode}, or what Jackson makes JSON of: a map, a record. Null members delete.
     */
    Row merge(String column, Object patch);

    /** The row goes, if it is there. */
    Row delete();
}
