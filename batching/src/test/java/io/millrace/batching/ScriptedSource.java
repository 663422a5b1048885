package io.millrace.batching;

import io.millrace.projections.EventSource;
import io.millrace.projections.SourceSignal;
import java.util.List;
import java.util.Objects;
import java.util.concurrent.CopyOnWriteArrayList;
import org.jspecify.annotations.Nullable;

/** An event source that says what the test says. */
final class ScriptedSource implements EventSource {
    final List<Request> requests = new CopyOnWriteArrayList<>();
    long demand;
    long demandedBytes;
    boolean closed;

    @Nullable
    RuntimeException refuses;

    private volatile @Nullable Subscriber subscriber;

    @Override
    public Subscription subscribe(Request request, Subscriber to) {
        requests.add(request);
        if (refuses != null) {
            throw refuses;
        }
        subscriber = to;
        demand = 0;
        demandedBytes = 0;
        closed = false;
        return new Subscription() {
            @Override
            public void request(int events, long bytes) {
                demand += events;
                demandedBytes += bytes;
            }

            @Override
            public void close() {
                closed = true;
            }
        };
    }

    boolean isSubscribed() {
        return subscriber != null;
    }

    void say(SourceSignal... signals) {
        Subscriber to = Objects.requireNonNull(subscriber, "not subscribed");
        for (SourceSignal signal : signals) {
            to.onSignal(signal);
        }
    }
}
