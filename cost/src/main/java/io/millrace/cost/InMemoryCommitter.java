package io.millrace.cost;

import io.millrace.batching.Batch;
import io.millrace.batching.BatchCommitter;
import io.millrace.batching.ChangeSet.Segment;
import io.millrace.batching.CommitOutcome;
import io.millrace.checkpoint.Checkpoint;
import io.millrace.projections.Effect;
import io.millrace.projections.InMemoryReadModels;
import io.millrace.projections.Projection;
import io.millrace.projections.RejectedChangeException;
import io.millrace.sql.FlushPlanner;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/**
 * A committer whose tables are in memory, and which says what PostgreSQL would have been sent. Raw SQL is planned, not
 * run. For one thread.
 */
final class InMemoryCommitter implements BatchCommitter {
    private final InMemoryReadModels tables = new InMemoryReadModels();
    private final FlushPlanner planner;
    private Checkpoint checkpoint;

    InMemoryCommitter(Projection projection) {
        planner = new FlushPlanner(projection.readModels());
        checkpoint = Checkpoint.atStart(projection.name());
    }

    InMemoryReadModels tables() {
        return tables;
    }

    @Override
    public Checkpoint checkpoint() {
        return checkpoint;
    }

    @Override
    public CommitOutcome commit(Batch batch) {
        FlushPlanner.Sent sent;
        try {
            sent = planner.plan(batch.changes());
            tables.apply(rowChanges(batch));
        } catch (RejectedChangeException e) {
            return new CommitOutcome.Rejected(e.sqlState(), String.valueOf(e.getMessage()), e);
        } catch (IllegalArgumentException e) {
            return new CommitOutcome.Failed(String.valueOf(e.getMessage()), e);
        }
        checkpoint = new Checkpoint(
                checkpoint.projection(),
                checkpoint.epoch(),
                Optional.of(batch.checkpoint()),
                batch.lastHandled().or(checkpoint::lastHandled),
                checkpoint.flushNumber() + 1,
                Optional.empty(),
                Optional.empty());
        return new CommitOutcome.Committed(checkpoint, sent.statements(), sent.roundTrips());
    }

    private static List<Effect> rowChanges(Batch batch) {
        List<Effect> effects = new ArrayList<>();
        for (Segment segment : batch.changes().segments()) {
            if (segment instanceof Segment.Rows rows) {
                rows.tables()
                        .forEach((model, changes) ->
                                changes.forEach((key, change) -> effects.add(new Effect.OnRow(model, key, change))));
            }
        }
        return effects;
    }

    @Override
    public Optional<CommitOutcome> look() {
        return Optional.empty();
    }

    @Override
    public void close() {}
}
