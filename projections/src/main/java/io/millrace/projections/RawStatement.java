package io.millrace.projections;

import java.math.BigDecimal;
import java.math.BigInteger;
import java.time.Instant;
import java.time.LocalDate;
import java.time.LocalDateTime;
import java.time.OffsetDateTime;
import java.time.ZonedDateTime;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.UUID;
import java.util.concurrent.ConcurrentHashMap;
import org.jspecify.annotations.Nullable;

/**
 * Checks raw SQL before it goes among our own statements: one statement that writes rows, whole in itself (an open quote
 * or comment would swallow what follows it), and a parameter for each placeholder.
 */
final class RawStatement {
    /** What may begin a statement. Anything else ends the transaction, outlives it, or speaks another protocol. */
    private static final Set<String> ALLOWED =
            Set.of("INSERT", "UPDATE", "DELETE", "MERGE", "WITH", "SELECT", "CALL", "TRUNCATE", "REFRESH", "NOTIFY");

    private static final Set<Class<?>> AS_IT_IS = Set.of(
            Boolean.class,
            Integer.class,
            Long.class,
            Double.class,
            BigDecimal.class,
            UUID.class,
            Instant.class,
            LocalDate.class,
            LocalDateTime.class,
            OffsetDateTime.class,
            Json.class,
            byte[].class);

    /** Handlers use a few constant texts; where they build them, keeping all would be a leak. */
    private static final int MAX_CACHED = 1_000;

    private final Map<String, SqlScan> scans = new ConcurrentHashMap<>();

    Effect.RawSql of(String sql, @Nullable Object @Nullable [] parameters) {
        @Nullable Object[] given = parameters == null ? new @Nullable Object[] {null} : parameters;
        SqlScan scan = scans.get(sql);
        if (scan == null) {
            scan = checked(sql);
            if (scans.size() < MAX_CACHED) {
                scans.put(sql, scan);
            }
        }
        if (scan.placeholders() != given.length) {
            throw new IllegalArgumentException("expected a parameter for each ? in the SQL: placeholders="
                    + scan.placeholders() + ", parameters=" + given.length
                    + ", sql=" + sql + ". Write ?? where you mean the operator ?");
        }
        List<@Nullable Object> values = new ArrayList<>(given.length);
        for (@Nullable Object parameter : given) {
            values.add(parameter(parameter));
        }
        return new Effect.RawSql(scan.statement(), values);
    }

    private static SqlScan checked(String sql) {
        SqlScan scan = SqlScan.of(sql);
        if (!ALLOWED.contains(scan.keyword())) {
            throw new IllegalArgumentException("expected SQL that begins with one of "
                    + ALLOWED.stream().sorted().toList() + ", as Millrace itself begins and ends the transaction: sql="
                    + sql);
        }
        return scan;
    }

    private static @Nullable Object parameter(@Nullable Object given) {
        Object value = Normaliser.unwrap(given);
        if (value == null || AS_IT_IS.contains(value.getClass())) {
            return value;
        }
        if (value instanceof CharSequence || value instanceof Character || value instanceof Enum<?>) {
            return Normaliser.normalise(ColumnType.TEXT, value).orElseThrow();
        }
        if (value instanceof Short || value instanceof Byte) {
            return ((Number) value).intValue();
        }
        if (value instanceof Float number) {
            return number.doubleValue();
        }
        if (value instanceof BigInteger number) {
            return new BigDecimal(number);
        }
        if (value instanceof ZonedDateTime time) {
            return time.toOffsetDateTime();
        }
        if (value instanceof com.fasterxml.jackson.databind.JsonNode node) {
            return Json.of(node);
        }
        throw new IllegalArgumentException("expected a parameter that is text, a number, a boolean, a time, a UUID,"
                + " JSON, bytes or null: class=" + value.getClass().getName() + ". Pass it as text or as a JsonNode");
    }
}
