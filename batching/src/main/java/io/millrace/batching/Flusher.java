package io.millrace.batching;

import io.millrace.batching.CommitOutcome.Committed;
import io.millrace.batching.CommitOutcome.Rejected;
import io.millrace.batching.CommitOutcome.TooSlow;
import io.millrace.batching.CommitOutcome.Unavailable;
import io.millrace.batching.ProjectorState.Failed;
import io.millrace.batching.ProjectorState.Fenced;
import io.millrace.checkpoint.Checkpoint;
import io.millrace.checkpoint.Position;
import io.millrace.projections.EventEnvelope;
import io.millrace.projections.EventFailedException;
import io.millrace.projections.Projection;
import java.time.Duration;
import java.util.Objects;
import java.util.Optional;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Brings one batch at a time to the committer, until it is known what became of it: sends it again while the database
 * cannot be reached, and takes it apart when PostgreSQL refuses what its events hold. For one thread.
 */
final class Flusher {
    private static final Logger LOG = LoggerFactory.getLogger(Flusher.class);

    /**
     * So often in the time of a flush it is looked whether one that another follows has landed. What is folded then is wanted
     * once the follower has landed, a whole flush later.
     */
    private static final int LOOKS_PER_FLUSH = 3;

    /** Threads are not woken up more finely than that: it is Linux' timer slack. */
    private static final long LEAST_BETWEEN_LOOKS_NANOS = 50_000;

    private final Projection projection;
    private final BatchCommitter committer;
    private final Surroundings surroundings;
    private final Backoff backoff;
    private final ProjectorListener listener;
    private final StateTracker status;
    private final Tally tally;
    private final EventFolder folder;
    private final PoisonWatch poison;
    private final BatchSizer sizer;
    private final InARow inARow;
    private @Nullable Flight flight;
    /** What follows it, launched when that is committed; and what it was folded into, to be folded again if it is not. */
    private @Nullable Flight follower;

    private @Nullable Accumulator following;
    private Optional<Recalled> recalled = Optional.empty();
    private @Nullable Bisection bisection;
    /** Since when there is a follower; means nothing while there is none. */
    private long followedSinceNanos;

    private long lastTookNanos;
    private long batchNumber;
    private volatile boolean grounded;

    Flusher(
            Projection projection,
            BatchCommitter committer,
            Surroundings surroundings,
            Backoff backoff,
            ProjectorListener listener,
            StateTracker status,
            Tally tally,
            EventFolder folder,
            PoisonWatch poison,
            BatchSizer sizer) {
        this.projection = projection;
        this.committer = committer;
        this.surroundings = surroundings;
        this.backoff = backoff;
        this.listener = listener;
        this.status = status;
        this.tally = tally;
        this.folder = folder;
        this.poison = poison;
        this.sizer = sizer;
        this.inARow = new InARow(poison.maxParked());
    }

    /** What was parked where it begins, or begins again. */
    void standAt(ParkedStreams parked) {
        inARow.standAt(parked.inARow());
    }

    /** Whether nothing is under way. */
    boolean isFree() {
        return flight == null && bisection == null;
    }

    /** Whether there is a batch of which it is not known what became. */
    boolean isUnderWay() {
        return flight != null || follower != null;
    }

    /** Sends what was folded. */
    void flush(Accumulator folded, FlushReason reason, Position checkpoint, long nowNanos) {
        Batch batch = close(folded, reason, checkpoint);
        launch(batch, folded.handled(), nowNanos);
    }

    /** Whether it could be collected now what became of the batch under way. */
    boolean hasLanded() {
        return flight != null && flight.landed() != null;
    }

    /** Whether one full batch more can be sent after the one under way, as soon as that is committed. */
    boolean takesFollower() {
        return flight != null && bisection == null && follower == null;
    }

    /** Has what was folded sent as soon as the batch under way is committed. Only where {@link #takesFollower}. */
    void flushNext(Accumulator folded, FlushReason reason, Position checkpoint, long nowNanos) {
        Batch batch = close(folded, reason, checkpoint);
        committer.prepare(batch);
        Flight next = flightOf(batch, folded.handled(), nowNanos);
        follower = next;
        followedSinceNanos = nowNanos;
        following = folded;
        Objects.requireNonNull(flight).follow(next);
    }

