package io.millrace.bench.engines;

import io.millrace.projections.EventEnvelope;
import io.millrace.projections.EventSource;
import io.millrace.projections.SourceSignal.CaughtUp;
import io.millrace.projections.SourceSignal.Subscribed;
import java.util.List;
import java.util.Optional;

/** Events that are there already: hands on what is asked for at once, on the asking thread, and then says so. */
final class MemorySource implements EventSource {
    private final List<EventEnvelope> events;

    MemorySource(List<EventEnvelope> events) {
        this.events = events;
    }

    @Override
    public Subscription subscribe(Request request, Subscriber subscriber) {
        subscriber.onSignal(
                new Subscribed(Optional.of(events.get(events.size() - 1).position())));
        return new Subscription() {
            private int next;

            @Override
            public void request(int more, long bytes) {
                int until = (int) Math.min(events.size(), (long) next + more);
                while (next < until) {
                    subscriber.onSignal(events.get(next++));
                }
                if (next == events.size()) {
                    subscriber.onSignal(new CaughtUp());
                }
            }

            @Override
            public void close() {
                next = events.size();
            }
        };
    }
}
