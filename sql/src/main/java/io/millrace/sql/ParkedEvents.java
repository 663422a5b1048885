package io.millrace.sql;

import io.millrace.batching.ParkedEvent;
import io.millrace.batching.ParkedRetry;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * Reads what projections have parked, from {@code millrace.parked_events}; before anything was ever written, that is
 * nothing. Only a committer removes from it. Safe for use by several threads.
 */
public final class ParkedEvents implements ParkedRetry.Queue {
    private static final long PAGE_BYTES = 16L << 20;

    private final ConnectionPool pool;

    ParkedEvents(ConnectionPool pool) {
        this.pool = pool;
    }

    /**
     * A stream that is parked, without the events' data.
     *
     * @param events how many of it are parked
     * @param sequence the number of the first one
     * @param error why that one cannot be handled; empty if it was discarded, and the next one was not tried yet
     * @param parkedAt when that one was parked
     */
    public record ParkedStream(
            String projection,
            String stream,
            long events,
            long sequence,
            Optional<String> error,
            Instant parkedAt,
            int retries) {}

    /** How many events each projection has parked; those with none are left out. */
    public Map<String, Long> counts() {
        return asking(Map.of(), connection -> {
            Map<String, Long> counts = new LinkedHashMap<>();
            String sql = "SELECT projection, count(*) FROM millrace.parked_events GROUP BY projection ORDER BY 1";
            try (PreparedStatement statement = connection.prepareStatement(sql);
                    ResultSet row = statement.executeQuery()) {
                while (row.next()) {
                    counts.put(row.getString(1), row.getLong(2));
                }
            }
            return counts;
        });
    }

    /** The parked streams of a projection, in the order in which they were parked. */
    public List<ParkedStream> streams(String projection) {
        String sql = "SELECT DISTINCT ON (stream) stream, count(*) OVER (PARTITION BY stream), sequence, error,"
                + " (extract(epoch FROM parked_at) * 1000000)::bigint, retries"
                + " FROM millrace.parked_events WHERE projection = ? ORDER BY stream, sequence";
        return asking(List.of(), connection -> {
            List<ParkedStream> streams = new ArrayList<>();
            try (PreparedStatement statement = connection.prepareStatement(
                    "SELECT * FROM (" + sql + ") AS first (stream, events, sequence) ORDER BY sequence")) {
                statement.setString(1, projection);
                try (ResultSet row = statement.executeQuery()) {
                    while (row.next()) {
                        streams.add(new ParkedStream(
                                projection,
                                StorableText.restored(row.getString(1)),
                                row.getLong(2),
                                row.getLong(3),
                                Optional.ofNullable(row.getString(4)),
                                Instant.EPOCH.plus(row.getLong(5), ChronoUnit.MICROS),
                                row.getInt(6)));
                    }
                }
            }
            return streams;
        });
    }

    /** One parked event, with its data. */
    public Optional<ParkedEvent> find(String projection, long sequence) {
        return query(ParkedRows.SELECT + " WHERE projection = ? AND sequence = ?", projection, sequence).stream()
                .findFirst();
    }

    /** The parked events of a stream after this number, in order, so many at most and less if they are large. */
    @Override
    public List<ParkedEvent> next(String projection, String stream, long afterSequence, int atMost) {
        // What it costs to read one event more than need be is little; what it costs to read 100 of 16 MiB is not.
        String sql = ParkedRows.SELECT + " WHERE projection = ? AND sequence IN (SELECT sequence FROM (SELECT sequence,"
                + " sum(length(data) + length(metadata)) OVER (ORDER BY sequence) - length(data) - length(metadata) AS before"
                + " FROM millrace.parked_events WHERE projection = ? AND stream = ? AND sequence > ?"
                + " ORDER BY sequence LIMIT ?) AS page WHERE before < ?) ORDER BY sequence";
        return query(sql, projection, projection, StorableText.reversibly(stream), afterSequence, atMost, PAGE_BYTES);
    }

    @Override
    public void failedAgain(String projection, long sequence, String error) {
        asking(0, connection -> {
            String sql = "UPDATE millrace.parked_events SET error = ?, retries = retries + 1"
                    + " WHERE projection = ? AND sequence = ?";
            try (PreparedStatement statement = connection.prepareStatement(sql)) {
                statement.setString(1, StorableText.readably(error));
                statement.setString(2, projection);
                statement.setLong(3, sequence);
                return statement.executeUpdate();
            }
        });
    }

    private List<ParkedEvent> query(String sql, Object... parameters) {
        return asking(List.of(), connection -> {
            List<ParkedEvent> found = new ArrayList<>();
            try (PreparedStatement statement = connection.prepareStatement(sql)) {
                for (int i = 0; i < parameters.length; i++) {
                    statement.setObject(i + 1, parameters[i]);
                }
                try (ResultSet row = statement.executeQuery()) {
                    while (row.next()) {
                        found.add(ParkedRows.read(row));
                    }
                }
            }
            return found;
        });
    }

    @FunctionalInterface
    private interface Question<T> {
        T ask(Connection connection) throws SQLException;
    }

    private <T> T asking(T ifNothingWasEverWritten, Question<T> question) {
        try (Connection connection = pool.borrow()) {
            return MillraceSchema.version(connection) == 0 ? ifNothingWasEverWritten : question.ask(connection);
        } catch (SQLException e) {
            throw PostgresException.asking("The parked events cannot be read", e);
        }
    }
}
