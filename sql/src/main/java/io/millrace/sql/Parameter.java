package io.millrace.sql;

import io.millrace.projections.ColumnType;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** What is bound to one {@code ?} of a statement. */
sealed interface Parameter {

    /** One value per row, in the order of the rows. */
    record Values(ColumnType type, List<@Nullable Object> values) implements Parameter {}

    /** A value of a user's own statement, as the JDBC driver takes it. */
    record Raw(@Nullable Object value) implements Parameter {}

    /** One byte string per row. */
    record Bytes(List<byte[]> values) implements Parameter {}
}
