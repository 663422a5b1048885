package io.millrace.sql;

import io.millrace.batching.Batch;
import io.millrace.batching.BatchCommitter;
import io.millrace.batching.CommitOutcome;
import io.millrace.batching.ParkedStreams;
import io.millrace.checkpoint.Checkpoint;
import io.millrace.checkpoint.Writer;
import io.millrace.projections.Projection;
import java.sql.SQLException;
import java.util.Objects;
import java.util.Optional;
import java.util.concurrent.atomic.AtomicReference;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Commits batches to PostgreSQL, each in one network round trip, rows and checkpoint together.
 *
 * <p>A state machine without threads, clock or sleep of its own. It keeps its one connection until that fails. When an
 * answer is lost, the outcome is unknown: the next call opens another connection, ends the server session of the lost
 * one (it could still be waiting for a lock), and reads the checkpoint, which tells whether the batch is in it.
 *
 * <p>Used by one thread at a time.
 */
public final class PostgresBatchCommitter implements BatchCommitter {
    private static final Logger log = LoggerFactory.getLogger(PostgresBatchCommitter.class);
    /** The server waits this long for a lost session to end, before we ask to be called again. */
    private static final long END_OF_LOST_SESSION_MS = 5_000;

    private final FlushSession.Source sessions;
    private final StatementPlanner planner;
    private final Writer writer;
    private final Checkpoint started;

    private volatile Checkpoint acknowledged;
    private ParkedStreams parked = ParkedStreams.NONE;
    private boolean knowsParked;
    private final AtomicReference<@Nullable FlushSession> session = new AtomicReference<>();
    private volatile boolean aborted;
    private @Nullable Attempt unsettled;

    /** A batch that was sent, or is about to be. */
    private static final class Attempt {
        final Batch batch;
        final StatementPlan plan;
        /** The session that its outcome was lost with. */
        FlushSession.@Nullable Backend lost;
        /** Why it was given up, if that was a limit of time: then it would be given up again. */
        @Nullable
        SQLException tooSlow;

        int roundTrips;

        Attempt(Batch batch, StatementPlan plan, int roundTrips) {
            this.batch = batch;
            this.plan = plan;
            this.roundTrips = roundTrips;
        }
    }

    private PostgresBatchCommitter(
            FlushSession.Source sessions, StatementPlanner planner, Checkpoint checkpoint, Writer writer) {
        this.sessions = sessions;
        this.planner = planner;
        this.started = checkpoint;
        this.acknowledged = checkpoint;
        this.writer = writer;
    }

    /**
     * A committer over connections of one's own; {@link PostgresStore#committerFor} is what programs use.
     *
     * @param schema where the projection's tables are
     * @param checkpoint where the projection stands, as the database has it
     */
    public static PostgresBatchCommitter over(
            ConnectionSource connections,
            String schema,
            Projection projection,
            Checkpoint checkpoint,
            Writer writer,
            FlushTimeouts timeouts) {
        return over(
                name -> PostgresFlushSession.open(connections, name, checkpoint.epoch(), timeouts),
                schema,
                projection,
                checkpoint,
                writer);
    }

    /** Over sessions that stand for PostgreSQL's in a simulation. */
    static PostgresBatchCommitter over(
            FlushSession.Source sessions, String schema, Projection projection, Checkpoint checkpoint, Writer writer) {
        StatementPlanner planner = new StatementPlanner(schema, projection.readModels());
        return new PostgresBatchCommitter(sessions, planner, checkpoint, writer);
    }

    @Override
    public Checkpoint checkpoint() {
        return acknowledged;
    }

    /** As found when the connection was opened first, or when the database had gone back. */
    @Override
    public ParkedStreams parked() {
        return parked;
    }

    /** Who moves the checkpoint: this committer. */
    public Writer writer() {
        return writer;
    }

    @Override
    public CommitOutcome commit(Batch batch) {
        try {
            Attempt attempt = attempt(batch);
            return attempt.lost == null ? send(attempt) : settle(attempt);
        } catch (IllegalArgumentException e) {
            return new CommitOutcome.Failed(String.valueOf(e.getMessage()), e);
        }
    }

    private Attempt attempt(Batch batch) {
        boolean mayStay = !batch.setAside().settled().isEmpty();
        if (!mayStay
                && acknowledged.position().isPresent()
                && !batch.checkpoint().isAfter(acknowledged.position().get())) {
            throw new IllegalArgumentException("expected a batch that moves the checkpoint on: checkpoint="
                    + acknowledged.position().get() + ", batch=" + batch.checkpoint());
        }
        if (unsettled == null) {
            return new Attempt(batch, plan(batch), 0);
        }
        if (!unsettled.batch.checkpoint().equals(batch.checkpoint())) {
            throw new IllegalArgumentException("expected the batch whose outcome is unknown again: expected checkpoint="
                    + unsettled.batch.checkpoint() + ", checkpoint=" + batch.checkpoint());
        }
        return unsettled;
    }

