package io.millrace.batching;

import static io.millrace.batching.Views.at;
import static org.assertj.core.api.Assertions.assertThat;

import io.millrace.checkpoint.Checkpoint;
import io.millrace.projections.EventEnvelope;
import io.millrace.projections.Projection;
import io.millrace.projections.SourceSignal.CaughtUp;
import io.millrace.projections.SourceSignal.Subscribed;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.Optional;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.BooleanSupplier;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** What other threads fold ahead of the projector. */
class FoldedAheadTest {
    private final ScriptedSource source = new ScriptedSource();
    private final List<Runnable> others = new ArrayList<>();
    private final AtomicLong clock = new AtomicLong();
    private final AtomicInteger yields = new AtomicInteger();

    private Ahead ahead(Projection projection, int chunkEvents) {
        return ahead(projection, chunkEvents, 1_000_000);
    }

    private Ahead ahead(Projection projection, int chunkEvents, int batchSize) {
        return ahead(projection, batchSize, new HandlingAhead(others::add, 1, chunkEvents, 2), () -> true);
    }

    private Ahead ahead(Projection projection, int batchSize, HandlingAhead bounds, BooleanSupplier takesWhole) {
        Intake intake = new Intake(source, projection, QueueBounds.DEFAULT, () -> {});
        intake.open(Checkpoint.atStart(projection.name()));
        intake.askForMore();
        return new Ahead(intake, projection, bounds, () -> {}, () -> batchSize, takesWhole, this::yielding);
    }

    /** One whose clock goes on by a millisecond with each look. */
    private Yielding yielding() {
        return new Yielding(() -> clock.addAndGet(1_000_000), yields::incrementAndGet);
    }

    private static Ahead.Chunk nextFolded(Ahead ahead) {
        ahead.advance(0);
        return Objects.requireNonNull(ahead.foldedChunk(), "a chunk that was folded");
    }

    @Test
    void isTakenAChunkAtATime() {
        Ahead ahead = ahead(Views.PROJECTION, 4);
        IntStream.rangeClosed(1, 8).forEach(position -> source.say(Views.viewed(position, position % 2 + " viewer")));

        Ahead.Chunk chunk = nextFolded(ahead);

        assertThat(chunk.events()).extracting(EventEnvelope::position).containsExactly(at(1), at(2), at(3), at(4));
        assertThat(chunk.folded().rows()).isEqualTo(2);
        assertThat(chunk.folded().events()).isEqualTo(4);
        ahead.takeChunk();
        assertThat(nextFolded(ahead).first().position()).isEqualTo(at(5));
    }

    @ParameterizedTest
    @ValueSource(booleans = {true, false})
    void leavesTheProcessorToOthersMeanwhile(boolean folded) {
        Ahead ahead = ahead(counting, 1_000_000, new HandlingAhead(others::add, 1, 100, 2), () -> folded);
        IntStream.rangeClosed(1, 100).forEach(position -> source.say(Views.viewed(position, "1")));

        ahead.advance(0);

        assertThat(ahead.foldedChunk() != null).isEqualTo(folded);
        assertThat(handled).hasValue(100);
        assertThat(yields).hasValue(3);
    }

    @Test
    void endsWhereBatchesAreFull() {
        Ahead ahead = ahead(Views.PROJECTION, 4, 10);
        IntStream.rangeClosed(1, 20).forEach(position -> source.say(Views.viewed(position, "1")));
        List<Integer> sizes = new ArrayList<>();
        int inBatch = 3; // when reading begins
        for (int taken = 0; taken < 17; taken += sizes.get(sizes.size() - 1)) {
            ahead.advance(inBatch);
            int size = Objects.requireNonNull(ahead.foldedChunk()).events().size();
            ahead.takeChunk();
            sizes.add(size);
            inBatch = (inBatch + size) % 10;
        }

        assertThat(sizes).containsExactly(4, 3, 4, 3, 3);
    }

    private final AtomicInteger handled = new AtomicInteger();

