package io.millrace.it.simulation;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;

/**
 * The whole system through thousands of drawn runs. {@code -Dmillrace.simulation.seeds=N} runs more or fewer,
 * {@code -Dmillrace.simulation.first=N} others, {@code -Dmillrace.simulation.seed=N} a single one, with its trace.
 */
class SimulationTest {
    private static final int SEEDS = 10_000;

    @BeforeAll
    static void keepQuiet() {
        Simulation.keepQuiet();
    }

    @Test
    void everyEventCountsOnceWhateverHappens() {
        Optional<Long> single = Optional.ofNullable(Long.getLong("millrace.simulation.seed"));
        if (single.isPresent()) {
            show(single.get());
            return;
        }
        int seeds = Integer.getInteger("millrace.simulation.seeds", SEEDS);
        long first = Long.getLong("millrace.simulation.first", 1);
        Simulation simulation = new Simulation();
        simulation.run(first, seeds).ifPresent(failure -> {
            throw new AssertionError(Shrinking.shortest(failure).describe());
        });
        System.out.println(simulation.summary());
        if (seeds >= SEEDS) {
            assertThat(simulation.met().neverMet()).as("never met").isEmpty();
        }
    }

    private static void show(long seed) {
        World world = new World(Scenario.of(seed), true);
        Optional<String> violation = world.run();
        world.traceLines().forEach(System.out::println);
        System.out.println(world.scenario);
        assertThat(violation).isEmpty();
    }

    @Test
    void theSameSeedRunsTheSame() {
        for (long seed = 1; seed <= 100; seed++) {
            assertThat(trace(seed)).as("seed " + seed).isEqualTo(trace(seed));
        }
    }

    private static List<String> trace(long seed) {
        World world = new World(Scenario.of(seed), true);
        world.run();
        return world.traceLines();
    }
}
