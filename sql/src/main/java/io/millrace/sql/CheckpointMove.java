package io.millrace.sql;

import io.millrace.batching.Batch;
import io.millrace.checkpoint.Writer;
import io.millrace.sql.Flush.Move;
import java.sql.PreparedStatement;
import java.sql.SQLException;
import java.sql.Types;
import java.util.Optional;
import java.util.function.UnaryOperator;

/**
 * The last statement of a flush of one projection: moves its checkpoint and counts the flush, if it stands where we left
 * it; else raises MR001, and with it undoes the flush. Answers the time, in microseconds since 1970, unless it is merged and
 * {@link LastMove} can tell it.
 *
 * <p>What is the same for many flushes is in the text: each parameter costs the server three quarters of a microsecond.
 */
final class CheckpointMove {
    private static final String SINCE = "date_bin('5 minutes', statement_timestamp(), '2000-01-01 00:00+00')";

    /** The first counter that is written: what the others held is put away with it. Answers 0. */
    private static final String FLUSHES = "flushes";

    private static final String NEW =
            "(SELECT ?::text AS position, ?::text AS handled_position, ?::uuid AS handled_event_id,"
                    + " ?::bigint AS events, ?::bigint AS changes, ?::bigint AS rows, ?::bigint AS flush_number,"
                    + " ?::text AS from_position) AS n";
    private static final String MOVED_AT = "(extract(epoch FROM c.moved_at) * 1000000)::bigint";

    private CheckpointMove() {}

    /**
     * What {@link #bind} binds, every parameter with its type, else the driver would have to ask for it. As a merge it does
     * the same by the code of the server that has just merged rows: after a live event, with cold caches, that is some
     * 50 µs less of its time.
     *
     * @param goesOn whether the same session made the move before this one, for the same reason, in the same five minutes:
     *     then the writer stays, the counters are added to without asking whether they may, and a merge answers nothing,
     *     which is 40 µs of a live event
     * @param merges whether by a merge that can return something, of PostgreSQL 17 or later; else by an update
     */
    static String text(Move move, Writer writer, boolean goesOn, boolean merges) {
        String projection = Identifiers.literal(move.from().projection());
        long epoch = move.from().epoch();
        String sets = "SET position = n.position"
                + ", handled_position = coalesce(n.handled_position, c.handled_position)"
                + ", handled_event_id = coalesce(n.handled_event_id, c.handled_event_id)"
                + ", flush_number = c.flush_number + 1"
                + ", moved_at = statement_timestamp()"
                + (goesOn ? counted(move, what -> "c.counted_" + what) : writtenBy(writer) + countedAnew(move));
        String stands = "c.projection = " + projection + " AND c.epoch = " + epoch
                + " AND c.flush_number = n.flush_number AND c.position IS NOT DISTINCT FROM n.from_position";
        String refuse = "millrace.refuse_move(" + projection + ", " + epoch + ")";
        return merges
                ? "MERGE INTO millrace.checkpoints AS c USING " + NEW + " ON " + stands + " WHEN MATCHED THEN UPDATE "
                        + sets + " WHEN NOT MATCHED THEN INSERT (flush_number) VALUES (" + refuse + ")"
                        + (goesOn ? "" : " RETURNING " + MOVED_AT)
                : "WITH moved AS (UPDATE millrace.checkpoints AS c " + sets + " FROM " + NEW + " WHERE " + stands
                        + " RETURNING " + MOVED_AT + " AS at) SELECT coalesce((SELECT at FROM moved), " + refuse + ")";
    }

    private static String writtenBy(Writer writer) {
        return ", writer_id = '" + writer.id() + "'::uuid"
                + ", writer_host = " + Identifiers.literal(writer.host())
                + ", writer_process_id = " + writer.processId();
    }

    /** Puts what was counted for another reason, or in other minutes, away first. */
    private static String countedAnew(Move move) {
        String reason = Identifiers.literal(move.batch().reason().name());
        String same = "c.counted_reason = " + reason + " AND c.counted_since = " + SINCE;
        return ", counted_reason = " + reason + ", counted_since = " + SINCE
                + counted(
                        move,
                        what -> "CASE WHEN " + same + " THEN c.counted_" + what + " ELSE "
                                + (what.equals(FLUSHES) ? "millrace.put_counts_away(c)" : "0") + " END");
    }

    /** @param before what was counted before, by the counter's name */
    private static String counted(Move move, UnaryOperator<String> before) {
        return counted(FLUSHES, before, "1")
                + counted("events", before, "n.events")
                + counted("changes", before, "n.changes")
                + counted("rows", before, "n.rows")
                + counted(
                        "statements",
                        before,
                        String.valueOf(move.plan().statements().size() + 1))
                + counted("round_trips", before, String.valueOf(PostgresFlushSession.roundTrips(move.plan())))
                + counted("shares", before, "1");
    }

    private static String counted(String what, UnaryOperator<String> before, String more) {
        return ", counted_" + what + " = " + before.apply(what) + " + " + more;
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
