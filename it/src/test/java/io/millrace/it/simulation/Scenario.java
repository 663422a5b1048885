package io.millrace.it.simulation;

import io.millrace.batching.PoisonPolicy;
import io.millrace.projections.Source;
import java.util.EnumSet;
import java.util.List;
import java.util.Set;
import java.util.SplittableRandom;

/**
 * What is simulated. The seed says everything else that is drawn.
 *
 * @param faults which may occur
 * @param events how long the history is
 * @param faultSeconds for how long things go wrong, in virtual time
 * @param leases whether the processes take leases; otherwise nothing but the fence keeps them apart
 * @param processes how many there are at first
 * @param projections how many they run
 */
record Scenario(
        long seed, Set<Fault> faults, int events, int faultSeconds, boolean leases, int processes, int projections) {
    private static final List<Fault> ALL = List.of(Fault.values());
    private static final int FAULTS_AT_ONCE = 14;

    Scenario {
        EnumSet<Fault> copy = EnumSet.noneOf(Fault.class);
        copy.addAll(faults);
        faults = java.util.Collections.unmodifiableSet(copy);
    }

    /** A few faults of all that there are: together they would hide each other. */
    static Scenario of(long seed) {
        SplittableRandom random = new SplittableRandom(seed ^ 0x5ca1ab1eL);
        boolean leases = random.nextBoolean();
        EnumSet<Fault> faults = EnumSet.noneOf(Fault.class);
        int wanted = random.nextInt(FAULTS_AT_ONCE + 1);
        while (faults.size() < wanted) {
            Fault fault = ALL.get(random.nextInt(ALL.size()));
            if (!fault.isPoison() || random.nextInt(2) == 0) {
                faults.add(fault);
            }
        }
        return new Scenario(
                seed,
                faults,
                5 + random.nextInt(60),
                5 + random.nextInt(40),
                leases,
                leases ? 1 + random.nextInt(3) : 1,
                leases ? 1 + random.nextInt(3) : 1);
    }

    Source source() {
        return switch ((int) Math.floorMod(seed, 4L)) {
            case 0 -> new Source.SingleStream(History.STREAM);
            case 1 -> new Source.StreamsStartingWith(List.of("tally-1", "tally-2"));
            default -> new Source.AllStreams();
        };
    }

    /** Whether the projections of a program run together when they can. */
    boolean grouped() {
        return leases && projections > 1 && Math.floorMod(seed / 16, 2L) == 0;
    }

    /** What becomes of an event that cannot be handled; without any, it does not matter. */
    PoisonPolicy policy() {
        if (faults.stream().noneMatch(Fault::isPoison)) {
            return PoisonPolicy.STOP;
        }
        return switch ((int) Math.floorMod(seed / 4, 4L)) {
            case 0 -> PoisonPolicy.STOP;
            case 1 -> PoisonPolicy.SKIP;
            case 2 -> PoisonPolicy.PARK;
            default -> PoisonPolicy.PARK_ALONE;
        };
    }

    /** What is retried later gives the same rows only where the order does not show. */
    Tallies.Shape shape() {
        return switch (policy().onPoison()) {
            case STOP, SKIP -> Tallies.Shape.SHARED;
            case PARK -> Tallies.Shape.OWN;
            case PARK_ALONE -> Tallies.Shape.COMMUTING;
        };
    }

    Scenario with(Set<Fault> some) {
        return new Scenario(seed, some, events, faultSeconds, leases, processes, projections);
    }

    Scenario with(int fewerEvents, int fewerSeconds, int fewerProcesses, int fewerProjections) {
        return new Scenario(seed, faults, fewerEvents, fewerSeconds, leases, fewerProcesses, fewerProjections);
    }

    Scenario withSeed(long other) {
        return new Scenario(other, faults, events, faultSeconds, leases, processes, projections);
    }
}
