package io.millrace.checkpoint.lease;

import static org.assertj.core.api.Assertions.assertThat;

import io.millrace.checkpoint.lease.LeaseWorld.Node;
import org.junit.jupiter.api.Test;

class LeasesTest {
    private static final String ONE = "projection-1";

    private final LeaseWorld world = new LeaseWorld(1);

    @Test
    void oneOfTwoHoldsTheLeaseAndTheOtherStandsBy() {
        Node first = world.join();
        Node second = world.join();

        world.pass(10_000);

        assertThat(first.working).containsOnlyKeys(ONE);
        assertThat(second.told).containsExactly("stands by " + ONE);
        assertThat(world.store.epoch(ONE)).isEqualTo(1);
    }

    @Test
    void takesOverWithin5SecondsFromOneThatDied() {
        Node first = world.join();
        world.pass(700);
        world.join();
        world.pass(2_000);

        first.dead = true;

        assertThat(world.millisUntilWorkedOnByAnother(first, ONE)).isBetween(3_000L, 4_100L);
        assertThat(world.store.epoch(ONE)).isEqualTo(2);
    }

    @Test
    void oneThatWasFrozenDropsItsWorkWhenItIsBack() {
        Node first = world.join();
        Node second = world.join();
        world.pass(2_000);

        first.frozen = true;
        world.pass(20_000);
        first.frozen = false;
        world.tick();

        assertThat(second.working).containsOnlyKeys(ONE);
        assertThat(first.told).contains("lost projection-1: the lease could not be renewed for 4000 ms");
        world.pass(2_000);
        assertThat(first.working).isEmpty();
    }

    @Test
    void oneThatIsCutOffDropsItsWorkBeforeAnotherTakesIt() {
        Node first = world.join();
        Node second = world.join();
        world.pass(2_000);

        first.cutOff = true;
        long took = world.millisUntilWorkedOnByAnother(first, ONE);

        assertThat(took).isLessThan(4_100);
        assertThat(first.told).contains("lost projection-1: the lease could not be renewed for 4000 ms");
        first.cutOff = false;
        world.pass(2_000);
        assertThat(first.told).contains("unreachable", "reachable");
        assertThat(second.working).containsOnlyKeys(ONE);
    }

    @Test
    void takesItsOwnLeaseAgainWhenTheDatabaseWasAwayForEverybody() {
        Node only = world.join();
        world.pass(2_000);

        only.cutOff = true;
        world.pass(10_000);
        only.cutOff = false;
        world.pass(300);

        assertThat(only.working).containsEntry(ONE, 2L);
    }

    @Test
    void handsOverAtOnceWhenItIsStopped() {
        Node first = world.join();
        Node second = world.join();
        world.pass(3_000);

        first.leases.stop();

        assertThat(world.millisUntilWorkedOnByAnother(first, ONE)).isLessThanOrEqualTo(1_310); // ends in 300 ms
        world.pass(1_000);
        assertThat(first.leases.hasEnded()).isTrue();
        assertThat(second.working).containsOnlyKeys(ONE);
    }

    @Test
    void aTakeWhoseAnswerWasLostIsTakenAgainUnderANewEpoch() {
        Node only = world.join();
        only.losesAnswers = true;
        world.pass(1_000);
        only.losesAnswers = false;
        world.pass(500);

        assertThat(only.working).containsEntry(ONE, world.store.epoch(ONE));
    }

    @Test
    void aClaimIsServedWhileTheServiceRunsAndTheServiceGoesOn() {
        Node service = world.join();
        world.pass(2_000);
        Node command = world.join(Bid.CLAIM);

        assertThat(world.millisUntilWorkedOnByAnother(service, ONE)).isLessThan(2_400);
        assertThat(service.working).isEmpty();
        world.pass(3_000);
        command.leases.stop();
        world.pass(1_500);

        assertThat(service.working).containsEntry(ONE, 3L);
    }

    @Test
    void aClaimWhoseClaimantDiedIsForgotten() {
        Node service = world.join();
        world.pass(2_000);
        Node command = world.join(Bid.CLAIM);
        command.tick();
        command.dead = true;

        world.pass(6_000);

        assertThat(service.working).containsOnlyKeys(ONE);
    }

    @Test
    void aCommandThatTakesOnlyWhatIsFreeLeavesTheServiceAlone() {
        Node service = world.join();
        world.pass(2_000);
        Node command = world.join(Bid.IF_FREE);

        world.pass(10_000);

        assertThat(command.told).containsExactly("stands by " + ONE);
        assertThat(service.working).containsEntry(ONE, 1L);
    }

    @Test
    void whatItCannotRunAnotherRuns() {
        Node first = world.join();
        first.cannotRun.add(ONE);
        world.pass(2_000);
        assertThat(first.told).contains("granted " + ONE);
        Node second = world.join();

        world.pass(2_000);

        assertThat(second.working).containsOnlyKeys(ONE);
        assertThat(first.told).containsOnlyOnce("granted " + ONE);
    }

    @Test
    void aClockOfTheDatabaseThatIsSetBackMakesNoLeaseEternal() {
        Node first = world.join();
        Node second = world.join();
        world.pass(3_000);
        world.databaseAheadNanos = -3_600_000_000_000L;

        world.pass(3_000);
        assertThat(first.working.size() + second.working.size()).isEqualTo(1);
        Node holder = first.working.isEmpty() ? second : first;
        holder.dead = true;

        assertThat(world.millisUntilWorkedOnByAnother(holder, ONE)).isLessThan(5_000);
    }
}
