package io.millrace.bench.engines;

import io.millrace.projections.EventEnvelope;
import java.util.List;
import java.util.Map;
import java.util.NoSuchElementException;
import java.util.Optional;
import java.util.concurrent.TimeUnit;
import org.axonframework.common.stream.BlockingStream;
import org.axonframework.eventhandling.GenericEventMessage;
import org.axonframework.eventhandling.GenericTrackedEventMessage;
import org.axonframework.eventhandling.GlobalSequenceTrackingToken;
import org.axonframework.eventhandling.TrackedEventMessage;
import org.axonframework.eventhandling.TrackingToken;
import org.axonframework.messaging.StreamableMessageSource;
import org.jspecify.annotations.Nullable;

/** Events that are there already, each made a message when it is taken; nobody waits for this source. */
final class AxonSource implements StreamableMessageSource<TrackedEventMessage<?>> {
    private final List<EventEnvelope> events;

    AxonSource(List<EventEnvelope> events) {
        this.events = events;
    }

    @Override
    public BlockingStream<TrackedEventMessage<?>> openStream(@Nullable TrackingToken after) {
        return new Events(after == null ? 0 : (int) after.position().orElseThrow() + 1);
    }

    private final class Events implements BlockingStream<TrackedEventMessage<?>> {
        private int next;
        private @Nullable TrackedEventMessage<?> peeked;

        Events(int next) {
            this.next = next;
        }

        @Override
        public Optional<TrackedEventMessage<?>> peek() {
            if (peeked == null && next < events.size()) {
                peeked = message(next);
            }
            return Optional.ofNullable(peeked);
        }

        private TrackedEventMessage<?> message(int index) {
            EventEnvelope event = events.get(index);
            return new GenericTrackedEventMessage<>(
                    new GlobalSequenceTrackingToken(index),
                    new GenericEventMessage<>(Integer.toString(index), event, Map.of(), event.created()));
        }

        @Override
        public boolean hasNextAvailable(int timeout, TimeUnit unit) throws InterruptedException {
            if (next == events.size()) {
                unit.sleep(timeout);
            }
            return next < events.size();
        }

        @Override
        public TrackedEventMessage<?> nextAvailable() {
            TrackedEventMessage<?> message = peek().orElseThrow(NoSuchElementException::new);
            peeked = null;
            next++;
            return message;
        }

        @Override
        public boolean setOnAvailableCallback(Runnable callback) {
            callback.run();
            return true;
        }

        @Override
        public void close() {
            next = events.size();
        }
    }
}
