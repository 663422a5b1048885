package io.millrace.sql;

import io.millrace.batching.Batch;
import io.millrace.checkpoint.Writer;
import io.millrace.sql.Flush.Move;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.SQLException;
import java.util.function.Function;
import java.util.function.ToLongFunction;
import org.jspecify.annotations.Nullable;

/** The last statement of every flush: moves its checkpoint, or all of its checkpoints or none. */
final class CheckpointMoves {
    /** Each array has an element for each checkpoint. */
    private static final String MOVE_ALL = "SELECT millrace.move_checkpoints(?::text[], ?::bigint[], ?::bigint[],"
            + " ?::text[], ?::text, ?::text[], ?::text[], ?::uuid, ?::text, ?::bigint, ?::text, ?::bigint[],"
            + " ?::bigint[], ?::bigint[], ?::bigint[], ?::bigint)";

    private CheckpointMoves() {}

    /**
     * @param goesOn see {@link CheckpointMove#text}
     * @param merges see there
     */
    static String text(Flush flush, Writer writer, boolean goesOn, boolean merges) {
        return flush.moves().size() == 1 ? CheckpointMove.text(flush.moves().get(0), writer, goesOn, merges) : MOVE_ALL;
    }

    /** Binds {@link #text}; every parameter with its type, else the driver would have to ask for it. */
    static void bind(Connection connection, PreparedStatement statement, int first, Flush flush, Writer writer)
            throws SQLException {
        if (flush.moves().size() == 1) {
            CheckpointMove.bind(statement, first, flush.moves().get(0));
            return;
        }
        Batch any = flush.moves().get(0).batch();
        Arrays arrays = new Arrays(connection, statement, flush);
        int at = first;
        arrays.texts(at++, move -> move.from().projection());
        arrays.numbers(at++, move -> move.from().epoch());
        arrays.numbers(at++, move -> move.from().flushNumber());
        arrays.texts(at++, move -> move.from().position().map(PositionText::of).orElse(null));
        statement.setString(at++, PositionText.of(any.checkpoint()));
        arrays.texts(
                at++,
                move -> move.batch()
                        .lastHandled()
                        .map(event -> PositionText.of(event.position()))
                        .orElse(null));
        arrays.texts(
                at++,
                move -> move.batch()
                        .lastHandled()
                        .map(event -> event.eventId().toString())
                        .orElse(null));
        statement.setString(at++, writer.id().toString());
        statement.setString(at++, writer.host());
        statement.setLong(at++, writer.processId());
        statement.setString(at++, any.reason().name());
        arrays.numbers(at++, move -> move.batch().events().size());
        arrays.numbers(at++, move -> move.batch().changes().changesIn());
        arrays.numbers(at++, move -> move.batch().changes().rows());
        arrays.numbers(at++, move -> move.plan().statements().size() + 1L);
        statement.setLong(at, flush.roundTrips());
    }

    private record Arrays(Connection connection, PreparedStatement statement, Flush flush) {
        void texts(int at, Function<Move, @Nullable String> value) throws SQLException {
            @Nullable String[] values = new @Nullable String[flush.moves().size()];
            for (int i = 0; i < values.length; i++) {
                values[i] = value.apply(flush.moves().get(i));
            }
            statement.setArray(at, connection.createArrayOf("text", values));
        }

        void numbers(int at, ToLongFunction<Move> value) throws SQLException {
            Long[] values = new Long[flush.moves().size()];
            for (int i = 0; i < values.length; i++) {
                values[i] = value.applyAsLong(flush.moves().get(i));
            }
            statement.setArray(at, connection.createArrayOf("int8", values));
        }
    }
}
