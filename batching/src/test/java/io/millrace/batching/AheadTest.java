package io.millrace.batching;

import static io.millrace.batching.Views.at;
import static org.assertj.core.api.Assertions.assertThat;

import io.millrace.batching.ProjectorState.Failed;
import io.millrace.projections.Effect;
import io.millrace.projections.EventEnvelope;
import io.millrace.projections.Projection;
import io.millrace.projections.ReadModel;
import io.millrace.projections.Source;
import io.millrace.projections.SourceSignal.Subscribed;
import java.time.Instant;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.random.RandomGenerator;
import org.junit.jupiter.api.Test;

/** Events that other threads handle ahead of the fold. */
class AheadTest {
    private final Recording projection = new Recording();
    private final ScriptedSource source = new ScriptedSource();
    private final MemoryCommitter committer = new MemoryCommitter(projection.name());
    private final Deque<Runnable> others = new ArrayDeque<>();
    private int wakeUps;

    /** Views, and who handled which event; a thread that is to wait does so in its first handler. */
    private static final class Recording implements Projection {
        final List<String> handled = new ArrayList<>();
        final CountDownLatch entered = new CountDownLatch(1);
        final CountDownLatch mayGoOn = new CountDownLatch(1);
        volatile String waits = "";

        @Override
        public String name() {
            return Views.PROJECTION.name();
        }

        @Override
        public Source source() {
            return Views.PROJECTION.source();
        }

        @Override
        public Set<String> eventTypes() {
            return Views.PROJECTION.eventTypes();
        }

        @Override
        public List<ReadModel> readModels() {
            return Views.PROJECTION.readModels();
        }

        @Override
        public List<String> alsoWrites() {
            return List.of();
        }

        @Override
        public List<Effect> effectsOf(EventEnvelope event) {
            String thread = Thread.currentThread().getName();
            synchronized (handled) {
                handled.add(event.position() + " by " + thread);
            }
            if (thread.equals(waits)) {
                entered.countDown();
                try {
                    assertThat(mayGoOn.await(20, TimeUnit.SECONDS)).isTrue();
                } catch (InterruptedException e) {
                    Thread.currentThread().interrupt();
                }
            }
            return Views.PROJECTION.effectsOf(event);
        }
    }

    private Projector projector(HandlingAhead ahead, PoisonPolicy poison) {
        RandomGenerator noJitter = () -> 0L;
        Projector projector = new Projector(
                projection,
                source,
                committer,
                ProjectorOptions.DEFAULT.withPoison(poison),
                new Surroundings(Runnable::run, () -> 0, () -> Instant.EPOCH, noJitter, () -> wakeUps++)
                        .withAhead(ahead));
        step(projector);
        source.say(new Subscribed(Optional.of(at(1_000))));
        step(projector);
        return projector;
    }

    private static void step(Projector projector) {
        while (projector.step()) {}
    }

    private void views(int fromInclusive, int toInclusive) {
        for (int position = fromInclusive; position <= toInclusive; position++) {
            source.say(Views.viewed(position, "1"));
        }
    }

    @Test
    void areHandedOutInChunksOnceManyWait() {
        Projector projector = projector(new HandlingAhead(others::add, 10, 4, 100), PoisonPolicy.STOP);

        views(1, 9);
        step(projector);
        assertThat(others).isEmpty();

        views(10, 24);
        step(projector);
        assertThat(others).hasSize(3);
    }

    @Test
    void areHandedOutUpToTwoMegabytesWhereTheyAreLarge() {
        List<Integer> chunks = new ArrayList<>();
        Projector projector = projector(
                new HandlingAhead(
                        chunk -> {
                            int before = projection.handled.size();
                            chunk.run();
                            chunks.add(projection.handled.size() - before);
                        },
                        2,
                        64,
                        100),
                PoisonPolicy.STOP);
        for (int position = 1; position <= 40; position++) {
            source.say(Views.large(position, 300_000));
        }

        step(projector);

        assertThat(chunks).startsWith(7).allMatch(events -> events <= 7);
    }

    @Test
    void areHandledByTheProjectorItselfWhereNobodyElseHasBegun() {
        Projector projector = projector(new HandlingAhead(others::add, 10, 4, 100), PoisonPolicy.STOP);
        views(1, 100);

        step(projector);
        others.forEach(Runnable::run);

        assertThat(committer.value(Views.TABLE, "1", "views")).contains(100L);
        assertThat(projection.handled).hasSize(100);
    }

