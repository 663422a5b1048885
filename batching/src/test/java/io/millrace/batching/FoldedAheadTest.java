package io.millrace.batching;

import static io.millrace.batching.Views.at;
import static org.assertj.core.api.Assertions.assertThat;

import io.millrace.checkpoint.Checkpoint;
import io.millrace.projections.EventEnvelope;
import io.millrace.projections.Projection;
import io.millrace.projections.SourceSignal.Subscribed;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.Optional;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

/** What other threads fold ahead of the projector. */
class FoldedAheadTest {
    private final ScriptedSource source = new ScriptedSource();
    private final List<Runnable> others = new ArrayList<>();

    private Ahead ahead(Projection projection, int chunkEvents) {
        return ahead(projection, chunkEvents, 1_000_000);
    }

    private Ahead ahead(Projection projection, int chunkEvents, int batchSize) {
        Intake intake = new Intake(source, projection, QueueBounds.DEFAULT, () -> {});
        intake.open(Checkpoint.atStart(projection.name()));
        intake.askForMore();
        return new Ahead(
                intake, projection, new HandlingAhead(others::add, 1, chunkEvents, 2), () -> {}, () -> batchSize);
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

    @Test
    void handlesNoEventTwiceForTheSakeOfABatchThatHasBegun() {
        AtomicInteger handled = new AtomicInteger();
        Projection counting = Projection.named(Views.PROJECTION.name())
                .into(Views.TABLE)
                .on("VideoViewed", Views.VideoViewed.class, (viewed, rows) -> {
                    handled.incrementAndGet();
                    rows.row(viewed.viewer()).increment("views", 1);
                })
                .build();
        MemoryCommitter committer = new MemoryCommitter(counting.name());
        Projector projector = new Projector(
                counting,
                source,
                committer,
                ProjectorOptions.DEFAULT.withFlushPolicy(FlushPolicy.DEFAULT.withBatchSize(10)),
                new Surroundings(Runnable::run, () -> 0, () -> Instant.EPOCH, () -> 0L, () -> {})
                        .withAhead(new HandlingAhead(Runnable::run, 4, 5, 8)));
        while (projector.step()) {}
        source.say(new Subscribed(Optional.of(at(1_000))));
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