    private Batch close(Accumulator folded, FlushReason reason, Position checkpoint) {
        sizer.closed(reason, folded.events(), folded.bytes(), folded.rows());
        return folded.toBatch(projection.name(), ++batchNumber, reason, checkpoint);
    }

    private Flight flightOf(Batch batch, long handled, long nowNanos) {
        return new Flight(batch, handled, nowNanos, committer, surroundings, () -> !grounded);
    }

    /** From now on nothing is launched but by the projector's thread. By any thread. */
    void ground() {
        grounded = true;
    }

    private void launch(Batch batch, long handled, long nowNanos) {
        Flight next = flightOf(batch, handled, nowNanos);
        flight = next;
        next.launch(listener);
    }

    /**
     * What was to follow a batch that was not committed as it was: to be folded again.
     *
     * @param after where the batch before it was to move the checkpoint to
     */
    record Recalled(Accumulator folded, Position after) {}

    /** Told once. */
    Optional<Recalled> recalled() {
        Optional<Recalled> told = recalled;
        recalled = Optional.empty();
        return told;
    }

    /** Nothing more is launched by itself. */
    void recallFollower() {
        Flight flying = flight;
        if (flying != null) {
            flying.recallFollower();
        }
    }

    /** Looks at the batch under way, and sends what is to be sent next of it. */
    Landing collect(long nowNanos) {
        Flight flying = flight;
        if (flying == null) {
            return bisection == null ? Landing.NOTHING : launchPart(bisection, nowNanos);
        }
        if (flying.isWaiting()) {
            return nowNanos - flying.retryAtNanos() < 0 ? Landing.NOTHING : launchAgain(flying);
        }
        CommitOutcome outcome = flying.landed();
        return outcome == null ? Landing.NOTHING : land(flying, outcome, nowNanos);
    }

    private Landing launchPart(Bisection parts, long nowNanos) {
        Batch part = parts.next(++batchNumber, nowNanos);
        launch(part, parts.handled(part), nowNanos);
        return Landing.ON_ITS_WAY;
    }

    private Landing launchAgain(Flight waiting) {
        waiting.launch(listener);
        return Landing.ON_ITS_WAY;
    }

    private Landing land(Flight landed, CommitOutcome outcome, long nowNanos) {
        if (outcome instanceof Committed done) {
            return committed(landed, done);
        }
        listener.failed(landed.batch(), outcome);
        if (outcome instanceof TooSlow || (outcome instanceof Unavailable moment && moment.contended())) {
            sizer.halve();
        }
        if (outcome instanceof Unavailable unavailable) {
            return later(landed, unavailable.message(), nowNanos);
        }
        boolean divisible = landed.batch().events().size() > 1;
        if (outcome instanceof TooSlow slow && !divisible) {
            return later(landed, slow.message(), nowNanos);
        }
        flight = null;
        recallAfter(landed.batch());
        if (outcome instanceof Rejected rejected) {
            return takeApart(landed, rejected);
        }
        if (outcome instanceof TooSlow slow) {
            LOG.warn(
                    "{}; sending its {} events again in halves",
                    slow.message(),
                    landed.batch().events().size());
            return halve(landed);
        }
        bisection = null;
        if (outcome instanceof CommitOutcome.WentBack back) {
            return new Landing.Back(back.checkpoint());
        }
        if (outcome instanceof CommitOutcome.Fenced fenced) {
            return new Landing.Over(new Fenced(fenced.message()));
        }
        CommitOutcome.Failed failed = (CommitOutcome.Failed) outcome;
        return new Landing.Over(new Failed(new ProjectorException(failed.message(), failed.cause())));
    }

    private Landing later(Flight landed, String why, long nowNanos) {
        landed.waitUntil(nowNanos + backoff.nextDelayNanos());
        status.unavailable(why);
        return Landing.ON_ITS_WAY;
    }

    /** What follows was folded after a batch that will not be in the read model as it was. */
    private void recallAfter(Batch notCommitted) {
        Accumulator folded = following;
        if (folded != null) {
            recalled = Optional.of(new Recalled(folded, notCommitted.checkpoint()));
        }
        follower = null;
        following = null;
    }

