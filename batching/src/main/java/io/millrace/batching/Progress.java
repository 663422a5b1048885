package io.millrace.batching;

import io.millrace.checkpoint.Checkpoint;
import io.millrace.checkpoint.Position;
import io.millrace.projections.EventEnvelope;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * How far a projector has read, how far its checkpoint has moved, and where it ends if it ends by itself: at the head
 * that the store had when reading first began. For one thread.
 */
final class Progress {
    private final boolean endsAtFirstHead;
    private final long moveAloneEveryNanos;
    private @Nullable Position read;
    private @Nullable Position furthest;
    private @Nullable Position committed;
    private long committedNanos;
    private Optional<Position> head = Optional.empty();
    private boolean endKnown;
    private @Nullable Position end;
    private boolean atEnd;

    Progress(ProjectorOptions options, Checkpoint checkpoint, long nowNanos) {
        this.endsAtFirstHead = options.until() == ProjectorOptions.Until.FIRST_HEAD;
        this.moveAloneEveryNanos = options.flushPolicy().checkpointOnlyEvery().toNanos();
        this.committedNanos = nowNanos;
        standAt(checkpoint);
    }

    /** Reading goes on from here, also when that is further back. */
    void standAt(Checkpoint checkpoint) {
        read = checkpoint.position().orElse(null);
        committed = read;
        furthest = null;
        atEnd = false;
    }

    /** Reading begins, or begins again. What was appended during an interruption is not before the end. */
    void subscribed(Optional<Position> storeHead) {
        head = storeHead;
        if (endsAtFirstHead && !endKnown) {
            endKnown = true;
            end = storeHead.orElse(null);
        }
        lookForEnd();
    }

    /** The store has nothing more to send: all up to the head that it had before was read. */
    void caughtUp() {
        head.ifPresent(this::readUpTo);
        atEnd |= endKnown;
    }

    /** Never goes back: a checkpoint may come for a position that an event or the head has passed already. */
    void readUpTo(Position position) {
        if (read == null || position.isAfter(read)) {
            read = position;
            lookForEnd();
        }
    }

    private void lookForEnd() {
        if (endKnown) {
            atEnd |= end == null || (read != null && !end.isAfter(read));
        }
    }

    /** What was read after this position is taken once more, without being read again. */
    void takeAgainAfter(Position position) {
        furthest = furthest == null ? read : furthest;
        read = position;
    }

    /** What was to be taken once more is not: it is read again some other time. */
    void takeNoMore() {
        furthest = null;
    }

    /** What was to be taken once more has been. */
    void tookAgain() {
        if (furthest != null) {
            readUpTo(furthest);
            furthest = null;
        }
    }

    /** Whether an event is to be read; one beyond the end is not, and shows that the end was reached. */
    boolean isWanted(EventEnvelope event) {
        atEnd |= end != null && event.position().isAfter(end);
        return !atEnd;
    }

    /** Whether all events up to this position are to be read. */
    boolean areWanted(Position last) {
        return !atEnd && (end == null || !last.isAfter(end));
    }

    /** Whether the event comes after all that was read, as it must. */
    boolean isInOrder(EventEnvelope event) {
        return read == null || event.position().isAfter(read);
    }

    ProjectorException outOfOrder(EventEnvelope event) {
        return new ProjectorException("expected an event after everything that was read: read=" + read + ", came "
                + event + "; start the projector again, and report it if it comes back");
    }

    /** Whether nothing is left to be read. */
    boolean isAtEnd() {
        return atEnd;
    }

    /** Up to where everything was read; empty for nothing yet. */
    Optional<Position> read() {
        return Optional.ofNullable(read);
    }

    /** Whether something was read that the checkpoint does not speak of. */
    boolean checkpointLags() {
        return read != null && (committed == null || read.isAfter(committed));
    }

    void committed(Position checkpoint, long nowNanos) {
        committed = checkpoint;
        committedNanos = nowNanos;
    }

    /** How long until the checkpoint may move alone; {@link Long#MAX_VALUE} if it has nowhere to move to. */
    long nanosUntilCheckpointDue(long nowNanos) {
        return checkpointLags() ? committedNanos + moveAloneEveryNanos - nowNanos : Long.MAX_VALUE;
    }
}