    private StatementPlan plan(Batch batch) {
        StatementPlan changes = planner.plan(batch.changes());
        return batch.setAside().writesNothing()
                ? changes
                : changes.with(ParkedStatements.of(batch.projection(), batch.setAside()));
    }

    private CommitOutcome send(Attempt attempt) {
        FlushSession on;
        try {
            on = session();
        } catch (SQLException e) {
            return unreachable(e);
        }
        try {
            attempt.roundTrips += PostgresFlushSession.roundTrips(attempt.plan);
            long movedAt = on.flush(attempt.plan, acknowledged, attempt.batch, writer);
            return committed(attempt, CheckpointRow.moved(acknowledged, attempt.batch, writer, movedAt));
        } catch (SQLException e) {
            return failed(attempt, on, e);
        }
    }

    /** An answer that is an error undoes the flush; a lost answer leaves it unknown. */
    private CommitOutcome failed(Attempt attempt, FlushSession on, SQLException error) {
        if (!SqlFailure.isServersAnswer(error)) {
            return lost(attempt, on, error);
        }
        try {
            attempt.roundTrips++;
            on.rollback();
        } catch (SQLException e) {
            error.addSuppressed(e);
            return lost(attempt, on, error);
        }
        if (SqlFailure.state(error).equals(SqlFailure.PLAN_EXACTLY) && planner.planExactly()) {
            return send(new Attempt(attempt.batch, plan(attempt.batch), attempt.roundTrips));
        }
        SqlFailure failure = SqlFailure.of(error);
        if (failure == SqlFailure.FENCED) {
            return judge(attempt, on);
        }
        unsettled = null;
        if (failure == SqlFailure.FAILED || SqlFailure.isReadOnly(error)) {
            // Read-only is what a session began with: only another one begins otherwise, maybe at another server.
            drop();
        }
        return failure.asOutcome(error, acknowledged.projection());
    }

    private CommitOutcome lost(Attempt attempt, FlushSession on, SQLException error) {
        attempt.lost = on.backend();
        attempt.tooSlow = SqlFailure.isLimitOfTime(error) ? error : null;
        unsettled = attempt;
        drop();
        return new CommitOutcome.Unavailable(
                "the connection was lost while a flush of projection " + acknowledged.projection()
                        + " was under way, and whether it was committed is not known yet: " + error.getMessage(),
                error);
    }

    /** Finds out what became of an attempt whose answer was lost. */
    private CommitOutcome settle(Attempt attempt) {
        FlushSession on;
        try {
            on = session();
        } catch (SQLException e) {
            return unreachable(e);
        }
        try {
            attempt.roundTrips += 2;
            FlushSession.Backend lost = Objects.requireNonNull(attempt.lost);
            if (!on.ended(lost, END_OF_LOST_SESSION_MS)) {
                return stillAtWork(lost);
            }
        } catch (SQLException e) {
            drop();
            return stillUnknown(e);
        }
        return judge(attempt, on);
    }

    private CommitOutcome judge(Attempt attempt, FlushSession on) {
        Optional<Checkpoint> found;
        try {
            attempt.roundTrips++;
            found = found(on);
        } catch (SQLException e) {
            attempt.lost = on.backend();
            unsettled = attempt;
            drop();
            return stillUnknown(e);
        }
        return found.isPresent() ? outcome(attempt, found.get()) : checkpointGone();
    }

    /** The question failed, not the flush: its outcome is still to be found out. */
    private CommitOutcome stillUnknown(SQLException e) {
        SqlFailure failure = SqlFailure.of(e);
        return (failure.passes() ? SqlFailure.UNAVAILABLE : failure).asOutcome(e, acknowledged.projection());
    }

    private CommitOutcome outcome(Attempt attempt, Checkpoint found) {
        unsettled = null;
        return switch (CheckpointVerdict.of(found, started, acknowledged, attempt.batch, writer)) {
            case COMMITTED -> committed(attempt, found);
            case NOT_COMMITTED -> notCommitted(attempt);
            case FENCED -> fenced(found);
            case WENT_BACK -> {
                acknowledged = found;
                yield new CommitOutcome.WentBack(found);
            }
        };
    }

    /** The checkpoint in the database; if that went back, so did what is parked. */
    private Optional<Checkpoint> found(FlushSession on) throws SQLException {
        Optional<Checkpoint> found = on.readCheckpoint(acknowledged.projection());
        if (found.isPresent() && found.get().flushNumber() < acknowledged.flushNumber()) {
            parked = on.readParked(found.get());
        }
        return found;
    }

    private CommitOutcome notCommitted(Attempt attempt) {
        if (attempt.lost == null) {
            return contradiction();
        }
        return attempt.tooSlow == null
                ? sendAgain(attempt)
                : SqlFailure.TOO_SLOW.asOutcome(attempt.tooSlow, acknowledged.projection());
    }

