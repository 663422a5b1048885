package io.millrace.projections;

import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

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
     * @param sql one whole statement, with no comment or semicolon at its end
     * @param parameters values for the statement's {@code ?}, in order: String, Boolean, Integer, Long, Double,
     *     BigDecimal, UUID, Instant, OffsetDateTime, LocalDateTime, LocalDate, {@link Json}, byte[], or null
     */
    record RawSql(String sql, List<@Nullable Object> parameters) implements Effect {
        public RawSql {
            Objects.requireNonNull(sql, "sql");
            parameters = Collections.unmodifiableList(new ArrayList<>(parameters));
        }
    }
}
