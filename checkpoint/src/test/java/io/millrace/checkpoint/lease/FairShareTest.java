package io.millrace.checkpoint.lease;

import static org.assertj.core.api.Assertions.assertThat;

import io.millrace.checkpoint.lease.LeaseWorld.Node;
import java.util.List;
import org.junit.jupiter.api.Test;

class FairShareTest {

    private static List<Integer> counts(LeaseWorld world) {
        return world.nodes.stream().map(node -> node.working.size()).toList();
    }

    @Test
    void oneAloneHoldsAll() {
        LeaseWorld world = new LeaseWorld(5);
        world.join();

        world.pass(1_000);

        assertThat(counts(world)).containsExactly(5);
    }

    @Test
    void theSecondGetsItsShareWithinSeconds() {
        LeaseWorld world = new LeaseWorld(5);
        world.join();
        world.pass(5_000);
        world.join();

        world.pass(3_500);

        assertThat(counts(world)).containsExactly(3, 2);
    }

    @Test
    void nobodyHoldsMoreThanItsShareAmongThree() {
        LeaseWorld world = new LeaseWorld(10);
        world.join();
        world.join();
        world.join();

        world.pass(5_000);

        assertThat(counts(world)).allMatch(held -> held <= 4);
        assertThat(counts(world).stream().mapToInt(held -> held).sum()).isEqualTo(10);
    }

    @Test
    void theSurvivorsTakeWhatADeadOneHeld() {
        LeaseWorld world = new LeaseWorld(6);
        Node first = world.join();
        world.join();
        world.join();
        world.pass(5_000);
        first.dead = true;
        first.working.clear();

        world.pass(5_000);

        assertThat(counts(world)).containsExactly(0, 3, 3);
    }

    @Test
    void whatOthersCannotRunComesOnTop() {
        LeaseWorld world = new LeaseWorld(2);
        Node first = world.join();
        first.cannotRun.add("projection-1");
        first.cannotRun.add("projection-2");
        world.join();

        world.pass(5_000);

        assertThat(counts(world)).containsExactly(0, 2);
    }
}
