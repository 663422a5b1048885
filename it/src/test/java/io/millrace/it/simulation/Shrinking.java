package io.millrace.it.simulation;

import java.util.ArrayList;
import java.util.EnumSet;
import java.util.List;
import java.util.Optional;

/** Looks for the shortest run that goes wrong like one that was found: with fewer faults, events, processes, seconds. */
final class Shrinking {
    private static final int OTHER_SEEDS = 200;

    private Found best;

    /** A run that goes wrong, with its trace. */
    record Found(Scenario scenario, String violation, List<String> trace) {
        boolean isShorterThan(Found other) {
            return trace.size() < other.trace.size();
        }

        String describe() {
            return "seed " + scenario.seed() + ": " + violation + "\n" + String.join("\n", trace) + "\n" + scenario;
        }
    }

    private Shrinking(Found first) {
        this.best = first;
    }

    static Found shortest(Simulation.Failure failure) {
        Found first = attempt(failure.scenario())
                .orElseThrow(() -> new AssertionError("expected the same seed to fail again: " + failure));
        Shrinking shrinking = new Shrinking(first);
        boolean better = true;
        while (better) {
            better = false;
            for (Scenario smaller : shrinking.smaller()) {
                better |= shrinking.tryOut(smaller);
            }
        }
        shrinking.tryOtherSeeds();
        return new Found(
                shrinking.best.scenario(),
                shrinking.best.violation() + "\n(first seen as seed "
                        + failure.scenario().seed() + ": " + failure.violation() + ")",
                shrinking.best.trace());
    }

    private List<Scenario> smaller() {
        Scenario now = best.scenario();
        List<Scenario> all = new ArrayList<>();
        for (Fault fault : now.faults()) {
            EnumSet<Fault> fewer = EnumSet.noneOf(Fault.class);
            fewer.addAll(now.faults());
            fewer.remove(fault);
            all.add(now.with(fewer));
        }
        if (now.events() > 1) {
            all.add(now.with(now.events() / 2, now.faultSeconds(), now.processes(), now.projections()));
            all.add(now.with(now.events() - 1, now.faultSeconds(), now.processes(), now.projections()));
        }
        if (now.faultSeconds() > 1) {
            all.add(now.with(now.events(), now.faultSeconds() / 2, now.processes(), now.projections()));
        }
        if (now.processes() > 1) {
            all.add(now.with(now.events(), now.faultSeconds(), now.processes() - 1, now.projections()));
        }
        if (now.projections() > 1) {
            all.add(now.with(now.events(), now.faultSeconds(), now.processes(), now.projections() - 1));
        }
        return all;
    }

    private void tryOtherSeeds() {
        Scenario base = best.scenario();
        for (long seed = 1; seed <= OTHER_SEEDS; seed++) {
            tryOut(base.withSeed(seed));
        }
    }

    /** Takes it if it goes wrong, too, and is shorter. */
    private boolean tryOut(Scenario scenario) {
        Optional<Found> found = attempt(scenario);
        if (found.isPresent() && found.get().isShorterThan(best)) {
            best = found.get();
            return true;
        }
        return false;
    }

    private static Optional<Found> attempt(Scenario scenario) {
        World world = new World(scenario, true);
        return world.run().map(violation -> new Found(scenario, violation, world.traceLines()));
    }
}
