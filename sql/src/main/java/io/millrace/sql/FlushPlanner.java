package io.millrace.sql;

import io.millrace.batching.ChangeSet;
import io.millrace.projections.ReadModel;
import java.util.List;

/**
 * Plans flushes as {@link PostgresBatchCommitter} does, and says what each would send, without a database. Used by one
 * thread, for one projection: like the committer, it remembers the shapes that it has met.
 */
public final class FlushPlanner {
    private final StatementPlanner planner;

    /** @param readModels the projection's, in the order in which it declares them */
    public FlushPlanner(List<ReadModel> readModels) {
        this.planner = new StatementPlanner("public", readModels);
    }

    /**
     * What a flush sends.
     *
     * @param statements the checkpoint's included
     * @param roundTrips how often the network is waited for
     */
    public record Sent(int statements, int roundTrips) {}

    /**
     * Plans the flush of a change set.
     *
     * @throws IllegalArgumentException if it holds raw SQL that cannot be sent, or rows of another projection
     */
    public Sent plan(ChangeSet changes) {
        StatementPlan plan = planner.plan(changes);
        return new Sent(plan.statements().size() + 1, PostgresFlushSession.roundTrips(plan));
    }
}
