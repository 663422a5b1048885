package io.millrace.sql;

import io.millrace.batching.Batch;
import io.millrace.checkpoint.Checkpoint;
import io.millrace.checkpoint.HandledEvent;
import io.millrace.checkpoint.Position;
import io.millrace.checkpoint.Writer;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.Optional;
import java.util.UUID;

/** How the checkpoint table holds a checkpoint. */
final class CheckpointRow {
    static final String SELECT = """
            SELECT projection, epoch, position, handled_position, handled_event_id::text, flush_number, \
            writer_id::text, writer_host, writer_process_id, (extract(epoch FROM moved_at) * 1000000)::bigint \
            FROM millrace.checkpoints""";

    /** Waits as {@link #findForUpdate} does; whoever locks many does so in one order. */
    static final String SELECT_FOR_UPDATE = SELECT + " WHERE projection = ANY (?) ORDER BY projection FOR UPDATE";

    private CheckpointRow() {}

    /** Waits for whoever is moving it, and is refused by a standby, whose answer could be an old one. */
    static Optional<Checkpoint> findForUpdate(Connection connection, String projection) throws SQLException {
        try (PreparedStatement statement = connection.prepareStatement(SELECT + " WHERE projection = ? FOR UPDATE")) {
            statement.setString(1, projection);
            try (ResultSet row = statement.executeQuery()) {
                return row.next() ? Optional.of(read(row)) : Optional.empty();
            }
        }
    }

    static Checkpoint read(ResultSet row) throws SQLException {
        Optional<Position> handled = PositionText.parse(row.getString(4));
        String writerId = row.getString(7);
        long movedAt = row.getLong(10);
        boolean moved = !row.wasNull();
        return new Checkpoint(
                row.getString(1),
                row.getLong(2),
                PositionText.parse(row.getString(3)),
                handled.isPresent()
                        ? Optional.of(new HandledEvent(handled.get(), UUID.fromString(row.getString(5))))
                        : Optional.empty(),
                row.getLong(6),
                writerId == null
                        ? Optional.empty()
                        : Optional.of(new Writer(UUID.fromString(writerId), row.getString(8), row.getLong(9))),
                moved ? Optional.of(instant(movedAt)) : Optional.empty());
    }

    /** What a {@link CheckpointMove} made of the checkpoint. */
    static Checkpoint moved(Checkpoint from, Batch batch, Writer writer, long microsecondsSince1970) {
        return new Checkpoint(
                from.projection(),
                from.epoch(),
                Optional.of(batch.checkpoint()),
                batch.lastHandled().or(from::lastHandled),
                from.flushNumber() + 1,
                Optional.of(writer),
                Optional.of(instant(microsecondsSince1970)));
    }

    private static Instant instant(long microsecondsSince1970) {
        return Instant.EPOCH.plus(microsecondsSince1970, ChronoUnit.MICROS);
    }
}
