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
 * @param heapIsTight asked after each flush: whether smaller batches should take up less memory
 */
public record Surroundings(
        Executor flushes,
        LongSupplier nanoClock,
        InstantSource wallClock,
        RandomGenerator random,
        Runnable wakeUp,
        BooleanSupplier heapIsTight) {

    /** With memory enough. */
    public Surroundings(
            Executor flushes,
            LongSupplier nanoClock,
            InstantSource wallClock,
            RandomGenerator random,
            Runnable wakeUp) {
        this(flushes, nanoClock, wallClock, random, wakeUp, () -> false);
    }

    public Surroundings {
        Objects.requireNonNull(flushes, "flushes");
        Objects.requireNonNull(nanoClock, "nanoClock");
        Objects.requireNonNull(wallClock, "wallClock");
        Objects.requireNonNull(random, "random");
        Objects.requireNonNull(wakeUp, "wakeUp");
        Objects.requireNonNull(heapIsTight, "heapIsTight");
    }
}
