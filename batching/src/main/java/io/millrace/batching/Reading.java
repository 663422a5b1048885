package io.millrace.batching;

import io.millrace.batching.ProjectorState.Ended;
import io.millrace.batching.ProjectorState.Failed;
import io.millrace.batching.ProjectorState.Stopped;
import io.millrace.checkpoint.Checkpoint;
import io.millrace.checkpoint.Position;
import io.millrace.projections.EventEnvelope;
import io.millrace.projections.EventFailedException;
import io.millrace.projections.SourceSignal;
import io.millrace.projections.SourceSignal.CheckpointReached;

/**
 * A projector's reading side: takes the signals of its subscription one after another, folds the events among them, and
 * follows the others into the next phase or to the end. For the projector's thread.
 */
final class Reading {
    /** So many signals are taken at most before the clock is looked at again. */
    private static final int SIGNALS_PER_STEP = 1_000;

    private final Intake intake;
    private final Ahead ahead;
    private final Folding folding;
    private final Progress progress;
    private final Ending ending;
    private final StateTracker status;
    private final Tally tally;
    private final ProjectorListener listener;
    private boolean paused;

    Reading(
            Intake intake,
            Ahead ahead,
            Folding folding,
            Progress progress,
            Ending ending,
            StateTracker status,
            Tally tally,
            ProjectorListener listener) {
        this.intake = intake;
        this.ahead = ahead;
        this.folding = folding;
        this.progress = progress;
        this.ending = ending;
        this.status = status;
        this.tally = tally;
        this.listener = listener;
    }

    boolean isOpen() {
        return intake.isOpen();
    }

    /** Whether nothing has come that is not folded. */
    boolean isDry() {
        return ahead.peek() == null;
    }

    /** Subscribes after this checkpoint. */
    void open(Checkpoint from) {
        intake.open(from);
    }

    /** Reads no more; forgets what has come and is not folded. */
    void close() {
        folding.dropHeldBack();
        progress.takeNoMore();
        ahead.clear();
        intake.close();
    }

    /** Folds no more until {@link #goOn}. */
    void pause() {
        paused = true;
    }

    void goOn() {
        paused = false;
    }

    /** Commits what is folded, and ends so. */
    private void closeWith(FlushReason reason, Ended then) {
        ending.close(reason, then);
        close();
    }

    /**
     * Takes what has come, as far as there is room for it.
     *
     * @return whether anything had come
     */
    boolean receive(long now) {
        int signals = 0;
        int events = 0;
        long bytes = 0;
        takeHeldBack(now);
        while (takesMore() && signals < SIGNALS_PER_STEP) {
            ahead.advance(folding.events());
            Ahead.Chunk whole = ahead.foldedChunk();
            if (whole != null && foldWhole(whole, now)) {
                signals += whole.events().size();
                events += whole.events().size();
                bytes += whole.bytes();
                ahead.takeChunk();
                continue;
            }
            SourceSignal signal = ahead.next();
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
        return !paused && !ending.isClosing() && !progress.isAtEnd() && !folding.isFull();
    }

    private void receive(EventEnvelope event, long now) {
        if (!progress.isInOrder(event)) {
            closeWith(FlushReason.ISOLATION, new Failed(progress.outOfOrder(event)));
        } else if (progress.isWanted(event)) {
            fold(event, now);
        }
    }

    private boolean foldWhole(Ahead.Chunk chunk, long now) {
        Position last = chunk.last().position();
        boolean folds =
                progress.isInOrder(chunk.first()) && progress.areWanted(last) && folding.foldWhole(chunk.folded(), now);
        if (folds) {
            progress.readUpTo(last);
        }
        return folds;
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
        if (status.phase() == Phase.OVERRUN && !ahead.isWaiting()) {
            goLive();
        }
    }

    private void goLive() {
        status.enter(folding.isEmpty() ? Phase.LIVE : Phase.CAUGHT_UP);
    }

    /** So that a full batch covers the unhandled range after it, too. */
    private void takeCheckpointThatFollows() {
        while (!folding.holdsBack() && ahead.peek() instanceof CheckpointReached reached) {
            ahead.next();
            progress.readUpTo(reached.position());
        }
    }
}