    /** Views, counting the calls of its handler; which throws for one of "broken", and changes nothing for one of "nobody". */
    private final Projection counting = Projection.named(Views.PROJECTION.name())
            .into(Views.TABLE)
            .on("VideoViewed", Views.VideoViewed.class, (viewed, rows) -> {
                handled.incrementAndGet();
                if (viewed.viewer().equals("broken")) {
                    throw new IllegalStateException("no such viewer");
                }
                if (!viewed.viewer().equals("nobody")) {
                    rows.row(viewed.viewer()).increment("views", 1);
                }
            })
            .build();

    @Test
    void isFoldedHereWhereOthersDoNotHelpAndAWholeBatchWaits() {
        Ahead ahead = ahead(counting, 4, new HandlingAhead(others::add, 1_000, 1_000, 2), () -> true);
        IntStream.rangeClosed(1, 7).forEach(position -> source.say(Views.viewed(position, "1")));

        assertThat(nextFolded(ahead).events()).hasSize(4);
        assertThat(others).isEmpty();
        assertThat(handled).hasValue(4);
        ahead.takeChunk();

        ahead.advance(0); // three are no batch: they are taken one by one
        assertThat(ahead.foldedChunk()).isNull();
        assertThat(ahead.next()).isNotNull();
        assertThat(handled).hasValue(4);
    }

    @Test
    void isNotFoldedHereForABatchThatHasBegun() {
        Ahead ahead = ahead(counting, 4, new HandlingAhead(others::add, 1_000, 1_000, 2), () -> true);
        IntStream.rangeClosed(1, 8).forEach(position -> source.say(Views.viewed(position, "1")));

        ahead.advance(1);

        assertThat(ahead.foldedChunk()).isNull();
        assertThat(ahead.next()).isNotNull();
    }

    @Test
    void isFoldedHereInSeveralChunksForALargeBatch() {
        Ahead ahead = ahead(counting, 8, new HandlingAhead(others::add, 1_000, 4, 2), () -> true);
        IntStream.rangeClosed(1, 8).forEach(position -> source.say(Views.viewed(position, "1")));

        assertThat(nextFolded(ahead).events()).hasSize(4);
        ahead.takeChunk();
        ahead.advance(4);

        assertThat(Objects.requireNonNull(ahead.foldedChunk()).last().position())
                .isEqualTo(at(8));
    }

    @Test
    void isNotFoldedWhereBatchesDoNotTakeItAsAWhole() {
        Ahead ahead = ahead(counting, 4, new HandlingAhead(others::add, 1_000, 1_000, 2), () -> false);
        IntStream.rangeClosed(1, 4).forEach(position -> source.say(Views.viewed(position, "1")));

        ahead.advance(0);
        assertThat(ahead.foldedChunk()).isNull();
        for (int position = 1; position <= 4; position++) {
            ahead.advance(position - 1);
            assertThat(ahead.effectsOf((EventEnvelope) Objects.requireNonNull(ahead.next())))
                    .hasSize(1);
        }

        assertThat(handled).hasValue(4);
    }

    @Test
    void becomesTheBatchWithItsAgeWhereThatHoldsNothing() {
        AtomicLong nanos = new AtomicLong(5_000_000_000L);
        MemoryCommitter committer = new MemoryCommitter(counting.name());
        Projector projector = projector(committer, PoisonPolicy.STOP, nanos, 10, 2);
        IntStream.rangeClosed(1, 5).forEach(position -> source.say(Views.viewed(position, "1")));

        while (projector.step()) {}
        assertThat(committer.committed).isEmpty();
        nanos.addAndGet(FlushPolicy.DEFAULT.maxAge().toNanos() - 1);
        while (projector.step()) {}
        assertThat(committer.committed).isEmpty();
        nanos.incrementAndGet();
        while (projector.step()) {}

        assertThat(committer.committed).hasSize(1);
        assertThat(committer.value(Views.TABLE, "1", "views")).contains(5L);
    }

