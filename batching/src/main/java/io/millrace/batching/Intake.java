package io.millrace.batching;

import io.millrace.checkpoint.Checkpoint;
import io.millrace.projections.EventSource;
import io.millrace.projections.EventSource.Subscription;
import io.millrace.projections.Projection;
import io.millrace.projections.SourceSignal;
import org.jspecify.annotations.Nullable;

/** A projector's subscription together with the queue that it fills. For the projector's thread. */
final class Intake {
    private final EventSource source;
    private final Projection projection;
    private final QueueBounds bounds;
    private final Runnable wakeUp;
    private EventQueue queue;
    private @Nullable Subscription subscription;

    Intake(EventSource source, Projection projection, QueueBounds bounds, Runnable wakeUp) {
        this.source = source;
        this.projection = projection;
        this.bounds = bounds;
        this.wakeUp = wakeUp;
        this.queue = new EventQueue(bounds, wakeUp);
    }

    boolean isOpen() {
        return subscription != null;
    }

    /** Subscribes after this checkpoint, with an empty queue. */
    void open(Checkpoint checkpoint) {
        queue = new EventQueue(bounds, wakeUp);
        subscription = source.subscribe(
                new EventSource.Request(
                        projection.source(), projection.eventTypes(), checkpoint.position(), checkpoint.lastHandled()),
                queue);
    }

    /** Takes the next signal; null if there is none. */
    @Nullable
    SourceSignal next() {
        return queue.poll();
    }

    /** Looks at the next signal; null if there is none. */
    @Nullable
    SourceSignal peek() {
        return queue.peek();
    }

    /** Whether so many signals can be taken. */
    boolean holds(int signals) {
        return queue.holds(signals);
    }

    /** Allows the source as much as the queue has room for. */
    void askForMore() {
        Subscription open = subscription;
        if (open != null) {
            queue.askForMore(open);
        }
    }

    /** Ends the subscription, if there is one; what is still queued is forgotten. */
    void close() {
        Subscription open = subscription;
        if (open != null) {
            subscription = null;
            queue = new EventQueue(bounds, wakeUp);
            open.close();
        }
    }
}
