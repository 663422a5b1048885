package io.millrace.batching;

import static io.millrace.batching.FlushReason.CHECKPOINT_ONLY;
import static io.millrace.batching.Views.at;
import static io.millrace.batching.Views.viewed;
import static org.assertj.core.api.Assertions.assertThat;

import io.millrace.batching.ProjectorState.Failed;
import io.millrace.checkpoint.Checkpoint;
import io.millrace.checkpoint.HandledEvent;
import io.millrace.checkpoint.Position;
import io.millrace.projections.SourceSignal.CheckpointReached;
import java.time.Duration;
import java.util.Optional;
import java.util.UUID;
import org.junit.jupiter.api.Test;

/** Where the checkpoint moves to, and how often. */
class ProjectorCheckpointTest {
    private static final Duration TEN_SECONDS = FlushPolicy.DEFAULT.checkpointOnlyEvery();

    @Test
    void beginsAfterTheCheckpoint() {
        MemoryCommitter committer = new MemoryCommitter("views-per-viewer");
        HandledEvent last = new HandledEvent(at(40), new UUID(0, 40));
        committer.startAt(new Checkpoint(
                "views-per-viewer", 3, Optional.of(at(42)), Optional.of(last), 7, Optional.empty(), Optional.empty()));
        ProjectorHarness projector = new ProjectorHarness(Views.PROJECTION, ProjectorOptions.DEFAULT, committer).run();

        assertThat(projector.source.requests).singleElement().satisfies(request -> {
            assertThat(request.afterExclusive()).contains(at(42));
            assertThat(request.lastHandled()).contains(last);
            assertThat(request.eventTypes()).containsExactly("VideoViewed");
        });
    }

    @Test
    void movesItOverUnhandledRangesAtMostOnceInTenSeconds() {
        ProjectorHarness projector = ProjectorHarness.reading().say(new CheckpointReached(at(500)));
        projector.passes(TEN_SECONDS.minusMillis(1));
        assertThat(projector.checkpoint()).isEmpty();

        projector.passes(Duration.ofMillis(1)).say(new CheckpointReached(at(600)));
        assertThat(projector.checkpoint()).contains(at(500));

        projector.passes(TEN_SECONDS);
        assertThat(projector.checkpoint()).contains(at(600));
        assertThat(projector.reasons()).containsExactly(CHECKPOINT_ONLY, CHECKPOINT_ONLY);
        assertThat(projector.committer.committed)
                .allMatch(batch -> batch.changes().isEmpty());
    }

    @Test
    void doesNotMoveItWhereItIsAlready() {
        ProjectorHarness projector = ProjectorHarness.reading().say(new CheckpointReached(at(500)));

        projector.passes(TEN_SECONDS).passes(TEN_SECONDS).stops();

        assertThat(projector.reasons()).containsExactly(CHECKPOINT_ONLY);
    }

    @Test
    void countsTenSecondsFromAnyMove() {
        ProjectorHarness projector = ProjectorHarness.live().passes(TEN_SECONDS.minusSeconds(1));
        projector.say(viewed(1, "1"), new CheckpointReached(at(5))).passes(Duration.ofSeconds(9));
        projector.say(new CheckpointReached(at(9)));

        assertThat(projector.checkpoint()).contains(at(5));
        assertThat(projector.passes(Duration.ofSeconds(1)).checkpoint()).contains(at(9));
    }

    @Test
    void movesItToTheHeadThatTheStoreHadWhenCaughtUp() {
        ProjectorHarness projector = ProjectorHarness.reading(FlushPolicy.DEFAULT, 900)
                .views(1, 3, "1")
                .say(ProjectorHarness.CAUGHT_UP);

        assertThat(projector.checkpoint()).contains(at(900));
        assertThat(projector.reasons()).containsExactly(FlushReason.CAUGHT_UP);
    }

    @Test
    void movesItAloneToTheHeadWhenNothingWasHandled() {
        ProjectorHarness projector =
                ProjectorHarness.reading(FlushPolicy.DEFAULT, 900).say(ProjectorHarness.CAUGHT_UP);
        assertThat(projector.checkpoint()).isEmpty();

        assertThat(projector.passes(TEN_SECONDS).checkpoint()).contains(at(900));
    }

