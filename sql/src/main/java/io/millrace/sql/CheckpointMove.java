package io.millrace.sql;

import io.millrace.batching.Batch;
import io.millrace.checkpoint.Writer;
import io.millrace.sql.Flush.Move;
import java.sql.PreparedStatement;
import java.sql.SQLException;
import java.sql.Types;
import java.util.Optional;

/**
 * The last statement of a flush of one projection: moves its checkpoint and counts the flush, if it stands where we left
 * it; else raises MR001, and with it undoes the flush. Answers the time, in microseconds since 1970.
 *
 * <p>What is the same for many flushes is in the text: each parameter costs the server three quarters of a microsecond.
 */
final class CheckpointMove {
    private static final String SINCE = "date_bin('5 minutes', statement_timestamp(), '2000-01-01 00:00+00')";

    private CheckpointMove() {}

    /** What {@link #bind} binds, every parameter with its type, else the driver would have to ask for it. */
    static String text(Move move, Writer writer) {
        String reason = Identifiers.literal(move.batch().reason().name());
        String goesOn = "c.counted_reason = " + reason + " AND c.counted_since = " + SINCE;
        String projection = Identifiers.literal(move.from().projection());
        long epoch = move.from().epoch();
        return "WITH moved AS (UPDATE millrace.checkpoints AS c SET position = ?::text"
                + ", handled_position = coalesce(?::text, c.handled_position)"
                + ", handled_event_id = coalesce(?::uuid, c.handled_event_id)"
                + ", flush_number = c.flush_number + 1"
                + ", writer_id = '" + writer.id() + "'::uuid"
                + ", writer_host = " + Identifiers.literal(writer.host())
                + ", writer_process_id = " + writer.processId()
                + ", moved_at = statement_timestamp()"
                + ", counted_reason = " + reason
                + ", counted_since = " + SINCE
                + ", counted_flushes = CASE WHEN " + goesOn
                + " THEN c.counted_flushes ELSE millrace.put_counts_away(c) END + 1"
                + counted("events", goesOn, "?::bigint")
                + counted("changes", goesOn, "?::bigint")
                + counted("rows", goesOn, "?::bigint")
                + counted(
                        "statements",
                        goesOn,
                        String.valueOf(move.plan().statements().size() + 1))
                + counted("round_trips", goesOn, String.valueOf(PostgresFlushSession.roundTrips(move.plan())))
                + counted("shares", goesOn, "1")
                + " WHERE c.projection = " + projection + " AND c.epoch = " + epoch
                + " AND c.flush_number = ?::bigint AND c.position IS NOT DISTINCT FROM ?::text"
                + " RETURNING (extract(epoch FROM c.moved_at) * 1000000)::bigint AS at)"
                + " SELECT coalesce((SELECT at FROM moved), millrace.refuse_move(" + projection + ", " + epoch + "))";
    }

    private static String counted(String what, String goesOn, String more) {
        String column = "counted_" + what;
        return ", " + column + " = CASE WHEN " + goesOn + " THEN c." + column + " ELSE 0 END + " + more;
    }

    /** Binds {@link #text}. */
    static void bind(PreparedStatement statement, int first, Move move) throws SQLException {
        Batch batch = move.batch();
        int at = first;
        statement.setString(at++, PositionText.of(batch.checkpoint()));
        setText(statement, at++, batch.lastHandled().map(event -> PositionText.of(event.position())));
        setText(
                statement,
                at++,
                batch.lastHandled().map(event -> event.eventId().toString()));
        statement.setLong(at++, batch.events().size());
        statement.setLong(at++, batch.changes().changesIn());
        statement.setLong(at++, batch.changes().rows());
        statement.setLong(at++, move.from().flushNumber());
        setText(statement, at, move.from().position().map(PositionText::of));
    }

    private static void setText(PreparedStatement statement, int at, Optional<String> text) throws SQLException {
        if (text.isPresent()) {
            statement.setString(at, text.get());
        } else {
            statement.setNull(at, Types.VARCHAR);
        }
    }
}
