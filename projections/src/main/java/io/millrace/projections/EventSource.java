package io.millrace.projections;

import io.millrace.checkpoint.HandledEvent;
import io.millrace.checkpoint.Position;
import java.util.Objects;
import java.util.Optional;
import java.util.Set;

/** Where events come from: the port that a projector reads through. Safe for use by several threads. */
public interface EventSource {

    /**
     * Begins to hand on events, in order, each once. The source resumes by itself after whatever ends its call to the
     * store; only {@link SourceSignal.Failed} ends a subscription.
     *
     * @param subscriber called by one thread at a time; must not block
     * @return the running subscription; hands on no event before {@link Subscription#request}
     */
    Subscription subscribe(Request request, Subscriber subscriber);

    /**
     * What to read.
     *
     * @param source which streams
     * @param eventTypes the types that are handled, by their exact names; other events are never handed on
     * @param afterExclusive where to go on; empty for the beginning
     * @param lastHandled the event handled last, to tell another history by; empty if unknown
     */
    record Request(
            Source source,
            Set<String> eventTypes,
            Optional<Position> afterExclusive,
            Optional<HandledEvent> lastHandled) {
        public Request {
            Objects.requireNonNull(source, "source");
            Objects.requireNonNull(afterExclusive, "afterExclusive");
            Objects.requireNonNull(lastHandled, "lastHandled");
            eventTypes = Set.copyOf(eventTypes);
            if (eventTypes.isEmpty()) {
                throw new IllegalArgumentException("expected at least one event type: eventTypes=[]");
            }
        }
    }

    /** Takes what a subscription says. */
    @FunctionalInterface
    interface Subscriber {
        void onSignal(SourceSignal signal);
    }

    /** A running subscription. Safe for use by several threads. */
    interface Subscription extends AutoCloseable {

        /**
         * Allows this many more events to be handed on, and this many more bytes of them; other signals need no allowance.
         * An event is handed on as long as something is left of both, however large it is: what it is larger than what was
         * left is owed. A source whose events are in memory anyway may heed their number alone.
         *
         * @throws IllegalArgumentException if one of the two is negative, or both are zero
         */
        void request(int events, long bytes);

        /** Allows this many more events, of any size. */
        default void request(int events) {
            request(events, (long) events * Integer.MAX_VALUE);
        }

        /** Ends it; no signal comes after this has returned, and no thread is left behind. */
        @Override
        void close();
    }
}