    @Test
    void areFoldedInTheirOrderWhoeverHandledThem() {
        Projector projector = projector(new HandlingAhead(Runnable::run, 2, 3, 5), PoisonPolicy.STOP);
        views(1, 100);

        step(projector);

        assertThat(committer.committed.get(0).events())
                .extracting(EventEnvelope::position)
                .isSorted()
                .hasSize(100);
        assertThat(projection.handled).hasSize(100);
    }

    @Test
    void whoseHandlerThrowsStopTheProjectorWhenTheyAreFolded() {
        Projector projector = projector(new HandlingAhead(Runnable::run, 2, 8, 5), PoisonPolicy.STOP);
        views(1, 5);
        source.say(Views.viewed(6, "broken"));
        views(7, 20);

        step(projector);

        assertThat(projector.state()).isInstanceOf(Failed.class);
        assertThat(committer.checkpoint().position()).contains(at(5));
        assertThat(committer.value(Views.TABLE, "1", "views")).contains(5L);
    }

    @Test
    void whoseHandlerThrowsAreSkippedIfThatIsThePolicy() {
        Projector projector = projector(new HandlingAhead(Runnable::run, 2, 8, 5), PoisonPolicy.SKIP);
        views(1, 5);
        source.say(Views.viewed(6, "broken"));
        views(7, 101);

        step(projector);

        assertThat(committer.value(Views.TABLE, "1", "views")).contains(100L);
    }

    @Test
    void areNotHandedOutAnyMoreOnceTheFoldHasWaitedForOneFlushAfterTheOther() {
        ManualExecutor flushes = new ManualExecutor();
        flushes.immediate = false;
        Projector projector = new Projector(
                projection,
                source,
                committer,
                ProjectorOptions.DEFAULT,
                new Surroundings(flushes, () -> 0, () -> Instant.EPOCH, () -> 0L, () -> wakeUps++)
                        .withAhead(new HandlingAhead(others::add, 2, 4, 2)));
        step(projector);
        source.say(new Subscribed(Optional.of(at(10_000))));
        views(1, 3_000);
        step(projector); // one batch under way, one behind it, one folded
        assertThat(others).hasSizeGreaterThan(50);

        for (int flush = 0; flush < 8; flush++) {
            flushes.runOne();
            step(projector);
        }
        int before = others.size();
        for (int flush = 0; flush < 8; flush++) {
            flushes.runOne();
            step(projector);
        }

        assertThat(others).hasSizeLessThanOrEqualTo(before + 1);
        assertThat(committer.value(Views.TABLE, "1", "views")).contains(1_600L);
    }

    @Test
    void areNotHandedOutForSmallBatches() {
        Projector projector = projector(new HandlingAhead(others::add, 51, 4, 2), PoisonPolicy.STOP);

        views(1, 1_000);
        step(projector);

        assertThat(others).isEmpty();
        assertThat(committer.value(Views.TABLE, "1", "views")).contains(1_000L);
    }

    @Test
    void areWaitedForWithoutBlockingWhileAnotherThreadHandlesThem() throws Exception {
        List<Thread> other = new ArrayList<>();
        Projector projector = projector(
                new HandlingAhead(
                        chunk -> {
                            if (other.isEmpty()) {
                                other.add(new Thread(chunk, "other"));
                                beginsAndWaits(other.get(0));
                            }
                        },
                        2,
                        4,
                        3),
                PoisonPolicy.STOP);
        views(1, 100);

        step(projector);
        assertThat(committer.committed).isEmpty();
        assertThat(projection.handled)
                .containsOnlyOnce(at(1) + " by other")
                .hasSize(9); // it, and two chunks after its own

        int wakeUpsBefore = wakeUps;
        projection.mayGoOn.countDown();
        other.get(0).join();
        assertThat(wakeUps).isEqualTo(wakeUpsBefore + 1);
        step(projector);
        assertThat(committer.value(Views.TABLE, "1", "views")).contains(100L);
    }

    private void beginsAndWaits(Thread other) {
        projection.waits = "other";
        other.start();
        try {
            assertThat(projection.entered.await(20, TimeUnit.SECONDS)).isTrue();
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }
}
