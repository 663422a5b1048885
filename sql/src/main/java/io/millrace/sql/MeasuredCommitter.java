package io.millrace.sql;

import io.millrace.batching.Batch;
import io.millrace.batching.BatchCommitter;
import io.millrace.batching.ChangeSet;
import io.millrace.batching.ChangeSet.Segment;
import io.millrace.batching.CommitOutcome;
import io.millrace.checkpoint.Checkpoint;
import io.millrace.checkpoint.Writer;
import io.millrace.projections.Effect;
import io.millrace.projections.EventEnvelope;
import io.millrace.projections.Projection;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * A committer that writes in a way of its own, dearer or as the shipped one does, to be measured. Any failure ends it.
 * For one thread.
 */
final class MeasuredCommitter implements BatchCommitter {
    private final PostgresFlushSession session;
    private final StatementPlanner planner;
    private final Projection projection;
    private final MeasuredDatabase.Way way;
    private final Writer writer;
    private Checkpoint checkpoint;

    MeasuredCommitter(
            PostgresFlushSession session,
            StatementPlanner planner,
            Projection projection,
            MeasuredDatabase.Way way,
            Checkpoint checkpoint,
            Writer writer) {
        this.session = session;
        this.planner = planner;
        this.projection = projection;
        this.way = way;
        this.checkpoint = checkpoint;
        this.writer = writer;
    }

    @Override
    public Checkpoint checkpoint() {
        return checkpoint;
    }

    @Override
    public CommitOutcome commit(Batch batch) {
        try {
            StatementPlan plan = plan(batch);
            boolean alone = way == MeasuredDatabase.Way.SINGLE_STATEMENTS;
            long movedAt = 0;
            if (alone) {
                session.oneByOne(plan, checkpoint, batch);
            } else {
                movedAt = session.flush(Flush.of(checkpoint, batch, plan), writer);
            }
            checkpoint = CheckpointRow.moved(checkpoint, batch, writer, movedAt);
            int statements = plan.statements().size() + 1;
            return new CommitOutcome.Committed(
                    checkpoint, statements, alone ? statements : PostgresFlushSession.roundTrips(plan));
        } catch (SQLException | IllegalArgumentException e) {
            rollback(e);
            return new CommitOutcome.Failed(String.valueOf(e.getMessage()), e);
        }
    }

    /** So that the server's counters can still be read over this session. */
    private void rollback(Exception after) {
        try {
            session.rollback();
        } catch (SQLException e) {
            after.addSuppressed(e);
        }
    }

    /** Nobody else knows of this database. */
    @Override
    public Optional<CommitOutcome> look() {
        return Optional.empty();
    }

    private StatementPlan plan(Batch batch) {
        return switch (way) {
            case SINGLE_STATEMENTS, STATEMENT_PER_CHANGE -> planAll(changes(batch.events()));
            case STATEMENT_PER_ROW -> planAll(rows(batch.changes()));
            case STATEMENT_PER_SHAPE -> planner.plan(batch.changes());
        };
    }

    private StatementPlan planAll(List<Segment> segments) {
        List<StatementPlan.Planned> statements = new ArrayList<>();
        segments.forEach(segment -> statements.addAll(
                planner.plan(new ChangeSet(List.of(segment), 1)).statements()));
        return new StatementPlan(statements);
    }

    /** Each change that each event asks for, not folded. */
    private List<Segment> changes(List<EventEnvelope> events) {
        List<Segment> changes = new ArrayList<>();
        for (EventEnvelope event : events) {
            for (Effect effect : projection.effectsOf(event)) {
                changes.add(
                        effect instanceof Effect.OnRow row
                                ? new Segment.Rows(Map.of(row.readModel(), Map.of(row.key(), row.change())))
                                : new Segment.Raw((Effect.RawSql) effect));
            }
        }
        return changes;
    }

    private static List<Segment> rows(ChangeSet folded) {
        List<Segment> rows = new ArrayList<>();
        for (Segment segment : folded.segments()) {
            if (segment instanceof Segment.Rows many) {
                many.tables()
                        .forEach((model, changes) -> changes.forEach(
                                (key, change) -> rows.add(new Segment.Rows(Map.of(model, Map.of(key, change))))));
            } else {
                rows.add(segment);
            }
        }
        return rows;
    }

    @Override
    public void close() {}
}
