package io.millrace.sql;

import io.millrace.checkpoint.Checkpoint;
import io.millrace.checkpoint.lease.LeaseBoard;
import io.millrace.sql.StartRefusedException.Reason;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.Optional;
import java.util.OptionalLong;

/** Empties tables, clears a checkpoint, raising its epoch, and forgets what is parked. In the caller's transaction. */
final class Reset {
    private static final String CLEAR = """
            UPDATE millrace.checkpoints SET epoch = ?, flush_number = 0, position = NULL,
                handled_position = NULL, handled_event_id = NULL, writer_id = NULL, writer_host = NULL,
                writer_process_id = NULL, moved_at = NULL, counted_reason = NULL, counted_flushes = 0
            WHERE projection = ?""";

    private static final String FORGET_PARKED = "DELETE FROM millrace.parked_events WHERE projection = ?";
    private static final String FORGET_COUNTS = "DELETE FROM millrace.flush_counts WHERE projection = ?";

    private final Connection connection;
    private final String schema;
    private final String projection;

    Reset(Connection connection, String schema, String projection) {
        this.connection = connection;
        this.schema = schema;
        this.projection = projection;
    }

    /**
     * @param lease the epoch of the caller's lease; empty where there are no leases: then refused while somebody has one
     */
    Checkpoint run(Collection<String> tables, OptionalLong lease) throws SQLException {
        boolean installed = MillraceSchema.version(connection) > 0;
        if (installed && lease.isEmpty()) {
            refuseWhileLeased();
        }
        Takeover.writeAs(connection, projection, lease.orElse(0));
        empty(tables);
        return installed ? clear(lease) : Checkpoint.atStart(projection);
    }

    private void refuseWhileLeased() throws SQLException {
        LeaseBoard.Row held = LeaseRows.look(connection).of(projection);
        if (held.holder().isPresent() && !held.remaining().isZero()) {
            throw new StartRefusedException(
                    Reason.WRITER_RUNNING,
                    "projection " + projection + " cannot be reset while it is being written: "
                            + held.holder().get() + " holds its lease (epoch " + held.epoch()
                            + "). Stop that one first");
        }
    }

    private void empty(Collection<String> tables) throws SQLException {
        List<String> existing = new ArrayList<>();
        for (String table : tables) {
            if (ExistingTable.find(connection, schema, table).isPresent()) {
                existing.add(Identifiers.quoted(schema, table));
            }
        }
        if (!existing.isEmpty()) {
            try (Statement statement = connection.createStatement()) {
                statement.execute("TRUNCATE " + String.join(", ", existing));
            }
        }
    }

    private Checkpoint clear(OptionalLong lease) throws SQLException {
        Optional<Checkpoint> found = CheckpointRow.findForUpdate(connection, projection);
        return found.isPresent() ? clear(found.get(), lease) : Checkpoint.atStart(projection);
    }

    private Checkpoint clear(Checkpoint found, OptionalLong lease) throws SQLException {
        if (lease.isPresent() && found.epoch() >= lease.getAsLong()) {
            throw new StartRefusedException(
                    Reason.LEASE_LOST,
                    "projection " + projection + " cannot be reset under epoch " + lease.getAsLong()
                            + ": its checkpoint is of epoch " + found.epoch()
                            + ". Take its lease anew, and reset before"
                            + " anything is written under it");
        }
        long epoch = lease.orElse(found.epoch() + 1);
        try (PreparedStatement statement = connection.prepareStatement(CLEAR)) {
            statement.setLong(1, epoch);
            statement.setString(2, projection);
            statement.executeUpdate();
        }
        try (PreparedStatement statement = connection.prepareStatement(FORGET_COUNTS)) {
            statement.setString(1, projection);
            statement.executeUpdate();
        }
        try (PreparedStatement statement = connection.prepareStatement(FORGET_PARKED)) {
            statement.setString(1, projection);
            statement.executeUpdate();
        }
        return Checkpoint.atStart(projection, epoch);
    }
}
