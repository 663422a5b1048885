package io.millrace.batching;

import io.millrace.batching.EventFolder.Outcome;
import io.millrace.projections.EventEnvelope;
import io.millrace.projections.EventFailedException;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.List;
import java.util.Optional;

/** Folds events into the batch that is open, until it is full or handed over. For one thread. */
final class Folding {
    /** Of batches above this part of the bytes that fill one, and of the heap, there are two at a time and not three. */
    private static final int LARGE_PART = 4;

    /** Objects and all, events take several times of their bytes. */
    private static final int LARGE_PART_OF_HEAP = 256;

    /** Live events never wait longer than that for the sake of others. */
    private static final long LONGEST_REST_NANOS = 5_000_000;

    private final EventFolder folder;
    private final BatchSizer sizer;
    private final InARow inARow;
    private final long heapBytes;
    private final Deque<EventEnvelope> heldBack = new ArrayDeque<>();
    private Accumulator open = new Accumulator();
    /** The first event that is held back cannot share the open batch. */
    private boolean noRoom;
    /** Until when no live event is flushed, unless the batch is full; means nothing while nothing rests. */
    private long restsUntilNanos;

    private boolean rests;

    /** @param heapBytes how far the heap may grow */
    Folding(EventFolder folder, BatchSizer sizer, InARow inARow, long heapBytes) {
        this.folder = folder;
        this.sizer = sizer;
        this.inARow = inARow;
        this.heapBytes = heapBytes;
    }

    /**
     * Folds an event or puts it aside, or holds it back for the next batch if it cannot share this one.
     *
     * @return whether it was not held back
     * @throws EventFailedException if it cannot be handled, and that is the end; then it has left nothing behind
     */
    boolean fold(EventEnvelope event, long nowNanos) {
        if (folder.fold(event, open, inARow, nowNanos) == Outcome.NO_ROOM) {
            heldBack.addFirst(event);
            noRoom = true;
        }
        return !noRoom;
    }

    /**
     * Folds what others folded of the events that come next, all of it or nothing.
     *
     * @return whether it did; else its events are to be folded one by one
     */
    boolean foldWhole(Accumulator others, long nowNanos) {
        boolean folds = heldBack.isEmpty()
                && !noRoom
                && folder.letsAllPass()
                && hasRoomFor(others)
                && takeAll(others, nowNanos);
        if (folds) {
            inARow.passed();
        }
        return folds;
    }

    private boolean takeAll(Accumulator others, long nowNanos) {
        if (!open.isUnused()) {
            return open.addAll(others, nowNanos);
        }
        open = others;
        open.beginsAt(nowNanos);
        return true;
    }

    /** Whether the batch would be full with the last one of these events at the earliest. */
    private boolean hasRoomFor(Accumulator others) {
        return !sizer.hasTooManyRows(open.rows() + others.rows())
                && sizer.policy()
                        .full(open.events() + others.events() - 1, open.bytes() + others.bytes())
                        .isEmpty();
    }

    /** The next event that was held back, if it can be folded now. */
    Optional<EventEnvelope> takeHeldBack() {
        if (heldBack.isEmpty() || noRoom || !hasRoom()) {
            return Optional.empty();
        }
        return Optional.of(heldBack.removeFirst());
    }

    private boolean hasRoom() {
        return fullBySize().isEmpty();
    }

    boolean holdsBack() {
        return !heldBack.isEmpty();
    }

    /** Whether nothing is folded that there is something to write of. */
    boolean isEmpty() {
        return open.isEmpty();
    }

    int events() {
        return open.events();
    }

    /** Whether the batch takes no more events. */
    boolean isFull() {
        return full().isPresent();
    }

    /** Whether what it holds is so much that no third batch should be folded while it waits for the one under way. */
    boolean isLarge() {
        return open.bytes() > Math.max(sizer.policy().maxBytes() / LARGE_PART, heapBytes / LARGE_PART_OF_HEAP);
    }

    /** Why the batch takes no more events; empty while it does. */
    Optional<FlushReason> full() {
        return noRoom ? Optional.of(FlushReason.ISOLATION) : fullBySize();
    }

    private Optional<FlushReason> fullBySize() {
        return sizer.hasTooManyRows(open.rows())
                ? Optional.of(FlushReason.SIZE)
                : sizer.policy().full(open.events(), open.bytes());
    }

    /** Whether to flush now, and why. */
    Optional<FlushReason> due(Phase phase, long nowNanos) {
        Optional<FlushReason> full = full();
        return full.isPresent() || nanosOfRest(phase, nowNanos) > 0
                ? full
                : sizer.policy().due(phase, open.events(), open.bytes(), nowNanos - open.oldestNanos());
    }

    /** How long until what is folded is too old to wait; {@link Long#MAX_VALUE} if nothing is. */
    long nanosUntilDue(Phase phase, long nowNanos) {
        return open.isEmpty()
                ? Long.MAX_VALUE
                : Math.max(
                        nanosOfRest(phase, nowNanos),
                        open.oldestNanos() + sizer.policy().longestWait(phase).toNanos() - nowNanos);
    }

    /**
     * Live events were flushed. Those that come now wait as long as the flushed ones would have taken one by one: where they
     * come faster than they can be flushed, most of the time is left to whoever sends them, few flushes do, and still none
     * is shown later than if each had a flush of its own.
     *
     * @param flushed how many
     */
    void rest(long nowNanos, int flushed, long tookNanos) {
        restsUntilNanos = nowNanos + Math.min(flushed * Math.min(tookNanos, LONGEST_REST_NANOS), LONGEST_REST_NANOS);
        rests = true;
    }

    private long nanosOfRest(Phase phase, long nowNanos) {
        rests &= restsUntilNanos - nowNanos > 0;
        return rests && phase == Phase.LIVE ? restsUntilNanos - nowNanos : 0;
    }

    /** Whether what is folded waits for the end of such a rest. */
    boolean isResting(Phase phase, long nowNanos) {
        return !open.isEmpty() && nanosOfRest(phase, nowNanos) > 0;
    }

    /** Puts an empty batch in the place of the folded one, and hands that over. */
    Accumulator swap() {
        Accumulator folded = open;
        open = new Accumulator();
        noRoom = false;
        return folded;
    }

    /** Holds back all that is folded, so that it is folded anew. */
    void unfold() {
        putBack(swap());
    }

    /** The same, with what was handed over before it. */
    void unfoldWith(Accumulator handedOver) {
        unfold();
        putBack(handedOver);
    }

    private void putBack(Accumulator folded) {
        open.passOver(folded.passedOver());
        List<EventEnvelope> events = folded.all();
        inARow.forget(events);
        for (int i = events.size() - 1; i >= 0; i--) {
            heldBack.addFirst(events.get(i));
        }
    }

    /** What was parked where reading begins, or begins again. */
    void standAt(ParkedStreams parked) {
        inARow.standAt(parked.inARow());
    }

    /** Forgets what is held back. */
    void dropHeldBack() {
        heldBack.clear();
        noRoom = false;
    }
}