    @ParameterizedTest
    @CsvSource({"broken, 5, 1", "nobody, 6, 0"})
    void forgetsNothingOfWhatTheBatchLeftOutBefore(String viewer, int handledInAll, int skipped) {
        MemoryCommitter committer = new MemoryCommitter(counting.name());
        Projector projector = projector(committer, PoisonPolicy.SKIP, new AtomicLong(), 4, 2);
        source.say(Views.viewed(1, viewer));
        while (projector.step()) {}
        IntStream.rangeClosed(2, 6).forEach(position -> source.say(Views.viewed(position, "1")));
        source.say(new CaughtUp());
        while (projector.step()) {}

        assertThat(committer.value(Views.TABLE, "1", "views")).contains(5L);
        assertThat(projector.summary().handled()).isEqualTo(handledInAll);
        assertThat(projector.summary().skipped()).isEqualTo(skipped);
    }

    /** Whose chunks are folded at once, as if by another thread, and hold five events at most. */
    private Projector projector(
            MemoryCommitter committer, PoisonPolicy poison, AtomicLong nanos, int batchSize, int backlog) {
        Projector projector = new Projector(
                counting,
                source,
                committer,
                ProjectorOptions.DEFAULT
                        .withPoison(poison)
                        .withFlushPolicy(FlushPolicy.DEFAULT.withBatchSize(batchSize)),
                new Surroundings(Runnable::run, nanos::get, () -> Instant.EPOCH, () -> 0L, () -> {})
                        .withAhead(new HandlingAhead(Runnable::run, backlog, 5, 8)));
        while (projector.step()) {}
        source.say(new Subscribed(Optional.of(at(1_000))));
        while (projector.step()) {}
        return projector;
    }

    @Test
    void handlesNoEventTwiceForTheSakeOfABatchThatHasBegun() {
        MemoryCommitter committer = new MemoryCommitter(counting.name());
        Projector projector = projector(committer, PoisonPolicy.STOP, new AtomicLong(), 10, 4);
        IntStream.rangeClosed(1, 3).forEach(position -> source.say(Views.viewed(position, "1")));
        while (projector.step()) {}
        IntStream.rangeClosed(4, 60).forEach(position -> source.say(Views.viewed(position, "1")));
        while (projector.step()) {}

        assertThat(committer.committed)
                .hasSize(6)
                .allMatch(batch -> batch.events().size() == 10);
        assertThat(handled).hasValue(60);
    }

    @Test
    void isGivenOneByOneIfItIsNotTakenWhole() {
        Ahead ahead = ahead(Views.PROJECTION, 4);
        IntStream.rangeClosed(1, 4).forEach(position -> source.say(Views.viewed(position, "1")));
        nextFolded(ahead);

        for (int position = 1; position <= 4; position++) {
            ahead.advance(0);
            EventEnvelope next = (EventEnvelope) Objects.requireNonNull(ahead.next());
            assertThat(next.position()).isEqualTo(at(position));
            assertThat(ahead.effectsOf(next)).hasSize(1);
            assertThat(ahead.foldedChunk()).isNull();
        }
    }

    @Test
    void isNoChunkWithAnEventWhoseHandlerThrows() {
        Ahead ahead = ahead(Views.PROJECTION, 4);
        source.say(Views.viewed(1, "1"));
        source.say(Views.viewed(2, "broken"));

        ahead.advance(0);

        assertThat(ahead.foldedChunk()).isNull();
        assertThat(ahead.next()).isInstanceOf(EventEnvelope.class);
    }

    @Test
    void isNoMoreWhereEventsHardlyFoldUntilThatIsTriedAgain() {
        Ahead ahead = ahead(Views.PROJECTION, 64);
        IntStream.rangeClosed(1, 64 * 80).forEach(position -> source.say(Views.viewed(position, "viewer " + position)));
        nextFolded(ahead);
        ahead.takeChunk();
        int oneByOne = 0;
        for (ahead.advance(0); ahead.foldedChunk() == null; ahead.advance(0)) {
            assertThat(ahead.next()).isNotNull();
            oneByOne++;
        }

        // One more had been handed out already, and is whole again: then it is told once more.
        assertThat(oneByOne).isZero();
        ahead.takeChunk();
        for (ahead.advance(0); ahead.foldedChunk() == null; ahead.advance(0)) {
            assertThat(ahead.next()).isNotNull();
            oneByOne++;
        }
        assertThat(oneByOne).isBetween(64 * 64, 66 * 64);
    }
}
