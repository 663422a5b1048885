package io.millrace.sql;

import io.millrace.batching.ChangeSet;
import io.millrace.projections.ReadModel;
import java.sql.Array;
import java.sql.Connection;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.List;

/** The plan of a flush, and the arrays that go with it, without sending them. For one thread. */
public final class PlanAlone {
    private final StatementPlanner planner;

    public PlanAlone(List<ReadModel> readModels) {
        this.planner = new StatementPlanner("public", readModels);
    }

    /** What the statements take; its number of statements is what can be seen of it from elsewhere. */
    public Object plan(ChangeSet changes) {
        return planner.plan(changes);
    }

    /** The arrays of all parameters, as the driver takes them. */
    public static List<Array> encode(Object plan, Connection connection) throws SQLException {
        List<Array> arrays = new ArrayList<>();
        for (StatementPlan.Planned statement : ((StatementPlan) plan).statements()) {
            for (Parameter parameter : statement.parameters()) {
                if (parameter instanceof Parameter.Values values) {
                    arrays.add(SqlArrays.of(connection, values));
                }
            }
        }
        return arrays;
    }
}
