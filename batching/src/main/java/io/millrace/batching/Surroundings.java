package io.millrace.batching;

import java.time.InstantSource;
import java.util.Objects;
import java.util.concurrent.Executor;
import java.util.function.BooleanSupplier;
import java.util.function.LongSupplier;
import java.util.random.RandomGenerator;

/**
 * What a projector takes from the world around it, so that a test or a simulator can be that world.
 *
 * @param flushes runs the committer, one batch at a time
 * @param nanoClock measures ages and delays, in nanoseconds from any origin; never goes back
 * @param wallClock says since when there is trouble
 * @param random shortens the delays between attempts
 * @param wakeUp called by any thread when there may be something to do; must not block
 * @param eventsCame the same, where events have come: called when there were none before
 * @param heapIsTight asked after each flush: whether smaller batches should take up less memory
 * @param heapBytes how far the heap may grow: where that is much, more is folded ahead of the flushes; 0 for no more than
 *     must be
 * @param ahead where events are handled while others are folded
 */
public record Surroundings(
        Executor flushes,
        LongSupplier nanoClock,
        InstantSource wallClock,
        RandomGenerator random,
        Runnable wakeUp,
        Runnable eventsCame,
        BooleanSupplier heapIsTight,
        long heapBytes,
        HandlingAhead ahead) {

    /** With memory enough; every event is handled when it is its turn. */
    public Surroundings(
            Executor flushes,
            LongSupplier nanoClock,
            InstantSource wallClock,
            RandomGenerator random,
            Runnable wakeUp) {
        this(flushes, nanoClock, wallClock, random, wakeUp, wakeUp, () -> false, 0, HandlingAhead.NONE);
    }

    public Surroundings {
        Objects.requireNonNull(flushes, "flushes");
        Objects.requireNonNull(nanoClock, "nanoClock");
        Objects.requireNonNull(wallClock, "wallClock");
        Objects.requireNonNull(random, "random");
        Objects.requireNonNull(wakeUp, "wakeUp");
        Objects.requireNonNull(eventsCame, "eventsCame");
        Objects.requireNonNull(heapIsTight, "heapIsTight");
        Objects.requireNonNull(ahead, "ahead");
    }

    /** The same, but for where events are handled. */
    public Surroundings withAhead(HandlingAhead other) {
        return new Surroundings(
                flushes, nanoClock, wallClock, random, wakeUp, eventsCame, heapIsTight, heapBytes, other);
    }

    /** The same, but for how far the heap may grow. */
    public Surroundings withHeapBytes(long other) {
        return new Surroundings(flushes, nanoClock, wallClock, random, wakeUp, eventsCame, heapIsTight, other, ahead);
    }
}
