package io.millrace.sql;

import io.millrace.batching.ParkedEvent;
import io.millrace.batching.ParkedStreams;
import io.millrace.batching.PoisonEvent;
import io.millrace.checkpoint.Checkpoint;
import io.millrace.checkpoint.HandledEvent;
import io.millrace.checkpoint.Position;
import io.millrace.projections.EventEnvelope;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.ArrayList;
import java.util.Collections;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.UUID;

/** How {@code millrace.parked_events} holds what is parked. */
final class ParkedRows {
    static final String SELECT = """
            SELECT sequence, stream, revision, position, event_id::text, event_type, \
            (extract(epoch FROM created) * 1000000)::bigint, created_nanos, error, \
            (extract(epoch FROM parked_at) * 1000000)::bigint, retries, data, metadata \
            FROM millrace.parked_events""";

    /** More events in a row than this are not told apart. */
    private static final int IN_A_ROW_AT_MOST = 1_000;

    private static final String STREAMS = "SELECT stream, (array_agg(position ORDER BY sequence))[1],"
            + " bool_and(alone)"
            + " FROM millrace.parked_events WHERE projection = ? GROUP BY stream";
    private static final String FAILED = "SELECT event_type, stream, revision, position FROM millrace.parked_events"
            + " WHERE projection = ? AND error IS NOT NULL ORDER BY sequence DESC LIMIT " + IN_A_ROW_AT_MOST;

    private ParkedRows() {}

    static ParkedEvent read(ResultSet row) throws SQLException {
        EventEnvelope event = new EventEnvelope(
                UUID.fromString(row.getString(5)),
                StorableText.restored(row.getString(6)),
                StorableText.restored(row.getString(2)),
                row.getLong(3),
                PositionText.parse(row.getString(4)).orElseThrow(),
                instant(row.getLong(7)).plusNanos(row.getInt(8)),
                row.getBytes(12),
                row.getBytes(13));
        return new ParkedEvent(
                row.getLong(1),
                new PoisonEvent(event, Optional.ofNullable(row.getString(9))),
                instant(row.getLong(10)),
                row.getInt(11));
    }

    /** What whoever goes on from this checkpoint must know. */
    static ParkedStreams streams(Connection connection, Checkpoint checkpoint) throws SQLException {
        Map<String, Position> since = new HashMap<>();
        Set<String> alone = new HashSet<>();
        try (PreparedStatement statement = connection.prepareStatement(STREAMS)) {
            statement.setString(1, checkpoint.projection());
            try (ResultSet row = statement.executeQuery()) {
                while (row.next()) {
                    String stream = StorableText.restored(row.getString(1));
                    since.put(stream, PositionText.parse(row.getString(2)).orElseThrow());
                    if (row.getBoolean(3)) {
                        alone.add(stream);
                    }
                }
            }
        }
        return since.isEmpty()
                ? ParkedStreams.NONE
                : new ParkedStreams(since, failedSince(connection, checkpoint), alone);
    }

    private static List<String> failedSince(Connection connection, Checkpoint checkpoint) throws SQLException {
        Optional<Position> handled = checkpoint.lastHandled().map(HandledEvent::position);
        List<String> failed = new ArrayList<>();
        try (PreparedStatement statement = connection.prepareStatement(FAILED)) {
            statement.setString(1, checkpoint.projection());
            try (ResultSet row = statement.executeQuery()) {
                while (row.next() && isAfter(row.getString(4), handled)) {
                    failed.add("event " + row.getString(1) + " " + row.getString(2) + "#" + row.getLong(3) + " at "
                            + row.getString(4));
                }
            }
        }
        Collections.reverse(failed);
        return failed;
    }

    private static boolean isAfter(String position, Optional<Position> handled) throws SQLException {
        return handled.isEmpty() || PositionText.parse(position).orElseThrow().isAfter(handled.get());
    }

    private static Instant instant(long microsecondsSince1970) {
        return Instant.EPOCH.plus(microsecondsSince1970, ChronoUnit.MICROS);
    }
}
