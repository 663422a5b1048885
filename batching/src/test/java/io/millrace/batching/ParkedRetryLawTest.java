package io.millrace.batching;

import static org.assertj.core.api.Assertions.assertThat;

import io.millrace.batching.ParkedRetry.Result;
import io.millrace.batching.ProjectorState.Stopped;
import io.millrace.checkpoint.Position;
import io.millrace.projections.EventEnvelope;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Random;
import java.util.Set;
import java.util.TreeMap;
import java.util.stream.Collectors;
import org.junit.jupiter.api.Test;

/**
 * What is parked and then retried gives the rows of a fold without the fault; what is skipped, or parked and then
 * discarded, those of a fold without the events. Poison is at random places, batches are cut at random, projectors
 * crash, and the database is away, loses answers or goes back.
 */
class ParkedRetryLawTest {
    private static final int HISTORIES = Integer.getInteger("millrace.poison.histories", 60);

    private int poison;
    private int followers;
    private int crashes;
    private int wentBack;

    @Test
    void parkMendAndRetryIsTheFoldWithoutTheFault() {
        for (long seed = 1; seed <= HISTORIES; seed++) {
            PoisonedHistory history = new PoisonedHistory(seed, false);
            MemoryCommitter committer = run(history, PoisonPolicy.PARK, seed);
            assertParkedFromThePoisonOn(history, committer, seed);

            history.mended = true;
            retryAll(history, committer, PoisonPolicy.PARK, seed);

            assertThat(committer.parkedEvents).as("seed=" + seed).isEmpty();
            assertRows(history, committer, Set.of(), seed);
        }
        report("park, mend, retry");
        assertThat(followers).isPositive();
    }

    @Test
    void parkAndDiscardIsTheFoldWithoutTheDiscarded() {
        for (long seed = 1; seed <= HISTORIES; seed++) {
            PoisonedHistory history = new PoisonedHistory(seed, false);
            MemoryCommitter committer = run(history, PoisonPolicy.PARK, seed);
            ParkedRetry retry = retry(history, committer, PoisonPolicy.PARK);

            Set<EventEnvelope> discarded = new HashSet<>();
            while (!committer.parkedEvents.isEmpty()) {
                ParkedEvent first = committer.parkedEvents.get(0);
                Result result = retry.retry(first.stream());
                if (!result.failed().isEmpty()) {
                    discarded.add(result.failed().get(0).event());
                    retry.discard(List.of(sequenceOf(result.failed().get(0).event(), committer)));
                }
            }

            assertThat(discarded).as("seed=" + seed).containsAll(history.poison);
            assertRows(history, committer, history.poison, seed);
        }
        report("park, discard");
    }

    @Test
    void skipIsTheFoldWithoutTheSkipped() {
        for (long seed = 1; seed <= HISTORIES; seed++) {
            PoisonedHistory history = new PoisonedHistory(seed, false);
            MemoryCommitter committer = run(history, PoisonPolicy.SKIP, seed);

            assertThat(committer.parkedEvents).isEmpty();
            assertRows(history, committer, history.poison, seed);
        }
        report("skip");
    }

    @Test
    void parkAloneAndRetryIsTheFoldWithoutTheFaultWhereAllChangesCommute() {
        for (long seed = 1; seed <= HISTORIES; seed++) {
            PoisonedHistory history = new PoisonedHistory(seed, true);
            MemoryCommitter committer = run(history, PoisonPolicy.PARK_ALONE, seed);
            assertThat(events(committer)).as("seed=" + seed).isEqualTo(history.poison);

            history.mended = true;
            retryAll(history, committer, PoisonPolicy.PARK_ALONE, seed);

            assertThat(committer.parkedEvents).as("seed=" + seed).isEmpty();
            assertRows(history, committer, Set.of(), seed);
        }
        report("park alone, mend, retry");
    }

    /** All of the history, to its end. */
    private MemoryCommitter run(PoisonedHistory history, PoisonPolicy policy, long seed) {
        RandomRun run = new RandomRun(
                history, history.events, policy.withMaxParked(history.events.size()), false, new Random(seed));
        run.committer.refuses = history::isRefused;
        ProjectorState end = run.toTheEnd();
        run.committer.forgetAnswers();
        Position last = history.events.get(history.events.size() - 1).position();
        assertThat(end).as("seed=" + seed).isEqualTo(new Stopped());
        assertThat(run.committer.checkpoint().position()).as("seed=" + seed).isEqualTo(Optional.of(last));
        poison += history.poison.size();
        crashes += run.crashes;
        wentBack += run.wentBack;
        return run.committer;
    }

    /** Of each stream what is parked is the first poison event and all that has an effect after it, in order. */
    private void assertParkedFromThePoisonOn(PoisonedHistory history, MemoryCommitter committer, long seed) {
        Map<String, List<EventEnvelope>> parked = committer.parkedEvents.stream()
                .map(event -> event.poison().event())
                .collect(Collectors.groupingBy(EventEnvelope::stream, TreeMap::new, Collectors.toList()));
        Map<String, List<EventEnvelope>> all = history.events.stream()
                .collect(Collectors.groupingBy(EventEnvelope::stream, TreeMap::new, Collectors.toList()));
        all.forEach((stream, events) -> {
            int first = 0;
            while (first < events.size() && !history.poison.contains(events.get(first))) {
                first++;
            }
            List<EventEnvelope> expected = events.subList(first, events.size()).stream()
                    .filter(history::changesSomething)
                    .toList();
            assertThat(parked.getOrDefault(stream, List.of()).stream()
                            .filter(history::changesSomething)
                            .toList())
                    .as("seed=%s, stream=%s", seed, stream)
                    .isEqualTo(expected);
            followers += expected.size();
        });
        followers -= history.poison.size();
    }

    private static void retryAll(PoisonedHistory history, MemoryCommitter committer, PoisonPolicy policy, long seed) {
        ParkedRetry retry = retry(history, committer, policy);
        for (String stream : Set.copyOf(
                committer.parkedEvents.stream().map(ParkedEvent::stream).toList())) {
            if (new Random(seed).nextBoolean()) {
                committer.answer(new CommitOutcome.Unavailable("away", new IllegalStateException()));
            }
            assertThat(retry.retry(stream).failed()).as("seed=" + seed).isEmpty();
        }
    }

    private static ParkedRetry retry(PoisonedHistory history, MemoryCommitter committer, PoisonPolicy policy) {
        return new ParkedRetry(history, committer, committer, policy, time -> {});
    }

    private static Long sequenceOf(EventEnvelope event, MemoryCommitter committer) {
        return committer.parkedEvents.stream()
                .filter(parked -> parked.poison().event() == event)
                .findFirst()
                .orElseThrow()
                .sequence();
    }

    private static Set<EventEnvelope> events(MemoryCommitter committer) {
        return committer.parkedEvents.stream()
                .map(parked -> parked.poison().event())
                .collect(Collectors.toSet());
    }

    private static void assertRows(
            PoisonedHistory history, MemoryCommitter committer, Set<EventEnvelope> leftOut, long seed) {
        assertThat(PoisonedHistory.rows(committer.tables)).as("seed=" + seed).isEqualTo(history.foldWithout(leftOut));
    }

    private void report(String what) {
        System.out.printf(
                "%s: %d histories, %d poison events, %d followers, %d crashes, %d went back%n",
                what, HISTORIES, poison, followers, crashes, wentBack);
        assertThat(poison).isGreaterThan(HISTORIES);
        assertThat(crashes).isPositive();
        assertThat(wentBack).isPositive();
    }
}
