package io.millrace.batching;

import static org.assertj.core.api.Assertions.assertThat;

import io.millrace.batching.ProjectorState.Stopped;
import io.millrace.checkpoint.Checkpoint;
import io.millrace.checkpoint.Position;
import io.millrace.projections.EventEnvelope;
import io.millrace.projections.InMemoryReadModels;
import io.millrace.projections.Projection;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.List;
import java.util.Optional;
import java.util.Random;

/**
 * One projector after the other over one history and one database, until the end is reached; meanwhile batches are cut at
 * random, projectors crash, and the database is away, refuses batches without reason, or goes back.
 */
final class RandomRun {
    private final Projection projection;
    private final List<EventEnvelope> events;
    private final PoisonPolicy poison;
    private final Random random;
    private final boolean endsByItself;
    final MemoryCommitter committer;
    private final Deque<Runnable> flights = new ArrayDeque<>();
    private final Deque<Runnable> ahead = new ArrayDeque<>();
    private long nanos;
    int crashes;
    int wentBack;

    /** @param endsByItself whether an event is in it at which the projector stops */
    RandomRun(
            Projection projection,
            List<EventEnvelope> events,
            PoisonPolicy poison,
            boolean endsByItself,
            Random random) {
        this.projection = projection;
        this.events = events;
        this.poison = poison;
        this.random = random;
        this.endsByItself = endsByItself;
        this.committer = new MemoryCommitter(projection.name());
    }

    ProjectorState toTheEnd() {
        while (true) {
            HistorySource source = new HistorySource(events, random);
            Projector projector = projector(source);
            int wentBackBefore = wentBack;
            boolean ended = runUntilItEndsOrCrashes(projector, source);
            if (ended
                    && !(projector.state() instanceof Stopped && mayLeaveSomething(wentBackBefore) && !isAtTheEnd())) {
                return projector.state();
            }
            crashes += ended ? 0 : 1;
            flights.clear();
            ahead.clear();
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
            if (random.nextBoolean() && !ahead.isEmpty()) {
                ahead.remove().run();
            }
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

    /**
     * A database that goes back while a projector stops leaves something for the next one; and so does a stream that is
     * parked then, for what was folded is folded anew.
     */
    private boolean mayLeaveSomething(int wentBackBefore) {
        return wentBack > wentBackBefore || poison.onPoison() == PoisonPolicy.OnPoison.PARK;
    }

    private boolean isAtTheEnd() {
        Position last = events.get(events.size() - 1).position();
        return committer.checkpoint().position().equals(Optional.of(last));
    }

    private boolean everythingWasRead(Projector projector) {
        return !endsByItself && projector.state() instanceof ProjectorState.Live;
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
        committer.parkedEvents.clear();
        committer.startAt(Checkpoint.atStart(projection.name()));
        for (Batch batch : committer.committed) {
            committer.tables.apply(MemoryCommitter.effects(batch.changes()));
            committer.startAt(committer.moved(batch));
            committer.keep(batch.setAside());
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
                Duration.ofMillis(1 + random.nextInt(3_000)),
                random.nextBoolean() ? BatchSizing.FIXED : BatchSizing.ADAPTIVE.withMaxEvents(1 + random.nextInt(60)));
        ProjectorOptions options = ProjectorOptions.DEFAULT
                .withFlushPolicy(policy)
                .withPoison(poison)
                .withQueueBounds(new QueueBounds(1 + random.nextInt(100), 1 + random.nextInt(10_000)));
        Surroundings surroundings = new Surroundings(flights::add, () -> nanos, () -> Instant.EPOCH, random, () -> {})
                .withAhead(
                        new HandlingAhead(ahead::add, 1 + random.nextInt(8), 1 + random.nextInt(5), random.nextInt(4)));
        return new Projector(projection, source, committer, options, surroundings);
    }
}
