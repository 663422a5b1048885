package io.millrace.batching;

import static io.millrace.batching.Views.at;
import static io.millrace.batching.Views.viewed;
import static org.assertj.core.api.Assertions.assertThat;

import io.millrace.projections.EventEnvelope;
import io.millrace.projections.EventSource;
import io.millrace.projections.SourceSignal;
import io.millrace.projections.SourceSignal.CaughtUp;
import io.millrace.projections.SourceSignal.CheckpointReached;
import java.util.Random;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.locks.LockSupport;
import org.junit.jupiter.api.Test;

class EventQueueTest {
    private static final int KIB = 1 << 10;
    private static final int MIB = 1 << 20;

    private final AtomicInteger wakeUps = new AtomicInteger();
    private final Allowed source = new Allowed();

    @Test
    void handsOnSignalsInTheirOrder() {
        EventQueue queue = queue(10_000, 32L * MIB);
        SourceSignal[] signals = {viewed(1, "1"), new CheckpointReached(at(3)), viewed(4, "1"), new CaughtUp()};
        for (SourceSignal signal : signals) {
            queue.onSignal(signal);
        }

        for (SourceSignal signal : signals) {
            assertThat(queue.peek()).isSameAs(signal);
            assertThat(queue.poll()).isSameAs(signal);
        }
        assertThat(queue.poll()).isNull();
    }

    @Test
    void wakesTheProjectorWhenASignalComesIntoTheEmptyQueue() {
        EventQueue queue = queue(10_000, 32L * MIB);
        queue.onSignal(viewed(1, "1"));
        queue.onSignal(viewed(2, "1"));
        assertThat(wakeUps).hasValue(1);

        queue.poll();
        queue.onSignal(viewed(3, "1"));
        assertThat(wakeUps).hasValue(2);
    }

    @Test
    void allowsWhatFitsAtOnce() {
        queue(10_000, 32L * MIB).askForMore(source);

        assertThat(source.events).isEqualTo(10_000);
        assertThat(source.bytes).isEqualTo(32L * MIB);
    }

    @Test
    void asksAgainOnceAnEighthOfTheEventsIsFree() {
        EventQueue queue = queue(80, 32L * MIB);
        queue.askForMore(source);
        put(queue, 80, 100);

        take(queue, 9);
        queue.askForMore(source);
        assertThat(source.events).isZero();

        take(queue, 1);
        queue.askForMore(source);
        assertThat(source.events).isEqualTo(10);
    }

    @Test
    void asksAgainOnceAnEighthOfTheBytesIsFree() {
        EventQueue queue = queue(10_000, 80 * KIB);
        queue.askForMore(source);
        put(queue, 80, KIB);

        take(queue, 9);
        queue.askForMore(source);
        assertThat(source.bytes).isZero();

        take(queue, 1);
        queue.askForMore(source);
        assertThat(source.bytes).isEqualTo(10 * KIB);
    }

    @Test
    void neverHasMoreOnTheWayAndWaitingThanItsEvents() {
        EventQueue queue = queue(100, 32L * MIB);
        long waiting = 0;
        for (int round = 0; round < 2_000; round++) {
            queue.askForMore(source);
            assertThat(source.events + waiting).isLessThanOrEqualTo(100);
            for (int i = 0; i < round % 7 && source.allows(); i++, waiting++) {
                put(queue, 1, 100);
            }
            for (int i = 0; i < round % 13 && waiting > 0; i++, waiting--) {
                queue.poll();
            }
        }
        assertThat(source.handedOn).isGreaterThan(1_000);
    }

