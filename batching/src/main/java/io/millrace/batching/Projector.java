package io.millrace.batching;

import io.millrace.batching.ProjectorState.Ended;
import io.millrace.batching.ProjectorState.Failed;
import io.millrace.batching.ProjectorState.Fenced;
import io.millrace.checkpoint.Checkpoint;
import io.millrace.checkpoint.Position;
import io.millrace.projections.EventSource;
import io.millrace.projections.Projection;
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

    private final String name;
    private final BatchCommitter committer;
    private final Surroundings surroundings;
    private final ProjectorListener listener;
    private final StateTracker status;
    private final Tally tally;
    private final Progress progress;
    private final PoisonWatch poison;
    private final BatchSizer sizer;
    private final Ahead ahead;
    private final Folding folding;
    private final Reading reading;
    private final Flusher flusher;
    private final CheckpointWatch watch;
    private final Ending ending = new Ending();
    private volatile @Nullable String fencedBecause;
    private volatile boolean leftUnderWay;

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
        this.progress = new Progress(options, committer.checkpoint(), nowNanos());
        this.poison = new PoisonWatch(options.poison());
        this.sizer = new BatchSizer(options.flushPolicy());
        Intake intake = new Intake(source, projection, options.queueBounds(), surroundings.eventsCame());
        this.ahead = new Ahead(
                intake,
                projection,
                surroundings.ahead(),
                surroundings.wakeUp(),
                sizer::size,
                poison::letsAllPass,
                () -> new Yielding(surroundings.nanoClock()));
        EventFolder folder = new EventFolder(projection, ahead::effectsOf, poison);
        this.folding = new Folding(folder, sizer, new InARow(options.poison().maxParked()), surroundings.heapBytes());
        this.flusher = new Flusher(
                projection, committer, surroundings, backoff(options), listener, status, tally, folder, poison, sizer);
        this.watch = new CheckpointWatch(committer, surroundings, backoff(options), status, nowNanos());
        this.reading = new Reading(intake, ahead, folding, progress, ending, status, tally, listener);
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
            boolean worked = heed(flusher.collect(now), now);
            worked |= !hasEnded() && heed(watch.collect(now), now);
            worked |= !hasEnded() && beginOrStop(now);
            worked |= !hasEnded() && reading.receive(now);
            worked |= !hasEnded() && flushIfDue(now);
            return worked;
        } catch (Throwable e) {
            endAs(new Failed(e));
            return true;
        }
    }

    // ---- collect what has landed

    /** Whether something had landed. */
    private boolean heed(Landing landing, long now) {
        flusher.recalled().ifPresent(this::foldAgain);
        if (flusher.takesFollower() || flusher.isFree()) {
            reading.goOn();
        }
        if (landing instanceof Landing.Done done) {
            progress.committed(done.checkpoint(), now);
            watch.heard(now);
            if (done.reason() == FlushReason.LIVE) {
                folding.rest(now, done.events(), done.tookNanos());
            }
        } else if (landing instanceof Landing.StreamParked parked) {
            foldAgainAfter(parked.upTo());
        } else if (landing instanceof Landing.Back back) {
            flusher.wentBack(back.checkpoint());
            readAgainFrom(back.checkpoint());
        } else if (landing instanceof Landing.Over over) {
            endAs(over.state());
        }
        return !(landing instanceof Landing.Nothing);
    }

    /** A batch was not committed as it was: what was to follow it, and what was folded since, waits for what becomes of it. */
    private void foldAgain(Flusher.Recalled recalled) {
        folding.unfoldWith(recalled.folded());
        progress.takeAgainAfter(recalled.after());
    }

    /** A stream was parked: what is folded of it already must follow. */
    private void foldAgainAfter(Position flushedUpTo) {
        folding.unfold();
        progress.takeAgainAfter(flushedUpTo);
    }

    /** Rows and checkpoint went back together: what was read after it is read again. */
    private void readAgainFrom(Checkpoint checkpoint) {
        reading.close();
        folding.swap();
        standAt(checkpoint);
        ending.reopen();
        status.enter(Phase.CATCHING_UP);
    }

    // ---- begin and end

    private boolean beginOrStop(long now) {
        if (ending.beginsToStop(now)) {
            reading.close();
            return true;
        }
        if (ending.nanosLeft(now) <= 0) {
            LOG.warn("Projection {} stops before its last batch was committed; its events will be read again.", name);
            ending.closing().ifPresent(closing -> endAs(closing.then()));
            return true;
        }
        if (ending.isClosing() || reading.isOpen()) {
            return false;
        }
        Checkpoint from = committer.checkpoint();
        standAt(from);
        reading.open(from);
        return true;
    }

    private void standAt(Checkpoint checkpoint) {
        ParkedStreams parked = committer.parked();
        progress.standAt(checkpoint);
        poison.standAt(parked);
        folding.standAt(parked);
        flusher.standAt(parked);
    }

    private void endAs(Ended state) {
        leftUnderWay = flusher.isUnderWay() || watch.isUnderWay();
        try {
            flusher.recallFollower();
            reading.close();
        } finally {
            status.end(state);
        }
    }

    // ---- flush

    private boolean flushIfDue(long now) {
        if (!isFree()) {
            return flushNextIfFull(now);
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

    /** A full batch need not wait for this thread to hear that the one before it was committed. */
    private boolean flushNextIfFull(long now) {
        Optional<FlushReason> full = folding.full();
        if (full.isEmpty()) {
            return false;
        }
        if (status.phase() != Phase.CATCHING_UP) {
            status.enter(Phase.OVERRUN);
        }
        if (flusher.hasLanded()) {
            return true; // then it is collected first, and this one is planned by the thread that flushes
        }
        if (ending.isClosing() || !flusher.takesFollower()) {
            return false;
        }
        if (folding.isLarge()) {
            reading.pause();
        }
        ahead.foldWaits();
        flusher.flushNext(folding.swap(), full.get(), progress.read().orElseThrow(), now);
        return true;
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
        ahead.foldWasLate();
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
        flusher.ground();
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

    /** Whether it is live, and nothing has come that it could fold. To be asked by the thread that steps. */
    boolean isQuiet() {
        return status.phase() == Phase.LIVE && reading.isDry();
    }

    /** Whether what is folded goes out soon, together with what comes until then. To be asked by the thread that steps. */
    boolean isResting() {
        return flusher.isFree() && folding.isResting(status.phase(), nowNanos());
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

    /**
     * Whether it ended without having heard what became of its last batch. That may still be committed, under the epoch
     * that it was sent under, and until it has ended its session may hold locks and its connection may not answer.
     */
    public boolean hasLeftBatchUnderWay() {
        return leftUnderWay;
    }

    /** Whether it has come to an end; {@link #step} does nothing any more. */
    public boolean hasEnded() {
        return status.hasEnded();
    }

    public ProjectorSummary summary() {
        return tally.summary(sizer.size());
    }

    private long nowNanos() {
        return surroundings.nanoClock().getAsLong();
    }
}
