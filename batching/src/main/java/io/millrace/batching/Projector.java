package io.millrace.batching;

import io.millrace.batching.Flusher.Landing;
import io.millrace.batching.ProjectorState.Ended;
import io.millrace.batching.ProjectorState.Failed;
import io.millrace.batching.ProjectorState.Fenced;
import io.millrace.batching.ProjectorState.Stopped;
import io.millrace.checkpoint.Checkpoint;
import io.millrace.checkpoint.Position;
import io.millrace.projections.EventEnvelope;
import io.millrace.projections.EventFailedException;
import io.millrace.projections.EventSource;
import io.millrace.projections.Projection;
import io.millrace.projections.SourceSignal;
import io.millrace.projections.SourceSignal.CheckpointReached;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Runs one projection: receives events, folds them, flushes batches of them, and learns what became of each.
 *
 * <p>A state machine without a thread or a clock of its own. One thread calls {@link #step} again and again, and may
 * pause for {@link #nanosUntilDue} when there was nothing to do. One batch is under way at a time; while it is, the
 * next one is folded, until that is full. {@link #state}, {@link #summary} and {@link #stop} may be called by any
 * thread.
 */
public final class Projector {
    private static final Logger LOG = LoggerFactory.getLogger(Projector.class);
    /** So many signals are taken at most before the clock is looked at again. */
    private static final int SIGNALS_PER_STEP = 10_000;

    private final String name;
    private final BatchCommitter committer;
    private final Surroundings surroundings;
    private final ProjectorListener listener;
    private final StateTracker status;
    private final Tally tally;
    private final Intake intake;
    private final Progress progress;
    private final PoisonWatch poison;
    private final Folding folding;
    private final Flusher flusher;
    private final CheckpointWatch watch;
    private final Ending ending = new Ending();
    private volatile @Nullable String fencedBecause;

    /**
     * @param committer opened already; its checkpoint is where reading begins. It stays the caller's to close, once the
     *     projector has ended
     */
    public Projector(
            Projection projection,
            EventSource source,
            BatchCommitter committer,
            ProjectorOptions options,
            Surroundings surroundings,
            ProjectorListener... listeners) {
        this.name = projection.name();
        this.committer = committer;
        this.surroundings = surroundings;
        this.listener = new Listeners(List.of(listeners));
        this.status = new StateTracker(surroundings.wallClock(), listener);
        this.tally = new Tally(committer.checkpoint());
        this.intake = new Intake(source, projection, options.queueBounds(), surroundings.wakeUp());
        this.progress = new Progress(options, committer.checkpoint(), nowNanos());
        this.poison = new PoisonWatch(options.poison());
        EventFolder folder = new EventFolder(projection, poison);
        this.folding = new Folding(
                folder, options.flushPolicy(), new InARow(options.poison().maxParked()));
        this.flusher = new Flusher(
                projection, committer, surroundings, backoff(options), listener, status, tally, folder, poison);
        this.watch = new CheckpointWatch(committer, surroundings, backoff(options), nowNanos());
    }

    private Backoff backoff(ProjectorOptions options) {
        return new Backoff(options.retryDelays(), surroundings.random());
    }

    /**
     * Does what there is to do now, without waiting for anything.
     *
     * @return whether there was something; if not, nothing will be until {@link Surroundings#wakeUp} is called or
     *     {@link #nanosUntilDue} have passed
     */
    public boolean step() {
        if (hasEnded()) {
            return false;
        }
        try {
            String fenced = fencedBecause;
            if (fenced != null) {
                endAs(new Fenced(fenced));
                return true;
            }
            long now = nowNanos();
            boolean worked = collectFlight(now);
            worked |= !hasEnded() && heedWatch(now);
            worked |= !hasEnded() && beginOrStop(now);
            worked |= !hasEnded() && receiveAndFold(now);
            worked |= !hasEnded() && flushIfDue(now);
            return worked;
        } catch (RuntimeException | Error e) {
            endAs(new Failed(e));
            return true;
        }
    }

    // ---- collect what has landed

    private boolean collectFlight(long now) {
        Landing landing = flusher.collect(now);
        if (landing instanceof Landing.Done done) {
            progress.committed(done.checkpoint(), now);
            watch.heard(now);
        } else if (landing instanceof Landing.StreamParked parked) {
            foldAgainAfter(parked.upTo());
        } else if (landing instanceof Landing.Back back) {
            readAgainFrom(back.checkpoint());
        } else if (landing instanceof Landing.Over over) {
            endAs(over.state());
        }
        return !(landing instanceof Landing.Nothing);
    }

    /** A stream was parked: what is folded of it already must follow. */
    private void foldAgainAfter(Position flushedUpTo) {
        folding.unfold();
        progress.takeAgainAfter(flushedUpTo);
    }

    private boolean heedWatch(long now) {
        if (!watch.hasLanded()) {
            return false;
        }
        Optional<CommitOutcome> seen = watch.found();
        if (seen.isEmpty()) {
            watch.heard(now);
            status.available();
        } else if (seen.get() instanceof CommitOutcome.WentBack back) {
            watch.heard(now);
            flusher.wentBack(back.checkpoint());
            readAgainFrom(back.checkpoint());
        } else if (seen.get() instanceof CommitOutcome.Fenced fenced) {
            endAs(new ProjectorState.Fenced(fenced.message()));
        } else if (seen.get() instanceof CommitOutcome.Failed failed) {
            endAs(new Failed(new ProjectorException(failed.message(), failed.cause())));
        } else if (seen.get() instanceof CommitOutcome.Unavailable unavailable) {
            watch.unheard(now);
            status.unavailable(unavailable.message());
        } else {
            watch.unheard(now);
        }
        return true;
    }

    /** Rows and checkpoint went back together: what was read after it is read again. */
    private void readAgainFrom(Checkpoint checkpoint) {
        readNoMore();
        folding.swap();
        standAt(checkpoint);
        ending.reopen();
        status.enter(Phase.CATCHING_UP);
    }

    // ---- begin and end

    private boolean beginOrStop(long now) {
        if (ending.beginsToStop(now)) {
            readNoMore();
            return true;
        }
        if (ending.nanosLeft(now) <= 0) {
            LOG.warn("Projection {} stops before its last batch was committed; its events will be read again.", name);
            ending.closing().ifPresent(closing -> endAs(closing.then()));
            return true;
        }
        if (ending.isClosing() || intake.isOpen()) {
            return false;
        }
        Checkpoint from = committer.checkpoint();
        standAt(from);
        intake.open(from);
        return true;
    }

    private void standAt(Checkpoint checkpoint) {
        ParkedStreams parked = committer.parked();
        progress.standAt(checkpoint);
        poison.standAt(parked);
        folding.standAt(parked);
        flusher.standAt(parked);
    }

    /** Commits what is folded, and ends so. */
    private void closeWith(FlushReason reason, Ended then) {
        ending.close(reason, then);
        readNoMore();
    }

    private void readNoMore() {
        folding.dropHeldBack();
        progress.takeNoMore();
        intake.close();
    }

    private void endAs(Ended state) {
        try {
            intake.close();
        } finally {
            status.end(state);
        }
    }

    // ---- receive and fold

    private boolean receiveAndFold(long now) {
        int signals = 0;
        int events = 0;
        long bytes = 0;
        takeHeldBack(now);
        while (takesMore() && signals < SIGNALS_PER_STEP) {
            SourceSignal signal = intake.next();
            if (signal == null) {
                nothingLeft();
                break;
            }
            signals++;
            if (signal instanceof EventEnvelope event) {
                events++;
                bytes += event.sizeInBytes();
                receive(event, now);
            } else {
                heed(signal);
            }
        }
        takeCheckpointThatFollows();
        if (progress.isAtEnd() && !folding.holdsBack()) {
            closeWith(FlushReason.CAUGHT_UP, new Stopped());
        }
        intake.askForMore();
        if (events > 0) {
            tally.received(events);
            listener.received(events, bytes);
            listener.folded(folding.events());
        }
        return signals > 0;
    }

    private void takeHeldBack(long now) {
        for (var event = folding.takeHeldBack(); event.isPresent(); event = folding.takeHeldBack()) {
            fold(event.get(), now);
        }
        if (!folding.holdsBack()) {
            progress.tookAgain();
        }
    }

    private boolean takesMore() {
        return !ending.isClosing() && !progress.isAtEnd() && !folding.isFull();
    }

    private void receive(EventEnvelope event, long now) {
        if (!progress.isInOrder(event)) {
            closeWith(FlushReason.ISOLATION, new Failed(progress.outOfOrder(event)));
        } else if (progress.isWanted(event)) {
            fold(event, now);
        }
    }

    private void fold(EventEnvelope event, long now) {
        try {
            if (folding.fold(event, now)) {
                progress.readUpTo(event.position());
            }
        } catch (EventFailedException | ProjectorException e) {
            closeWith(FlushReason.ISOLATION, new Failed(e));
        }
    }

    private void heed(SourceSignal signal) {
        if (signal instanceof CheckpointReached reached) {
            progress.readUpTo(reached.position());
        } else if (signal instanceof SourceSignal.CaughtUp) {
            progress.caughtUp();
            if (status.phase() == Phase.CATCHING_UP || status.phase() == Phase.OVERRUN) {
                goLive();
            }
        } else if (signal instanceof SourceSignal.FellBehind) {
            status.enter(Phase.CATCHING_UP);
        } else if (signal instanceof SourceSignal.Subscribed subscribed) {
            progress.subscribed(subscribed.head());
            status.subscribed();
        } else if (signal instanceof SourceSignal.Interrupted interrupted) {
            status.interrupted(String.valueOf(interrupted.cause().getMessage()));
        } else if (signal instanceof SourceSignal.Failed failed) {
            closeWith(FlushReason.SHUTDOWN, new Failed(failed.cause()));
        }
    }

    /** What had come while a full batch waited is folded. */
    private void nothingLeft() {
        if (status.phase() == Phase.OVERRUN) {
            goLive();
        }
    }

    private void goLive() {
        status.enter(folding.isEmpty() ? Phase.LIVE : Phase.CAUGHT_UP);
    }

    /** So that a full batch covers the unhandled range after it, too. */
    private void takeCheckpointThatFollows() {
        while (!folding.holdsBack() && intake.peek() instanceof CheckpointReached reached) {
            intake.next();
            progress.readUpTo(reached.position());
        }
    }

    // ---- flush

    private boolean flushIfDue(long now) {
        if (!isFree()) {
            if (folding.isFull() && status.phase() != Phase.CATCHING_UP) {
                status.enter(Phase.OVERRUN);
            }
            return false;
        }
        Optional<FlushReason> reason = reasonToFlush(now);
        if (reason.isPresent()) {
            flush(reason.get(), now);
            return true;
        }
        if (ending.isClosing()) {
            ending.closing().ifPresent(closing -> endAs(closing.then()));
            return false;
        }
        return watch.lookIfDue(now);
    }

    /** Whether the committer can be asked something. */
    private boolean isFree() {
        return flusher.isFree() && !watch.isUnderWay();
    }

    private Optional<FlushReason> reasonToFlush(long now) {
        if (folding.isEmpty()) {
            return checkpointIsDue(now) ? Optional.of(FlushReason.CHECKPOINT_ONLY) : Optional.empty();
        }
        return ending.isClosing()
                ? folding.full().or(() -> ending.closing().map(Ending.Closing::reason))
                : folding.due(status.phase(), now);
    }

    private boolean checkpointIsDue(long now) {
        return ending.isClosing() ? progress.checkpointLags() : progress.nanosUntilCheckpointDue(now) <= 0;
    }

    private void flush(FlushReason reason, long now) {
        flusher.flush(folding.swap(), reason, progress.read().orElseThrow(), now);
        if (status.phase() == Phase.CAUGHT_UP) {
            status.enter(Phase.LIVE);
        }
    }

    // ---- for the world around it

    /** Asks it to commit what is folded, and the position that was read to, within this time, and to end then. */
    public void stop(Duration within) {
        ending.ask(within);
        surroundings.wakeUp().run();
    }

    /** Ends it at once, committing nothing more: somebody else writes this projection, or may. */
    public void fence(String message) {
        fencedBecause = message;
        surroundings.wakeUp().run();
    }

    /**
     * For how long nothing becomes due by the passing of time alone; {@link Long#MAX_VALUE} for ever. To be asked by the
     * thread that steps.
     */
    public long nanosUntilDue() {
        long now = nowNanos();
        long due = flusher.isFree() ? nanosUntilFlushDue(now) : flusher.nanosUntilDue(now);
        return Math.min(ending.nanosLeft(now), due);
    }

    private long nanosUntilFlushDue(long now) {
        if (watch.isUnderWay()) {
            return Long.MAX_VALUE;
        }
        long flush =
                folding.isEmpty() ? progress.nanosUntilCheckpointDue(now) : folding.nanosUntilDue(status.phase(), now);
        return Math.min(flush, watch.nanosUntilDue(now));
    }

    public ProjectorState state() {
        return status.state();
    }

    /** Whether it has come to an end; {@link #step} does nothing any more. */
    public boolean hasEnded() {
        return status.hasEnded();
    }

    public ProjectorSummary summary() {
        return tally.summary();
    }

    private long nowNanos() {
        return surroundings.nanoClock().getAsLong();
    }
}
