package io.millrace.batching;

import io.millrace.projections.EventSource;
import io.millrace.projections.SourceSignal;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** An event source that says what the test says. */
final class ScriptedSource implements EventSource {
    final List<Request> requests = new ArrayList<>();
    long demand;
    boolean closed;

    @Nullable
    RuntimeException refuses;

    private Subscriber subscriber = signal -> {
        throw new IllegalStateException("not subscribed");
    };

    @Override
    public Subscription subscribe(Request request, Subscriber to) {
        requests.add(request);
        if (refuses != null) {
            throw refuses;
        }
        subscriber = to;
        demand = 0;
        closed = false;
        return new Subscription() {
            @Override
            public void request(int events) {
                demand += events;
            }

            @Override
            public void close() {
                closed = true;
            }
        };
    }

    void say(SourceSignal... signals) {
        for (SourceSignal signal : signals) {
            subscriber.onSignal(signal);
        }
    }
}
