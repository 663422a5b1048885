package io.millrace.checkpoint.lease;

import static org.assertj.core.api.Assertions.assertThat;

import io.millrace.checkpoint.lease.LeaseWorld.Node;
import java.util.List;
import java.util.SplittableRandom;
import org.junit.jupiter.api.Test;

/**
 * Instances that die, freeze, are cut off, lose answers and come back, in virtual time. The law of each tick is
 * LeaseWorld's: no two take a projection for theirs. When the faults stop, each projection is worked on, and shared out.
 */
class RandomFaultsTest {
    private static final int SEEDS = 300;

    @Test
    void noTwoHoldOneProjectionAndInTheEndAllIsSharedOut() {
        for (long seed = 1; seed <= SEEDS; seed++) {
            try {
                run(new SplittableRandom(seed));
            } catch (AssertionError e) {
                throw new AssertionError("seed " + seed + ": " + e.getMessage(), e);
            }
        }
    }

    private static void run(SplittableRandom random) {
        LeaseWorld world = new LeaseWorld(1 + random.nextInt(6));
        int instances = 1 + random.nextInt(4);
        for (int i = 0; i < instances; i++) {
            world.join();
        }
        for (int fault = 0; fault < 12; fault++) {
            Node node = world.nodes.get(random.nextInt(world.nodes.size()));
            switch (random.nextInt(6)) {
                case 0 -> node.frozen = !node.frozen;
                case 1 -> node.cutOff = !node.cutOff;
                case 2 -> node.losesAnswers = !node.losesAnswers;
                case 3 -> {
                    node.dead = true;
                    world.join();
                }
                case 4 -> {
                    node.leases.stop();
                    world.join();
                }
                default -> node.endingTakesNanos = random.nextInt(2_000) * 1_000_000L;
            }
            world.pass(random.nextInt(3_000));
        }
        world.nodes.forEach(node -> {
            node.frozen = false;
            node.cutOff = false;
            node.losesAnswers = false;
        });
        world.pass(20_000);
        expectAllSharedOut(world);
    }

    private static void expectAllSharedOut(LeaseWorld world) {
        List<Node> live = world.nodes.stream()
                .filter(node -> !node.dead && !node.leases.hasEnded())
                .toList();
        int share = (world.projections.size() + live.size() - 1) / live.size();
        for (String projection : world.projections) {
            assertThat(live.stream().filter(node -> node.working.containsKey(projection)))
                    .as("who works on " + projection)
                    .hasSize(1);
        }
        live.forEach(node -> assertThat(node.working.size()).as("held").isLessThanOrEqualTo(share));
        live.forEach(node -> node.working.forEach((projection, epoch) ->
                assertThat(epoch).as("epoch of " + projection).isEqualTo(world.store.epoch(projection))));
    }
}
