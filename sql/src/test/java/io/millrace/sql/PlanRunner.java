package io.millrace.sql;

import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.SQLException;
import java.util.List;
import java.util.Optional;

/** Executes plans without a checkpoint, each in a transaction of its own; rows are merged, or upserted. */
final class PlanRunner {
    private final Connection connection;
    private final boolean merging;

    PlanRunner(Connection connection, boolean merging) {
        this.connection = connection;
        this.merging = merging;
    }

    /** The error that it was refused with; empty if it went through. */
    Optional<SQLException> tryRun(StatementPlan plan) throws SQLException {
        connection.setAutoCommit(false);
        try {
            for (StatementPlan.Planned planned : plan.statements()) {
                execute(planned);
            }
            connection.commit();
            return Optional.empty();
        } catch (SQLException e) {
            connection.rollback();
            return Optional.of(e);
        }
    }

    private void execute(StatementPlan.Planned planned) throws SQLException {
        try (PreparedStatement statement = connection.prepareStatement(planned.text(merging))) {
            FlushText.bind(connection, statement, new StatementPlan(List.of(planned)), merging);
            statement.execute();
        }
    }
}
