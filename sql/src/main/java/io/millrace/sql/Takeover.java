package io.millrace.sql;

import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.SQLException;

/**
 * Makes a checkpoint that of a new epoch, after which nobody can move it under an older one. Whoever holds its row is
 * waited for, but sessions of older epochs are ended: one whose client froze in the midst of a flush would hold it for
 * ever.
 */
final class Takeover {
    private Takeover() {}

    /** Raises the epoch, where there is a checkpoint with a lower one. On a connection in autocommit mode. */
    static void raise(Connection connection, String projection, long epoch) throws SQLException {
        if (MillraceSchema.version(connection) == 0) {
            return;
        }
        WriterSessions.endOlder(connection, projection, epoch);
        Transaction.in(connection, () -> {
            writeAs(connection, projection, epoch);
            return raiseRow(connection, projection, epoch);
        });
    }

    /** Lets others find this transaction as one that writes the projection. */
    static void writeAs(Connection connection, String projection, long epoch) throws SQLException {
        String sql = "SELECT set_config('application_name', ?, true), pg_advisory_xact_lock_shared("
                + WriterSessions.KEY + ")";
        try (PreparedStatement statement = connection.prepareStatement(sql)) {
            statement.setString(1, WriterSessions.name(projection, epoch));
            statement.setString(2, projection);
            statement.execute();
        }
    }

    /** Returns how many there were to raise: one, or none. */
    static int raiseRow(Connection connection, String projection, long epoch) throws SQLException {
        String sql = "UPDATE millrace.checkpoints SET epoch = ?, flush_number = 0 WHERE projection = ? AND epoch < ?";
        try (PreparedStatement statement = connection.prepareStatement(sql)) {
            statement.setLong(1, epoch);
            statement.setString(2, projection);
            statement.setLong(3, epoch);
            return statement.executeUpdate();
        }
    }
}
