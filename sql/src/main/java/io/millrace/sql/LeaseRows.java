package io.millrace.sql;

import io.millrace.checkpoint.lease.Instance;
import io.millrace.checkpoint.lease.LeaseBoard;
import io.millrace.checkpoint.lease.LeaseBoard.Row;
import io.millrace.checkpoint.lease.LeaseBoard.Sharing;
import java.sql.Connection;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.Duration;
import java.time.temporal.ChronoUnit;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.UUID;

/** How {@code millrace.lease_board()} tells instances and leases: a row without a projection is an instance. */
final class LeaseRows {
    private LeaseRows() {}

    /** Looks, and changes nothing. */
    static LeaseBoard look(Connection connection) throws SQLException {
        try (Statement statement = connection.createStatement();
                ResultSet rows = statement.executeQuery("SELECT * FROM millrace.lease_board()")) {
            return read(rows);
        }
    }

    static LeaseBoard read(ResultSet row) throws SQLException {
        List<Sharing> sharing = new ArrayList<>();
        Map<String, Row> leases = new HashMap<>();
        while (row.next()) {
            Optional<Instance> instance = instance(row, "id", "host", "process_id");
            String projection = row.getString("projection");
            if (projection == null) {
                sharing.add(new Sharing(instance.orElseThrow(), Set.of((String[])
                        row.getArray("given_up").getArray())));
            } else {
                leases.put(
                        projection,
                        new Row(
                                instance,
                                row.getLong("epoch"),
                                Duration.of(row.getLong("microseconds_left"), ChronoUnit.MICROS),
                                instance(row, "claimant_id", "claimant_host", "claimant_process_id")));
            }
        }
        return new LeaseBoard(sharing, leases);
    }

    private static Optional<Instance> instance(ResultSet row, String id, String host, String processId)
            throws SQLException {
        String text = row.getString(id);
        return text == null
                ? Optional.empty()
                : Optional.of(new Instance(UUID.fromString(text), row.getString(host), row.getLong(processId)));
    }
}
