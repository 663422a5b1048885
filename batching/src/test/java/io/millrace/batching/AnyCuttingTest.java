package io.millrace.batching;

import static org.assertj.core.api.Assertions.assertThat;

import io.millrace.batching.ProjectorState.Failed;
import io.millrace.batching.ProjectorState.Stopped;
import io.millrace.checkpoint.Checkpoint;
import io.millrace.checkpoint.Position;
import io.millrace.projections.EventEnvelope;
import io.millrace.projections.EventFailedException;
import io.millrace.projections.InMemoryReadModels;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayDeque;
import java.util.Deque;
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
        Run run = new Run(history, new Random(seed));
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

    /** One projector after the other over one history and one database, until the end is reached. */
    private static final class Run {
        private final RandomHistory history;
        private final Random random;
        private final MemoryCommitter committer = new MemoryCommitter("random");
        private final Deque<Runnable> flights = new ArrayDeque<>();
        private long nanos;
        private int crashes;
        private int wentBack;

        Run(RandomHistory history, Random random) {
            this.history = history;
            this.random = random;
        }

        ProjectorState toTheEnd() {
            while (true) {
                HistorySource source = new HistorySource(history.events, random);
                Projector projector = projector(source);
                int wentBackBefore = wentBack;
                boolean ended = runUntilItEndsOrCrashes(projector, source);
                if (ended && !(projector.state() instanceof Stopped && wentBack > wentBackBefore && !isAtTheEnd())) {
                    return projector.state();
                }
                crashes += ended ? 0 : 1;
                flights.clear();
                committer.forgetAnswers();
            }
        }

        private boolean runUntilItEndsOrCrashes(Projector projector, HistorySource source) {
            for (int turn = 0; !projector.hasEnded(); turn++) {
                assertThat(turn).isLessThan(1_000_000);
                source.saySomething();
                nanos += random.nextInt(4) == 0
                        ? Duration.ofMillis(random.nextInt(400)).toNanos()
                        : 0;
                projector.step();
                if (random.nextInt(3) == 0 && !flights.isEmpty()) {
                    meddle();
                    flights.remove().run();
                }
                if (random.nextInt(700) == 0) {
                    return false;
                }
                if (source.isDone() && random.nextInt(20) == 0 && everythingWasRead(projector)) {
                    projector.stop(Duration.ofDays(1));
                }
            }
            return true;
        }

        /** A database that goes back while a projector stops leaves something for the next one. */
        private boolean isAtTheEnd() {
            Position last = history.events.get(history.events.size() - 1).position();
            return committer.checkpoint().position().equals(Optional.of(last));
        }

        private boolean everythingWasRead(Projector projector) {
            return history.refused.isEmpty() && projector.state() instanceof ProjectorState.Live;
        }

        /** Sometimes the next batch meets a database that isn't well. */
        private void meddle() {
            switch (random.nextInt(30)) {
                case 0, 1 -> committer.answer(unavailable());
                case 2 -> committer.answer(this::commitAndLoseTheAnswer);
                case 3 ->
                    committer.answer(batch -> batch.events().size() > 1
                            ? new CommitOutcome.Rejected("22000", "no reason", new IllegalStateException())
                            : committer.reallyCommit(batch));
                case 4 -> committer.answer(batch -> goBack());
                default -> {}
            }
        }

        private static CommitOutcome.Unavailable unavailable() {
            return new CommitOutcome.Unavailable("away", new IllegalStateException());
        }

        private CommitOutcome commitAndLoseTheAnswer(Batch batch) {
            CommitOutcome outcome = committer.reallyCommit(batch);
            if (outcome instanceof CommitOutcome.Committed) {
                committer.answerNext(outcome);
                return unavailable();
            }
            return outcome;
        }

        private CommitOutcome goBack() {
            wentBack++;
            int kept = random.nextInt(committer.committed.size() + 1);
            committer.committed.subList(kept, committer.committed.size()).clear();
            committer.tables = new InMemoryReadModels();
            committer.startAt(Checkpoint.atStart("random"));
            for (Batch batch : committer.committed) {
                committer.tables.apply(MemoryCommitter.effects(batch.changes()));
                committer.startAt(committer.moved(batch));
            }
            return new CommitOutcome.WentBack(committer.checkpoint());
        }

        private Projector projector(HistorySource source) {
            int size = 1 + random.nextInt(60);
            FlushPolicy policy = new FlushPolicy(
                    size,
                    Duration.ofMillis(random.nextBoolean() ? 0 : random.nextInt(3_000)),
                    Duration.ofMillis(1 + random.nextInt(3_000)),
                    1 + random.nextInt(5_000),
                    Duration.ofMillis(1 + random.nextInt(3_000)));
            ProjectorOptions options = ProjectorOptions.DEFAULT
                    .withFlushPolicy(policy)
                    .withQueueBounds(new QueueBounds(1 + random.nextInt(100), 1 + random.nextInt(10_000)));
            Surroundings surroundings =
                    new Surroundings(flights::add, () -> nanos, () -> Instant.EPOCH, random, () -> {});
            return new Projector(history, source, committer, options, surroundings);
        }
    }
}
