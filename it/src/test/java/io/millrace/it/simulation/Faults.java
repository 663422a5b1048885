package io.millrace.it.simulation;

import java.time.Duration;
import java.util.EnumMap;
import java.util.Map;
import java.util.SplittableRandom;

/**
 * Decides when what goes wrong. Each fault draws from numbers of its own, so that a run stays much the same when one of
 * them is switched off.
 */
public final class Faults {
    private static final double[] CHANCES = {0.02, 0.05, 0.1, 0.25};

    private final Scenario scenario;
    private final World world;
    private final Map<Fault, SplittableRandom> randoms = new EnumMap<>(Fault.class);
    private final Map<Fault, Double> chances = new EnumMap<>(Fault.class);
    private final SplittableRandom ordinary;
    private boolean healed;

    Faults(Scenario scenario, World world) {
        this.scenario = scenario;
        this.world = world;
        this.ordinary = new SplittableRandom(scenario.seed());
        for (Fault fault : scenario.faults()) {
            SplittableRandom random =
                    new SplittableRandom(scenario.seed() * 31 + fault.name().hashCode());
            chances.put(fault, CHANCES[random.nextInt(CHANCES.length)]);
            randoms.put(fault, random);
        }
    }

    /** Whether this goes wrong this time. */
    public boolean strikes(Fault fault) {
        SplittableRandom random = randoms.get(fault);
        if (random == null || healed || random.nextDouble() >= chances.getOrDefault(fault, 0.0)) {
            return false;
        }
        struck(fault);
        return true;
    }

    /** It goes wrong now, as it was planned to. */
    void struck(Fault fault) {
        world.met.fault(fault);
        world.trace(() -> "! " + fault.name().toLowerCase(java.util.Locale.ROOT).replace('_', ' '));
    }

    boolean isOn(Fault fault) {
        return scenario.faults().contains(fault) && !healed;
    }

    /** A number that belongs to this fault, from 0 on. */
    public int draw(Fault fault, int bound) {
        SplittableRandom random = randoms.get(fault);
        return random == null ? 0 : random.nextInt(bound);
    }

    /** A time that belongs to this fault. */
    public long nanos(Fault fault, Duration atMost) {
        SplittableRandom random = randoms.get(fault);
        return random == null ? 0 : random.nextLong(atMost.toNanos());
    }

    /** How long something takes that goes well. */
    public long latency(Duration atMost) {
        return ordinary.nextLong(atMost.toNanos());
    }

    /** A number that belongs to no fault, from 0 on. */
    public int draw(int bound) {
        return ordinary.nextInt(bound);
    }

    /** Nothing goes wrong any more. */
    void heal() {
        healed = true;
    }

    /** What has ended begins again. */
    void relapse() {
        healed = false;
    }

    public boolean isHealed() {
        return healed;
    }
}