    @Test
    void movesItAloneWhenStopped() {
        ProjectorHarness projector = ProjectorHarness.live()
                .say(viewed(1, "1"), new CheckpointReached(at(70)))
                .views(80, 80, "nobody");

        projector.stops();

        assertThat(projector.checkpoint()).contains(at(80));
        assertThat(projector.reasons()).containsExactly(FlushReason.LIVE, CHECKPOINT_ONLY);
    }

    @Test
    void coversTheUnhandledRangeAfterTheLastEventOfABatch() {
        ProjectorHarness projector = ProjectorHarness.reading().views(1, 5, "1").say(new CheckpointReached(at(77)));

        projector.passes(Duration.ofSeconds(1));

        Batch batch = projector.committer.committed.get(0);
        assertThat(batch.checkpoint()).isEqualTo(at(77));
        assertThat(batch.lastHandled()).contains(new HandledEvent(at(5), new UUID(0, 5)));
    }

    @Test
    void coversTheUnhandledRangeAfterAFullBatch() {
        ProjectorHarness projector = ProjectorHarness.reading().views(1, 99, "1");

        projector.say(viewed(100, "1"), new CheckpointReached(at(177)), viewed(180, "1"));

        assertThat(projector.checkpoint()).contains(at(177));
    }

    @Test
    void neverMovesItBack() {
        ProjectorHarness projector = ProjectorHarness.reading(FlushPolicy.DEFAULT, 50)
                .views(100, 199, "1")
                .say(new CheckpointReached(Position.inLog(199, 0)), ProjectorHarness.CAUGHT_UP);

        projector.passes(TEN_SECONDS).stops();

        assertThat(projector.checkpoint()).contains(at(199));
        assertThat(projector.committer.attempts).hasSize(1);
    }

    @Test
    void countsMovesAloneApart() {
        ProjectorHarness projector = ProjectorHarness.live().say(viewed(1, "1"), new CheckpointReached(at(500)));
        projector.say(new CheckpointReached(at(600))).passes(TEN_SECONDS).stops();

        ProjectorSummary summary = projector.projector.summary();
        assertThat(summary.batches()).isEqualTo(1);
        assertThat(summary.statements()).isEqualTo(2);
        assertThat(summary.roundTrips()).isEqualTo(1);
        assertThat(summary.checkpointOnly()).isEqualTo(1);
        assertThat(summary.flushes(FlushReason.LIVE)).isEqualTo(1);
        assertThat(summary.flushes(CHECKPOINT_ONLY)).isEqualTo(1);
        assertThat(summary.checkpoint()).contains(at(600));
    }

    @Test
    void failsWhenAnEventComesTwice() {
        ProjectorHarness projector = ProjectorHarness.reading().views(1, 5, "1").say(viewed(5, "1"));

        assertFailedOutOfOrder(projector, 5);
    }

    @Test
    void failsWhenAnEventComesAfterALaterOne() {
        ProjectorHarness projector = ProjectorHarness.reading().views(3, 7, "1").say(viewed(4, "1"), viewed(8, "1"));

        assertFailedOutOfOrder(projector, 7);
    }

    @Test
    void failsWhenAnEventComesWithinARangeThatHasNone() {
        ProjectorHarness projector =
                ProjectorHarness.reading().views(1, 5, "1").say(new CheckpointReached(at(9)), viewed(9, "1"));

        assertFailedOutOfOrder(projector, 9);
    }

    @Test
    void failsWhenAnEventComesThatTheCheckpointCovers() {
        MemoryCommitter committer = new MemoryCommitter("views-per-viewer");
        committer.startAt(new Checkpoint(
                "views-per-viewer", 1, Optional.of(at(42)), Optional.empty(), 7, Optional.empty(), Optional.empty()));
        ProjectorHarness projector = new ProjectorHarness(Views.PROJECTION, ProjectorOptions.DEFAULT, committer).run();

        projector.say(viewed(42, "1"));

        assertThat(projector.projector.state()).isInstanceOf(Failed.class);
        assertThat(committer.attempts).isEmpty();
    }

    private static void assertFailedOutOfOrder(ProjectorHarness projector, long committedUpTo) {
        assertThat(projector.projector.state())
                .isInstanceOfSatisfying(
                        Failed.class,
                        failed -> assertThat(failed.cause())
                                .hasMessageContaining("expected an event after everything that was read: read=")
                                .hasMessageContaining("came event VideoViewed video-"));
        assertThat(projector.checkpoint()).contains(at(committedUpTo));
        assertThat(projector.viewsOf("1")).contains(5L);
        assertThat(projector.source.closed).isTrue();
    }
}
