package io.millrace.projections;

import java.util.List;
import java.util.Objects;

/** What one event does to the read models, in the order in which its handler said so. */
public sealed interface Effect {

    /** A change of one row. */
    record OnRow(ReadModel readModel, RowKey key, RowChange change) implements Effect {
        public OnRow {
            Objects.requireNonNull(readModel, "readModel");
            Objects.requireNonNull(key, "key");
            Objects.requireNonNull(change, "change");
        }
    }

    /**
     * One SQL statement of the user's own. It keeps its place among the changes: what comes before it is written
     * before it.
     *
     * @param parameters values for the statement's {@code ?}, in order, as the JDBC driver takes them; may hold null
     */
    record RawSql(String sql, List<@org.jspecify.annotations.Nullable Object> parameters) implements Effect {
        public RawSql {
            Objects.requireNonNull(sql, "sql");
        }
    }
}
