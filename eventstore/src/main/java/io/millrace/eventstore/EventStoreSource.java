package io.millrace.eventstore;

import io.millrace.projections.EventSource;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;

/**
 * Reads events from EventStoreDB or KurrentDB. Each subscription has a connection of its own, so that nothing that
 * happens to another one ends it.
 */
public final class EventStoreSource implements EventSource {
    private final Transport transport;
    private final Set<ReaderSubscription> open = ConcurrentHashMap.newKeySet();

    EventStoreSource(Transport transport) {
        this.transport = transport;
    }

    /**
     * {@inheritDoc}
     *
     * <p>A store that cannot be reached is tried again until it can; {@link EventStoreConnection#check} tells whether it
     * is there at all.
     *
     * @throws IllegalArgumentException for a position that does not fit the source, or an event type that is no text
     */
    @Override
    public Subscription subscribe(Request request, Subscriber subscriber) {
        ReaderSubscription subscription = new ReaderSubscription(request, subscriber, transport, open::remove);
        open.add(subscription);
        subscription.start();
        return subscription;
    }

    void closeAll() {
        open.forEach(ReaderSubscription::close);
    }
}
