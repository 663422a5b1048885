package io.millrace.batching;

import io.millrace.checkpoint.Position;
import io.millrace.projections.EventEnvelope;
import io.millrace.projections.EventSource;
import io.millrace.projections.EventSourceException;
import io.millrace.projections.SourceSignal.CaughtUp;
import io.millrace.projections.SourceSignal.CheckpointReached;
import io.millrace.projections.SourceSignal.FellBehind;
import io.millrace.projections.SourceSignal.Interrupted;
import io.millrace.projections.SourceSignal.Subscribed;
import java.util.List;
import java.util.Optional;
import java.util.Random;
import org.jspecify.annotations.Nullable;

/** Hands on a history from where it is asked to, with random signals between the events, as far as it is asked to. */
final class HistorySource implements EventSource {
    private final List<EventEnvelope> events;
    private final Random random;
    private @Nullable Subscriber subscriber;
    private int next;
    private long demand;
    private long demandedBytes;

    HistorySource(List<EventEnvelope> events, Random random) {
        this.events = events;
        this.random = random;
    }

    @Override
    public Subscription subscribe(Request request, Subscriber to) {
        subscriber = to;
        demand = 0;
        demandedBytes = 0;
        next = 0;
        while (next < events.size()
                && request.afterExclusive().isPresent()
                && !position(next).isAfter(request.afterExclusive().get())) {
            next++;
        }
        to.onSignal(new Subscribed(head()));
        return new Subscription() {
            @Override
            public void request(int more, long bytes) {
                demand += more;
                demandedBytes += bytes;
            }

            @Override
            public void close() {
                subscriber = null;
            }
        };
    }

    /** Says one thing, if anybody listens. */
    void saySomething() {
        if (subscriber == null) {
            return;
        }
        switch (random.nextInt(20)) {
            case 0 -> subscriber.onSignal(new FellBehind());
            case 1 ->
                subscriber.onSignal(
                        new Interrupted(new EventSourceException(EventSourceException.Kind.UNREACHABLE, "lost")));
            case 2 -> subscriber.onSignal(new Subscribed(head()));
            case 3 -> sayCheckpoint();
            case 4 -> sayCaughtUp();
            default -> sayEvents(1 + random.nextInt(8));
        }
    }

    private void sayEvents(int most) {
        for (int i = 0; i < most && isAllowed() && next < events.size() && subscriber != null; i++) {
            EventEnvelope event = events.get(next++);
            demand--;
            demandedBytes -= event.sizeInBytes();
            subscriber.onSignal(event);
        }
    }

    private boolean isAllowed() {
        return demand > 0 && demandedBytes > 0;
    }

    private void sayCheckpoint() {
        if (next > 0 && subscriber != null) {
            subscriber.onSignal(new CheckpointReached(position(next - 1)));
        }
    }

    /** Only at the end, where it is true that the head was handed on. */
    private void sayCaughtUp() {
        if (isDone() && subscriber != null) {
            subscriber.onSignal(new CaughtUp());
        }
    }

    boolean isDone() {
        return next == events.size();
    }

    private Optional<Position> head() {
        return Optional.of(position(events.size() - 1));
    }

    private Position position(int index) {
        return events.get(index).position();
    }
}
