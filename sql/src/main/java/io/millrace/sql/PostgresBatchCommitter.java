package io.millrace.sql;

import io.millrace.batching.Batch;
import io.millrace.batching.BatchCommitter;
import io.millrace.batching.CommitOutcome;
import io.millrace.batching.ParkedStreams;
import io.millrace.checkpoint.Checkpoint;
import io.millrace.checkpoint.Position;
import io.millrace.checkpoint.Writer;
import io.millrace.projections.Projection;
import java.sql.SQLException;
import java.util.List;
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
 * <p>Used by one thread at a time, but for {@link #prepare}.
 */
public final class PostgresBatchCommitter implements BatchCommitter {
    private static final Logger log = LoggerFactory.getLogger(PostgresBatchCommitter.class);
    /** The server waits this long for a lost session to end, before we ask to be called again. */
    private static final long END_OF_LOST_SESSION_MS = 5_000;

    private final FlushSession.Source sessions;
    private final Marks marks;
    private final Writer writer;

    private ParkedStreams parked = ParkedStreams.NONE;
    private boolean knowsParked;
    private final AtomicReference<@Nullable FlushSession> session = new AtomicReference<>();
    private volatile boolean closed;
    private @Nullable Attempt unsettled;

    /** A batch that was sent, or is about to be. */
    private static final class Attempt {
        final Batch batch;
        final Flush flush;
        /** The session that its outcome was lost with. */
        FlushSession.@Nullable Backend lost;
        /** Why it was given up, if that was a limit of time: then it would be given up again. */
        @Nullable
        SQLException tooSlow;

        int roundTrips;

        Attempt(Batch batch, Flush flush, int roundTrips) {
            this.batch = batch;
            this.flush = flush;
            this.roundTrips = roundTrips;
        }
    }

    private PostgresBatchCommitter(FlushSession.Source sessions, Marks marks, Writer writer) {
        this.sessions = sessions;
        this.marks = marks;
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
                writing -> PostgresFlushSession.open(
                        connections,
                        projection.name(),
                        writing,
                        timeouts,
                        projection.alsoWrites().isEmpty()),
                schema,
                projection,
                checkpoint,
                writer);
    }

    /**
     * A committer that moves the checkpoints of several projections at once, or none of them.
     *
     * @param name what it is called in errors
     * @param checkpoints where the projections stand, in their order
     */
    static PostgresBatchCommitter overGroup(
            String name,
            ConnectionSource connections,
            String schema,
            List<? extends Projection> projections,
            List<Checkpoint> checkpoints,
            Writer writer,
            FlushTimeouts timeouts) {
        boolean writeOnlyTheirModels =
                projections.stream().allMatch(member -> member.alsoWrites().isEmpty());
        return overGroup(
                name,
                writing -> PostgresFlushSession.open(connections, name, writing, timeouts, writeOnlyTheirModels),
                schema,
                projections,
                checkpoints,
                writer);
    }

    /** Over sessions that stand for PostgreSQL's in a simulation. */
    static PostgresBatchCommitter overGroup(
            String name,
            FlushSession.Source sessions,
            String schema,
            List<? extends Projection> projections,
            List<Checkpoint> checkpoints,
            Writer writer) {
        return new PostgresBatchCommitter(sessions, new Marks(name, schema, projections, checkpoints), writer);
    }

    /** Over sessions that stand for PostgreSQL's in a simulation. */
    static PostgresBatchCommitter over(
            FlushSession.Source sessions, String schema, Projection projection, Checkpoint checkpoint, Writer writer) {
        return overGroup(projection.name(), sessions, schema, List.of(projection), List.of(checkpoint), writer);
    }

    /** Of a group the least of its members'. */
    @Override
    public Checkpoint checkpoint() {
        return marks.whole();
    }

    /** Where each projection stands; one, unless it is a group's. By any thread. */
    public List<Checkpoint> checkpoints() {
        return marks.acknowledged();
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
    public void prepare(Batch next) {
        try {
            marks.prepare(next);
        } catch (IllegalArgumentException e) {
            log.debug("Batch {} cannot be planned, which is told when it is its turn", next.number(), e);
        }
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
        Optional<Position> from = marks.whole().position();
        if (!mayStay && from.isPresent() && !batch.checkpoint().isAfter(from.get())) {
            throw new IllegalArgumentException("expected a batch that moves the checkpoint on: checkpoint=" + from.get()
                    + ", batch=" + batch.checkpoint());
        }
        if (unsettled == null) {
            return new Attempt(batch, marks.flush(batch), 0);
        }
        if (!unsettled.batch.checkpoint().equals(batch.checkpoint())) {
            throw new IllegalArgumentException("expected the batch whose outcome is unknown again: expected checkpoint="
                    + unsettled.batch.checkpoint() + ", checkpoint=" + batch.checkpoint());
        }
        return unsettled;
    }

    private CommitOutcome send(Attempt attempt) {
        FlushSession on;
        try {
            on = session();
        } catch (SQLException e) {
            return unreachable(e);
        }
        try {
            attempt.roundTrips += attempt.flush.roundTrips();
            marks.moved(attempt.flush, writer, on.flush(attempt.flush, writer));
            return committed(attempt);
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
            if (on.sendsOtherwise(error)) {
                return send(attempt);
            }
        } catch (SQLException e) {
            error.addSuppressed(e);
            return lost(attempt, on, error);
        }
        if (SqlFailure.state(error).equals(SqlFailure.PLAN_EXACTLY) && marks.planExactly()) {
            return send(new Attempt(attempt.batch, marks.flush(attempt.batch), attempt.roundTrips));
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
        return failure.asOutcome(error, marks.name());
    }

    private CommitOutcome lost(Attempt attempt, FlushSession on, SQLException error) {
        attempt.lost = on.backend();
        attempt.tooSlow = SqlFailure.isLimitOfTime(error) ? error : null;
        unsettled = attempt;
        drop();
        return new CommitOutcome.Unavailable(
                "the connection was lost while a flush of projection " + marks.name()
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
        List<Checkpoint> found;
        try {
            attempt.roundTrips++;
            found = found(on);
        } catch (SQLException e) {
            attempt.lost = on.backend();
            unsettled = attempt;
            drop();
            return stillUnknown(e);
        }
        return isComplete(found) ? outcome(attempt, found) : checkpointGone();
    }

    private boolean isComplete(List<Checkpoint> found) {
        return found.size() == marks.acknowledged().size();
    }

    /** The question failed, not the flush: its outcome is still to be found out. */
    private CommitOutcome stillUnknown(SQLException e) {
        SqlFailure failure = SqlFailure.of(e);
        return failure.passes()
                ? new CommitOutcome.Unavailable(SqlFailure.describe(e, marks.name()), e) // contended or not
                : failure.asOutcome(e, marks.name());
    }

    private CommitOutcome outcome(Attempt attempt, List<Checkpoint> found) {
        unsettled = null;
        Marks.Verdict verdict = marks.verdict(found, Optional.of(attempt.flush), writer);
        return switch (verdict.is()) {
            case COMMITTED -> {
                marks.found(found);
                yield committed(attempt);
            }
            case NOT_COMMITTED -> notCommitted(attempt);
            case FENCED -> fenced(verdict);
            case WENT_BACK -> wentBack(found);
        };
    }

    private CommitOutcome wentBack(List<Checkpoint> found) {
        if (marks.areOfAGroup()) { // who hears of it is told of the least of them only
            warnOfLosses(found);
        }
        marks.found(found);
        return new CommitOutcome.WentBack(marks.whole());
    }

    /** Says of each how far it went back, while it is known how far it was. */
    private void warnOfLosses(List<Checkpoint> found) {
        List<Checkpoint> expected = marks.acknowledged();
        for (int i = 0; i < found.size(); i++) {
            LastCommitters.loss(expected.get(i), found.get(i)).ifPresent(log::warn);
        }
    }

    /** The checkpoints in the database; if that went back, so did what is parked. */
    private List<Checkpoint> found(FlushSession on) throws SQLException {
        List<Checkpoint> found = on.readCheckpoints(marks.projections());
        if (!marks.areOfAGroup()
                && isComplete(found)
                && found.get(0).flushNumber() < marks.whole().flushNumber()) {
            parked = on.readParked(found.get(0));
        }
        return found;
    }

    private CommitOutcome notCommitted(Attempt attempt) {
        if (attempt.lost == null) {
            return contradiction();
        }
        return attempt.tooSlow == null
                ? sendAgain(attempt)
                : SqlFailure.TOO_SLOW.asOutcome(attempt.tooSlow, marks.name());
    }

    private CommitOutcome sendAgain(Attempt attempt) {
        attempt.lost = null;
        return send(attempt);
    }

    private CommitOutcome committed(Attempt attempt) {
        unsettled = null;
        return new CommitOutcome.Committed(marks.whole(), attempt.flush.statements(), attempt.roundTrips);
    }

    private static CommitOutcome fenced(Marks.Verdict verdict) {
        Checkpoint found = verdict.of();
        return new CommitOutcome.Fenced("projection " + found.projection()
                + " is fenced: expected its checkpoint at " + where(verdict.expected()) + ", but it stands at "
                + where(found)
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
                + " projection " + marks.name() + "; its end is awaited before anything is sent again";
        return new CommitOutcome.Unavailable(message, new IllegalStateException(message));
    }

    @Override
    public Optional<CommitOutcome> look() {
        if (unsettled != null) {
            throw new IllegalStateException("expected no batch whose outcome is unknown: checkpoint="
                    + unsettled.batch.checkpoint() + "; commit it again first");
        }
        List<Checkpoint> found;
        try {
            found = found(session());
        } catch (SQLException e) {
            boolean wasOpen = session.get() != null;
            drop();
            return Optional.of(wasOpen ? stillUnknown(e) : unreachable(e));
        }
        return isComplete(found) ? seen(found) : Optional.of(checkpointGone());
    }

    private Optional<CommitOutcome> seen(List<Checkpoint> found) {
        Marks.Verdict verdict = marks.verdict(found, Optional.empty(), writer);
        return switch (verdict.is()) {
            case NOT_COMMITTED -> Optional.empty();
            case WENT_BACK -> Optional.of(wentBack(found));
            case FENCED, COMMITTED -> Optional.of(fenced(verdict));
        };
    }

    /** Refused, and yet the checkpoint stands where we left it: somebody is moving it back and forth. */
    private CommitOutcome contradiction() {
        String message = "the checkpoint of projection " + marks.name() + " was elsewhere for a moment, and is back at "
                + where(marks.whole());
        return new CommitOutcome.Unavailable(message, new IllegalStateException(message));
    }

    private CommitOutcome checkpointGone() {
        unsettled = null;
        String message = "expected the checkpoint of projection " + marks.name()
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
            open = sessions.open(marks.acknowledged());
            session.set(open);
            if (closed) {
                drop();
                throw new SQLException("the committer was closed under this batch", "08003");
            }
        }
        if (!knowsParked && !marks.areOfAGroup()) { // whoever has parked something is in no group
            readParked(open);
        }
        return open;
    }

    private void readParked(FlushSession from) throws SQLException {
        try {
            parked = from.readParked(marks.whole());
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
        closed = true;
        drop();
    }

    /** As {@link #abort}, once no batch is under way: others see at once that nobody writes any more. */
    @Override
    public void close() {
        closed = true;
        FlushSession open = session.get();
        if (open != null) {
            try {
                open.release();
            } catch (SQLException e) {
                log.debug("The connection of projection {} was lost already", marks.name(), e);
            }
        }
        drop();
    }
}
