package io.millrace.batching;

import io.millrace.projections.EventEnvelope;
import io.millrace.projections.EventSource;
import io.millrace.projections.EventSource.Subscription;
import io.millrace.projections.SourceSignal;
import io.millrace.projections.SourceSignal.CheckpointReached;
import java.util.ArrayDeque;

/**
 * The queue between a subscription's thread, which puts in, and the projector's, which takes out.
 *
 * <p>Putting in never blocks: what bounds the queue is that the projector asks for no more than fits ({@link #askForMore}).
 * The projector swaps the whole queue against an empty one under the lock and empties it without, so that neither
 * waits for the other while events flow.
 */
final class EventQueue implements EventSource.Subscriber {
    /** Asking takes another thread's time: it waits until an eighth of the events or of the bytes is free. */
    private static final int WORTH_ASKING = 8;

    private final QueueBounds bounds;
    private final Runnable wakeUp;
    private final Object lock = new Object();

    // Under the lock.
    private ArrayDeque<SourceSignal> incoming = new ArrayDeque<>();

    // The projector's own.
    private ArrayDeque<SourceSignal> outgoing = new ArrayDeque<>();
    private long eventsAsked;
    private long bytesAsked;
    private long eventsOut;
    private long bytesOut;

    /**
     * @param wakeUp called by the subscription's thread when a signal comes into the empty queue; must not block
     */
    EventQueue(QueueBounds bounds, Runnable wakeUp) {
        this.bounds = bounds;
        this.wakeUp = wakeUp;
    }

    @Override
    public void onSignal(SourceSignal signal) {
        boolean wasEmpty;
        synchronized (lock) {
            wasEmpty = incoming.isEmpty();
            if (signal instanceof CheckpointReached reached) {
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

    /** Whether so many signals can be taken; what has come since is counted only where it matters. */
    boolean holds(int signals) {
        if (outgoing.size() >= signals) {
            return true;
        }
        synchronized (lock) {
            return outgoing.size() + incoming.size() >= signals;
        }
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
     * Allows a subscription all that is free, once that is worth it; until then something waits here or may still come. What
     * waits and what may come never exceed the bounds together, however large events are: but for the one event that uses up
     * the last of the bytes, since an event that is larger than the whole queue has to pass, too.
     */
    void askForMore(Subscription subscription) {
        long events = bounds.maxEvents() - (eventsAsked - eventsOut);
        long bytes = bounds.maxBytes() - (bytesAsked - bytesOut);
        if (isMuch(events, bounds.maxEvents()) || isMuch(bytes, bounds.maxBytes())) {
            eventsAsked += events;
            bytesAsked += bytes;
            subscription.request((int) events, bytes);
        }
    }

    private static boolean isMuch(long free, long of) {
        return free > 0 && free >= of / WORTH_ASKING;
    }
}