    private CommitOutcome sendAgain(Attempt attempt) {
        attempt.lost = null;
        return send(attempt);
    }

    private CommitOutcome committed(Attempt attempt, Checkpoint checkpoint) {
        unsettled = null;
        acknowledged = checkpoint;
        return new CommitOutcome.Committed(checkpoint, attempt.plan.statements().size() + 1, attempt.roundTrips);
    }

    private CommitOutcome fenced(Checkpoint found) {
        return new CommitOutcome.Fenced("projection " + found.projection()
                + " is fenced: expected its checkpoint at " + where(acknowledged) + ", but it stands at " + where(found)
                + found.writer().map(holder -> ", moved by " + holder).orElse("")
                + found.movedAt().map(time -> " at " + time).orElse("")
                + "; nothing was written. Only one may write a projection at a time: stop one of the two");
    }

    private static String where(Checkpoint checkpoint) {
        return checkpoint.position().map(position -> "position " + position).orElse("its start") + " (epoch "
                + checkpoint.epoch() + ", flush " + checkpoint.flushNumber() + ")";
    }

    private CommitOutcome stillAtWork(FlushSession.Backend lost) {
        String message = "the server session that was lost (process " + lost.processId() + ") is still at work for"
                + " projection " + acknowledged.projection() + "; its end is awaited before anything is sent again";
        return new CommitOutcome.Unavailable(message, new IllegalStateException(message));
    }

    @Override
    public Optional<CommitOutcome> look() {
        if (unsettled != null) {
            throw new IllegalStateException("expected no batch whose outcome is unknown: checkpoint="
                    + unsettled.batch.checkpoint() + "; commit it again first");
        }
        Optional<Checkpoint> found;
        try {
            found = found(session());
        } catch (SQLException e) {
            boolean wasOpen = session.get() != null;
            drop();
            return Optional.of(wasOpen ? stillUnknown(e) : unreachable(e));
        }
        return found.isPresent() ? seen(found.get()) : Optional.of(checkpointGone());
    }

    private CheckpointVerdict unattempted(Checkpoint found) {
        return CheckpointVerdict.withoutAttempt(found, started, acknowledged, writer);
    }

    private Optional<CommitOutcome> seen(Checkpoint found) {
        return switch (unattempted(found)) {
            case NOT_COMMITTED -> Optional.empty();
            case WENT_BACK -> {
                acknowledged = found;
                yield Optional.of(new CommitOutcome.WentBack(found));
            }
            case FENCED, COMMITTED -> Optional.of(fenced(found));
        };
    }

    /** Refused, and yet the checkpoint stands where we left it: somebody is moving it back and forth. */
    private CommitOutcome contradiction() {
        String message = "the checkpoint of projection " + acknowledged.projection()
                + " was elsewhere for a moment, and is back at " + where(acknowledged);
        return new CommitOutcome.Unavailable(message, new IllegalStateException(message));
    }

    private CommitOutcome checkpointGone() {
        unsettled = null;
        String message = "expected the checkpoint of projection " + acknowledged.projection()
                + " in millrace.checkpoints, and found none: somebody deleted it, or the database is another one."
                + " Restore it, or start again from the beginning with `millrace replay --from-start`";
        return new CommitOutcome.Failed(message, new IllegalStateException(message));
    }

    private CommitOutcome unreachable(SQLException e) {
        PostgresException cause = PostgresException.connecting(e);
        return cause.kind() == PostgresException.Kind.UNREACHABLE
                ? new CommitOutcome.Unavailable(String.valueOf(cause.getMessage()), e)
                : new CommitOutcome.Failed(String.valueOf(cause.getMessage()), e);
    }

    /** Opens the connection, so that trouble shows at the start rather than at the first flush. */
    void connect() throws SQLException {
        session();
    }

    private FlushSession session() throws SQLException {
        FlushSession open = session.get();
        if (open == null) {
            open = sessions.open(acknowledged.projection());
            session.set(open);
            if (aborted) {
                drop();
                throw new SQLException("the committer was closed under this batch", "08003");
            }
        }
        if (!knowsParked) {
            readParked(open);
        }
        return open;
    }

    private void readParked(FlushSession from) throws SQLException {
        try {
            parked = from.readParked(acknowledged);
            knowsParked = true;
        } catch (SQLException e) {
            drop();
            throw e;
        }
    }

    private void drop() {
        FlushSession open = session.getAndSet(null);
        if (open != null) {
            open.discard();
        }
    }

    /** Ends its connection for good, also under a batch that is under way, which is then lost. By any thread. */
    public void abort() {
        aborted = true;
        drop();
    }

    @Override
    public void close() {
        FlushSession open = session.get();
        if (open != null) {
            try {
                open.release();
            } catch (SQLException e) {
                log.debug("The connection of projection {} was lost already", acknowledged.projection(), e);
            }
        }
        drop();
    }
}