    @Test
    void keepsWhatWaitsWithinItsBytesAndOneEventWhateverSizesFollowOneAnother() {
        long seed = System.nanoTime();
        Random random = new Random(seed);
        EventQueue queue = queue(10_000, MIB);
        long waiting = 0;
        for (int round = 0; round < 2_000; round++) {
            int size = random.nextInt(4) == 0 ? 1 + random.nextInt(200 * KIB) : 100;
            queue.askForMore(source);
            for (int most = random.nextInt(5_000); most > 0 && source.allows(); most--) {
                waiting += put(queue, 1, size);
                assertThat(waiting).as("seed " + seed).isLessThan(MIB + Math.max(size, 100));
            }
            waiting -= take(queue, random.nextInt(5_000));
        }
        assertThat(source.handedOn).as("seed " + seed).isGreaterThan(10_000);
    }

    @Test
    void letsEventsPassThatAreLargerThanTheWholeQueue() {
        EventQueue queue = queue(10_000, 10 * KIB);
        for (int passed = 0; passed < 100; passed++) {
            queue.askForMore(source);
            assertThat(source.allows()).isTrue();
            put(queue, 1, 64 * KIB);
            assertThat(source.allows()).isFalse();
            take(queue, 1);
        }
    }

    @Test
    void keepsOnlyTheLastOfARowOfCheckpoints() {
        EventQueue queue = queue(10_000, 32L * MIB);
        for (int position = 1; position <= 1_000; position++) {
            queue.onSignal(new CheckpointReached(at(position)));
        }
        queue.onSignal(viewed(1_001, "1"));

        assertThat(queue.poll()).isEqualTo(new CheckpointReached(at(1_000)));
        assertThat(queue.poll()).isInstanceOf(EventEnvelope.class);
    }

    @Test
    void losesNothingBetweenTwoThreads() throws InterruptedException {
        int events = 2_000_000;
        EventQueue queue = new EventQueue(QueueBounds.DEFAULT, wakeUps::incrementAndGet);
        EventEnvelope[] some = new EventEnvelope[1_024];
        for (int i = 0; i < some.length; i++) {
            some[i] = viewed(i, "1");
        }
        long begun = System.nanoTime();
        Thread putting = new Thread(() -> {
            for (int i = 0; i < events; i++) {
                queue.onSignal(some[i % some.length]);
            }
        });
        putting.start();

        for (int i = 0; i < events; ) {
            SourceSignal signal = queue.poll();
            if (signal == null) {
                LockSupport.parkNanos(1_000);
            } else if (signal != some[i++ % some.length]) {
                throw new AssertionError("out of order at " + i);
            }
        }
        putting.join();

        System.out.printf("queue: %,d signals/s%n", events * 1_000_000_000L / (System.nanoTime() - begun));
        assertThat(queue.poll()).isNull();
    }

    private EventQueue queue(int events, long bytes) {
        return new EventQueue(new QueueBounds(events, bytes), wakeUps::incrementAndGet);
    }

    /** Puts in so many events of about this size, as a source that was allowed to; their bytes. */
    private long put(EventQueue queue, int events, int size) {
        long bytes = 0;
        for (int i = 0; i < events; i++) {
            EventEnvelope event = Views.large(1, Math.max(24, size));
            bytes += event.sizeInBytes();
            source.handsOn(event);
            queue.onSignal(event);
        }
        return bytes;
    }

    /** Takes so many events, if there are; their bytes. */
    private static long take(EventQueue queue, int events) {
        long bytes = 0;
        for (int i = 0; i < events && queue.poll() instanceof EventEnvelope event; i++) {
            bytes += event.sizeInBytes();
        }
        return bytes;
    }

    /** What a source is allowed and has not handed on. */
    private static final class Allowed implements EventSource.Subscription {
        long events;
        long bytes;
        int handedOn;

        @Override
        public void request(int moreEvents, long moreBytes) {
            events += moreEvents;
            bytes += moreBytes;
        }

        boolean allows() {
            return events > 0 && bytes > 0;
        }

        void handsOn(EventEnvelope event) {
            handedOn++;
            events--;
            bytes -= event.sizeInBytes();
        }

        @Override
        public void close() {}
    }
}