    private Landing committed(Flight landed, Committed done) {
        Batch batch = landed.batch();
        flight = null;
        if (bisection != null && bisection.isDone()) {
            bisection = null;
        }
        lastTookNanos = landed.lastAttemptNanos();
        available();
        tally.committed(landed, done);
        listener.committed(batch, done, Duration.ofNanos(landed.tookNanos()));
        inARow.committed(batch);
        PoisonLog.committed(batch);
        learnFrom(landed);
        goOnWithFollowerOf(landed);
        return new Landing.Done(
                batch.checkpoint(), batch.reason(), batch.events().size(), lastTookNanos);
    }

    private void goOnWithFollowerOf(Flight landed) {
        Flight next = follower;
        if (next == null) {
            return;
        }
        flight = next;
        follower = null;
        following = null;
        if (landed.hasLaunchedFollower()) {
            next.tell(listener);
        } else {
            next.launch(listener);
        }
    }

    /** Says so, and goes on from there. */
    void wentBack(Checkpoint checkpoint) {
        LOG.warn(
                "The database lost commits of projection {} that it had acknowledged: expected its checkpoint at {}, but"
                        + " it stands at {} after {} moves. Rows went back with it; reading again from there.",
                projection.name(),
                tally.checkpoint().map(Position::toString).orElse("the beginning"),
                checkpoint.position().map(Position::toString).orElse("the beginning"),
                checkpoint.flushNumber());
        available();
        tally.wentBackTo(checkpoint);
    }

    private void learnFrom(Flight landed) {
        if (surroundings.heapIsTight().getAsBoolean()) {
            sizer.saveMemory();
        } else if (landed.batch().reason() != FlushReason.ISOLATION) {
            boolean before = sizer.isStrained();
            sizer.committed(landed.batch(), landed.lastAttemptNanos());
            if (sizer.isStrained() != before) {
                listener.strained(!before);
            }
        }
    }

    private void available() {
        backoff.reset();
        status.available();
    }

    private Landing takeApart(Flight landed, Rejected why) {
        Batch refused = landed.batch();
        if (refused.events().isEmpty()) {
            return new Landing.Over(new Failed(new ProjectorException(why.message(), why.cause())));
        }
        if (refused.events().size() > 1) {
            return halve(landed);
        }
        available();
        return found(refused, why, partsOf(landed));
    }

    private Landing halve(Flight landed) {
        available();
        partsOf(landed).halve();
        return Landing.ON_ITS_WAY;
    }

    private Bisection partsOf(Flight landed) {
        Bisection parts = bisection;
        if (parts == null) {
            Batch whole = landed.batch();
            parts = new Bisection(whole, landed.handled() - whole.events().size(), folder, poison);
            bisection = parts;
        }
        return parts;
    }

    /** The one event that a refused part consists of is what PostgreSQL refuses. */
    private Landing found(Batch refused, Rejected why, Bisection parts) {
        EventEnvelope event = refused.events().get(0);
        EventFailedException failure = why.blaming(projection.name(), event);
        try {
            poison.requirePutAside(failure);
            inARow.failedAlone(refused, event, failure);
        } catch (EventFailedException e) {
            return new Landing.Over(new Failed(e));
        }
        parts.setAside(PoisonEvent.failed(event, failure));
        return poison.parksStreams() ? new Landing.StreamParked(parts.checkpoint()) : Landing.ON_ITS_WAY;
    }

    /**
     * How long until the batch under way is to be sent again, or until it is to be looked at: one that another follows wakes
     * nobody up when it lands. {@link Long#MAX_VALUE} for never.
     */
    long nanosUntilDue(long nowNanos) {
        Flight flying = flight;
        if (flying != null && flying.isWaiting()) {
            return flying.retryAtNanos() - nowNanos;
        }
        return follower == null ? Long.MAX_VALUE : nanosUntilLook(nowNanos);
    }

    /** More and more seldom, if the flush takes longer than the one before it. */
    private long nanosUntilLook(long nowNanos) {
        long takes = Math.max(lastTookNanos, nowNanos - followedSinceNanos);
        return Math.max(LEAST_BETWEEN_LOOKS_NANOS, takes / LOOKS_PER_FLUSH);
    }
}
