package io.millrace.batching;

import io.millrace.projections.EventEnvelope;
import io.millrace.projections.EventSource;
import io.millrace.projections.SourceSignal;
import io.millrace.projections.SourceSignal.CheckpointReached;
import java.util.ArrayDeque;

/**
 * The queue between a subscription's thread, which puts in, and the projector's, which takes out.
 *
 * <p>Putting in never blocks: what bounds the queue is that the projector asks for no more than fits ({@link #demand}).
 * The projector swaps the whole queue against an empty one under the lock and empties it without, so that neither
 * waits for the other while events flow.
 */
final class EventQueue implements EventSource.Subscriber {
    /** Before any size was seen: so many events, of an equal share of the bytes each, are asked for. */
    private static final int FIRST_DEMAND = 32;
    /** The largest size seen is forgotten by 1/64 per event, so that one large event does not throttle for ever. */
    private static final int FORGET_SHIFT = 6;

    private final QueueBounds bounds;
    private final Runnable wakeUp;
    private final Object lock = new Object();

    // Under the lock.
    private ArrayDeque<SourceSignal> incoming = new ArrayDeque<>();
    private long eventsIn;
    private long bytesIn;
    private long expectedSize;

    // The projector's own.
    private ArrayDeque<SourceSignal> outgoing = new ArrayDeque<>();
    private long eventsAsked;
    private long eventsOut;
    private long bytesOut;

    /**
     * @param wakeUp called by the subscription's thread when a signal comes into the empty queue; must not block
     */
    EventQueue(QueueBounds bounds, Runnable wakeUp) {
        this.bounds = bounds;
        this.wakeUp = wakeUp;
        this.expectedSize = Math.max(1, bounds.maxBytes() / FIRST_DEMAND);
    }

    @Override
    public void onSignal(SourceSignal signal) {
        boolean wasEmpty;
        synchronized (lock) {
            wasEmpty = incoming.isEmpty();
            if (signal instanceof EventEnvelope event) {
                int size = event.sizeInBytes();
                eventsIn++;
                bytesIn += size;
                expectedSize = Math.max(Math.max(1, size), expectedSize - (expectedSize >> FORGET_SHIFT));
            } else if (signal instanceof CheckpointReached reached) {
                dropEarlierCheckpoint(reached);
            }
            incoming.add(signal);
        }
        if (wasEmpty) {
            wakeUp.run();
        }
    }

    /** Checkpoints need no demand; only the last of a row of them says anything, so that a row stays one entry. */
    private void dropEarlierCheckpoint(CheckpointReached reached) {
        if (incoming.peekLast() instanceof CheckpointReached earlier
                && !earlier.position().isAfter(reached.position())) {
            incoming.removeLast();
        }
    }

    /** The next signal, left where it is; null if there is none. */
    @org.jspecify.annotations.Nullable
    SourceSignal peek() {
        if (outgoing.isEmpty()) {
            swap();
        }
        return outgoing.peek();
    }

    /** Takes the next signal; null if there is none. */
    @org.jspecify.annotations.Nullable
    SourceSignal poll() {
        if (outgoing.isEmpty()) {
            swap();
        }
        SourceSignal signal = outgoing.poll();
        if (signal instanceof EventEnvelope event) {
            eventsOut++;
            bytesOut += event.sizeInBytes();
        }
        return signal;
    }

    /** How many signals can be taken without the lock, once there is none, with what has come since. */
    int ready() {
        if (outgoing.isEmpty()) {
            swap();
        }
        return outgoing.size();
    }

    private void swap() {
        synchronized (lock) {
            if (!incoming.isEmpty()) {
                ArrayDeque<SourceSignal> empty = outgoing;
                outgoing = incoming;
                incoming = empty;
            }
        }
    }

    /**
     * How many more events to ask for now, and counts them as asked for; 0 while more than half of what may be on its
     * way still is. What is on its way times the largest size seen lately fits into what is left of the bytes; with
     * nothing on its way or waiting it is at least 1, so that an event larger than the whole queue passes.
     */
    int demand() {
        long onTheWay;
        long allowed;
        synchronized (lock) {
            onTheWay = eventsAsked - eventsIn;
            long byCount = bounds.maxEvents() - (eventsIn - eventsOut);
            long byBytes = (bounds.maxBytes() - (bytesIn - bytesOut)) / expectedSize;
            long least = eventsIn == eventsOut ? 1 : 0;
            allowed = Math.max(least, Math.min(byCount, byBytes));
        }
        if (allowed < 2 * onTheWay || allowed <= onTheWay) {
            return 0;
        }
        eventsAsked += allowed - onTheWay;
        return (int) (allowed - onTheWay);
    }

    /** Events that wait here. Exact for the projector's thread. */
    long queuedEvents() {
        synchronized (lock) {
            return eventsIn - eventsOut;
        }
    }

    /** The bytes of the events that wait here. */
    long queuedBytes() {
        synchronized (lock) {
            return bytesIn - bytesOut;
        }
    }
}
