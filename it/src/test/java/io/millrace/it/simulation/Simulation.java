package io.millrace.it.simulation;

import ch.qos.logback.classic.Level;
import ch.qos.logback.classic.Logger;
import java.time.Duration;
import java.util.Optional;
import org.slf4j.LoggerFactory;

/** Many runs, one after another, and what they met. */
final class Simulation {
    private final Met met = new Met();
    private long runs;
    private long steps;
    private long virtualNanos;
    private long tookNanos;

    /** A run that went wrong. */
    record Failure(Scenario scenario, String violation) {}

    /** What is logged is about faults that are meant to be. */
    static void keepQuiet() {
        ((Logger) LoggerFactory.getLogger("io.millrace")).setLevel(Level.OFF);
    }

    /** Runs until one goes wrong; empty if none does. */
    Optional<Failure> run(long firstSeed, long seeds) {
        long begin = System.nanoTime();
        try {
            for (long seed = firstSeed; seed < firstSeed + seeds; seed++) {
                Optional<Failure> failure = run(Scenario.of(seed));
                if (failure.isPresent()) {
                    return failure;
                }
            }
            return Optional.empty();
        } finally {
            tookNanos += System.nanoTime() - begin;
        }
    }

    private Optional<Failure> run(Scenario scenario) {
        World world = new World(scenario, false);
        Optional<String> violation = world.run();
        met.add(world.met);
        runs++;
        steps += world.time.steps();
        virtualNanos += world.time.nanos();
        return violation.map(what -> new Failure(scenario, what));
    }

    Met met() {
        return met;
    }

    String summary() {
        return "Simulation: %,d runs, %,d steps, %,d hours of virtual time in %,d s%n%s"
                .formatted(
                        runs,
                        steps,
                        Duration.ofNanos(virtualNanos).toHours(),
                        Duration.ofNanos(tookNanos).toSeconds(),
                        met.table());
    }
}
