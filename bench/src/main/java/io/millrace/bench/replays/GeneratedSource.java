package io.millrace.bench.replays;

import io.millrace.checkpoint.Position;
import io.millrace.projections.EventEnvelope;
import io.millrace.projections.EventSource;
import io.millrace.projections.SourceSignal.CaughtUp;
import io.millrace.projections.SourceSignal.Subscribed;
import java.time.Instant;
import java.util.List;
import java.util.Optional;
import java.util.UUID;

/** Flights that are made as they are asked for, on the asking thread, so that any number of them takes no memory. */
final class GeneratedSource implements EventSource {
    private static final byte[] NO_METADATA = {};

    private final List<EventEnvelope> templates;
    private final int count;

    GeneratedSource(List<EventEnvelope> templates, int count) {
        this.templates = templates;
        this.count = count;
    }

    @Override
    public Subscription subscribe(Request request, Subscriber subscriber) {
        subscriber.onSignal(new Subscribed(Optional.of(Position.inLog(count, count))));
        return new Subscription() {
            private int next;

            @Override
            public void request(int more, long bytes) {
                int until = (int) Math.min(count, (long) next + more);
                while (next < until) {
                    subscriber.onSignal(event(next++));
                }
                if (next == count) {
                    subscriber.onSignal(new CaughtUp());
                }
            }

            @Override
            public void close() {
                next = count;
            }
        };
    }

    private EventEnvelope event(int i) {
        EventEnvelope template = templates.get(i % templates.size());
        return new EventEnvelope(
                new UUID(1, i),
                template.type(),
                template.stream(),
                i,
                Position.inLog(i + 1L, i + 1L),
                Instant.ofEpochSecond(i),
                template.data().clone(),
                NO_METADATA);
    }
}
