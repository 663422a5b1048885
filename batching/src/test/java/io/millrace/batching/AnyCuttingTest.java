package io.millrace.batching;

import static org.assertj.core.api.Assertions.assertThat;

import io.millrace.batching.ProjectorState.Failed;
import io.millrace.batching.ProjectorState.Stopped;
import io.millrace.checkpoint.Position;
import io.millrace.projections.EventEnvelope;
import io.millrace.projections.EventFailedException;
import java.util.Optional;
import java.util.Random;
import org.junit.jupiter.api.Test;

/**
 * The third law of folding: any cutting of a history into batches yields the same rows and the same checkpoint as one
 * event at a time. Cut at random by sizes, ages, bytes, phases, interruptions, crashes, a database that is away, that
 * refuses batches without reason, or that goes back to what it was before.
 */
class AnyCuttingTest {
    private static final int HISTORIES = 250;

    private int refusals;
    private int batches;
    private int crashes;
    private int wentBack;

    @Test
    void yieldsTheSameRowsAndCheckpointAsOneEventAtATime() {
        for (long seed = 1; seed <= HISTORIES; seed++) {
            check(seed);
        }
        System.out.printf(
                "%d histories in %d batches; ended at a refused event: %d; crashes: %d; went back: %d%n",
                HISTORIES, batches, refusals, crashes, wentBack);
        assertThat(refusals).isBetween(HISTORIES / 20, HISTORIES * 19 / 20);
        assertThat(crashes).isPositive();
        assertThat(wentBack).isPositive();
    }

    private void check(long seed) {
        RandomHistory history = new RandomHistory(seed);
        RandomRun run = new RandomRun(
                history, history.events, PoisonPolicy.STOP, history.refused.isPresent(), new Random(seed));
        ProjectorState end = run.toTheEnd();
        String shown = "seed=" + seed;

        assertThat(history.rows(run.committer.tables)).as(shown).isEqualTo(history.rows(history.expected));
        Optional<Position> checkpoint = run.committer.checkpoint().position();
        if (history.refused.isPresent()) {
            refusals++;
            assertThat(end)
                    .as(shown)
                    .isInstanceOfSatisfying(
                            Failed.class,
                            failed -> assertThat(failed.cause())
                                    .as(shown)
                                    .isInstanceOfSatisfying(
                                            EventFailedException.class,
                                            event -> assertThat(event.position())
                                                    .as(shown)
                                                    .isEqualTo(history.refused
                                                            .get()
                                                            .position())));
            checkpoint.ifPresent(position -> assertThat(position)
                    .as(shown)
                    .isLessThan(history.refused.get().position()));
        } else {
            EventEnvelope last = history.events.get(history.events.size() - 1);
            assertThat(end).as(shown).isEqualTo(new Stopped());
            assertThat(checkpoint).as(shown).contains(last.position());
        }
        batches += run.committer.committed.size();
        crashes += run.crashes;
        wentBack += run.wentBack;
    }
}
