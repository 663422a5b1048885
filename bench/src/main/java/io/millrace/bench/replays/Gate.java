package io.millrace.bench.replays;

import io.millrace.projections.EventEnvelope;
import io.millrace.projections.EventSource;
import java.util.concurrent.atomic.AtomicLong;

/**
 * A source that can be held up: while it is shut, no more events are asked of the source behind it, so that what is on its
 * way comes to its end. For one subscription. Thread-safe.
 */
final class Gate implements EventSource {
    private final EventSource source;
    private final AtomicLong handedOn = new AtomicLong();
    private boolean shut;
    private int withheld;
    private long withheldBytes;
    private Subscription behind = new Nothing();

    Gate(EventSource source) {
        this.source = source;
    }

    /** Events that came through. */
    long handedOn() {
        return handedOn.get();
    }

    synchronized void shut() {
        shut = true;
    }

    /** Asks for what was not asked for meanwhile. */
    synchronized void open() {
        shut = false;
        if (withheld > 0) {
            behind.request(withheld, withheldBytes);
            withheld = 0;
            withheldBytes = 0;
        }
    }

    private synchronized void request(int events, long bytes) {
        if (shut) {
            withheld += events;
            withheldBytes += bytes;
        } else {
            behind.request(events, bytes);
        }
    }

    @Override
    public Subscription subscribe(Request request, Subscriber subscriber) {
        Subscription subscription = source.subscribe(request, signal -> {
            if (signal instanceof EventEnvelope) {
                handedOn.incrementAndGet();
            }
            subscriber.onSignal(signal);
        });
        synchronized (this) {
            behind = subscription;
        }
        return new Subscription() {
            @Override
            public void request(int events, long bytes) {
                Gate.this.request(events, bytes);
            }

            @Override
            public void close() {
                subscription.close();
            }
        };
    }

    private static final class Nothing implements Subscription {
        @Override
        public void request(int events, long bytes) {
            throw new IllegalStateException("expected a subscription");
        }

        @Override
        public void close() {}
    }
}
