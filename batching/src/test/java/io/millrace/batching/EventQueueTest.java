package io.millrace.batching;

import static io.millrace.batching.Views.at;
import static io.millrace.batching.Views.viewed;
import static org.assertj.core.api.Assertions.assertThat;

import io.millrace.projections.EventEnvelope;
import io.millrace.projections.SourceSignal;
import io.millrace.projections.SourceSignal.CaughtUp;
import io.millrace.projections.SourceSignal.CheckpointReached;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.locks.LockSupport;
import org.junit.jupiter.api.Test;

class EventQueueTest {
    private static final int KIB = 1 << 10;
    private static final int MIB = 1 << 20;

    private final AtomicInteger wakeUps = new AtomicInteger();

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
    void asksForFewEventsBeforeItKnowsHowLargeTheyAre() {
        assertThat(queue(10_000, 32L * MIB).demand()).isEqualTo(32);
    }

    @Test
    void asksForAsManyAsFitByCountOnceTheyAreSmall() {
        EventQueue queue = queue(100, 32L * MIB);
        pass(queue, 1_000, 100);

        int asked = queue.demand();
        assertThat(asked).isBetween(50, 100);

        put(queue, asked, 100);
        assertThat(queue.queuedEvents()).isEqualTo(asked);
        assertThat(queue.demand()).isLessThanOrEqualTo(100 - asked);
    }

    @Test
    void neverHasMoreOnTheWayAndWaitingThanItsEvents() {
        EventQueue queue = queue(100, 32L * MIB);
        long asked = 0;
        long came = 0;
        long taken = 0;
        for (int round = 0; round < 2_000; round++) {
            asked += queue.demand();
            assertThat(asked - taken).isLessThanOrEqualTo(100);
            for (int i = 0; i < round % 7 && came < asked; i++) {
                queue.onSignal(viewed(++came, "1"));
            }
            for (int i = 0; i < round % 13 && taken < came; i++, taken++) {
                queue.poll();
            }
        }
        assertThat(taken).isGreaterThan(1_000);
    }

    @Test
    void keepsWhatIsOnTheWayAndWaitingWithinItsBytes() {
        EventQueue queue = queue(10_000, MIB);
        pass(queue, 100, 64 * KIB);
        long asked = queue.demand();
        assertThat(asked).isLessThanOrEqualTo(16);

        put(queue, (int) asked, 64 * KIB);

        assertThat(queue.queuedBytes()).isLessThanOrEqualTo(MIB);
        assertThat(queue.demand()).isLessThanOrEqualTo(16 - (int) asked);
    }

    @Test
    void letsAnEventPassThatIsLargerThanTheWholeQueue() {
        EventQueue queue = queue(10_000, 10 * KIB);
        int asked = queue.demand();
        put(queue, asked, 64 * KIB);
        assertThat(queue.demand()).isZero();

        take(queue, asked);

        assertThat(queue.demand()).isEqualTo(1);
    }

    @Test
    void forgetsALargeEventAfterManySmallOnes() {
        EventQueue queue = queue(10_000, 32L * MIB);
        pass(queue, 1, 16 * MIB);
        int asked = queue.demand();
        assertThat(asked).isBetween(1, 2);

        put(queue, asked, 200);
        take(queue, asked);
        pass(queue, 1_000, 200);

        assertThat(queue.demand()).isGreaterThan(4_000);
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
        assertThat(queue.queuedEvents()).isZero();
        assertThat(queue.queuedBytes()).isZero();
    }

    private EventQueue queue(int events, long bytes) {
        return new EventQueue(new QueueBounds(events, bytes), wakeUps::incrementAndGet);
    }

    /** As many events as are asked for, each time, until so many have gone through. */
    private static void pass(EventQueue queue, int events, int bytes) {
        for (int passed = 0; passed < events; ) {
            int asked = queue.demand();
            assertThat(asked).isPositive();
            put(queue, asked, bytes);
            take(queue, asked);
            passed += asked;
        }
    }

    private static void put(EventQueue queue, int events, int bytes) {
        for (int i = 0; i < events; i++) {
            queue.onSignal(Views.large(1, bytes));
        }
    }

    private static void take(EventQueue queue, int events) {
        for (int i = 0; i < events; i++) {
            queue.poll();
        }
    }
}
