package io.millrace.batching;

import static io.millrace.batching.Views.at;
import static org.assertj.core.api.Assertions.assertThat;

import io.millrace.checkpoint.Checkpoint;
import io.millrace.projections.SourceSignal.Subscribed;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** The full batch that waits behind the one under way. */
class ProjectorFollowerTest {
    /** Reading history, with 100 events under way, 100 that follow, and 50 folded. */
    private static ProjectorHarness twoBatchesAndAHalf() {
        return ProjectorHarness.reading().flushesTakeTime().views(1, 250, "1");
    }

    @Test
    void isSentTheMomentThatTheOneBeforeItIsCommittedWithoutTheProjectorsThread() {
        ProjectorHarness projector = twoBatchesAndAHalf();

        projector.executor.runOne();
        projector.executor.runOne();

        assertThat(projector.sizes()).containsExactly(100, 100);
        assertThat(projector.checkpoint()).contains(at(200));
    }

    @Test
    void wakesNobodyUpWhenItIsSentAsItIsLookedForOften() {
        ProjectorHarness projector = ProjectorHarness.reading()
                .flushesTakeTime()
                .flushesTake(Duration.ofNanos(900_000))
                .views(1, 350, "1");
        assertThat(projector.projector.nanosUntilDue()).isEqualTo(50_000); // nobody knows yet how long flushes take
        int before = projector.wakeUps;

        projector.executor.runOne();
        assertThat(projector.wakeUps).isEqualTo(before);
        projector.run();
        assertThat(projector.projector.nanosUntilDue()).isEqualTo(300_000);
        projector.passes(Duration.ofSeconds(6)); // this one takes longer
        assertThat(projector.projector.nanosUntilDue()).isEqualTo(2_000_000_000);

        projector.executor.runOne();
        assertThat(projector.wakeUps).isEqualTo(before);
        projector.executor.runOne(); // nothing follows the third
        assertThat(projector.wakeUps).isEqualTo(before + 1);
        assertThat(projector.sizes()).containsExactly(100, 100, 100);
    }

    static Stream<CommitOutcome> notCommitted() {
        return Stream.of(
                new CommitOutcome.Unavailable("away", new IllegalStateException("cause")),
                new CommitOutcome.Rejected("22003", "out of range", new IllegalStateException("cause")),
                new CommitOutcome.TooSlow("statement timeout", new IllegalStateException("cause")),
                new CommitOutcome.WentBack(Checkpoint.atStart("views-per-viewer")),
                new CommitOutcome.Fenced("process 7 holds it"),
                new CommitOutcome.Failed("no such table", new IllegalStateException("cause")));
    }

    @ParameterizedTest
    @MethodSource("notCommitted")
    void isNotSentWhenTheOneBeforeItIsNotCommitted(CommitOutcome outcome) {
        ProjectorHarness projector = twoBatchesAndAHalf();
        projector.committer.answer(outcome);

        projector.executor.runOne();

        assertThat(projector.executor.waiting()).isZero();
        assertThat(projector.committer.committed).isEmpty();
    }

    @Test
    void isSentOnceTheOneBeforeItWasSentAgain() {
        ProjectorHarness projector = twoBatchesAndAHalf();
        projector.committer.answer(new CommitOutcome.Unavailable("away", new IllegalStateException("cause")));
        projector.lands().passes(Duration.ofMillis(100));

        projector.executor.runOne();
        projector.executor.runOne();

        assertThat(projector.sizes()).containsExactly(100, 100);
    }

    @Test
    void isFoldedAgainBehindTheHalvesOfTheOneBeforeIt() {
        ProjectorHarness projector = twoBatchesAndAHalf();
        projector.committer.answer(new CommitOutcome.TooSlow("statement timeout", new IllegalStateException("cause")));

        projector.lands().lands().lands();
        assertThat(projector.sizes()).containsExactly(50, 50);

        projector.lands().say(ProjectorHarness.CAUGHT_UP).lands();
        assertThat(projector.sizes()).containsExactly(50, 50, 100, 50);
        assertThat(projector.viewsOf("1")).contains(250L);
        assertThat(projector.projector.summary().handled()).isEqualTo(250);
    }

    @Test
    void followsAnEventOfItsStreamThatWasParkedInTheOneBeforeIt() {
        ProjectorHarness projector = new ProjectorHarness(
                        Views.PROJECTION, ProjectorOptions.DEFAULT.withPoison(PoisonPolicy.PARK))
                .run()
                .say(new Subscribed(Optional.of(at(250))))
                .flushesTakeTime();
        projector.committer.refuses = event -> event.position().equals(at(100));
        projector.views(1, 250, "1");

        while (projector.executor.waiting() > 0) {
            projector.lands();
        }
        projector.say(ProjectorHarness.CAUGHT_UP);
        while (projector.executor.waiting() > 0) {
            projector.lands();
        }

        // Every seventh event is of that stream.
        assertThat(projector.committer.parkedEvents).hasSize(22);
        assertThat(projector.viewsOf("1")).contains(228L);
        assertThat(projector.checkpoint()).contains(at(250));
    }

    @Test
    void isReadAgainWhereTheDatabaseWentBack() {
        ProjectorHarness projector = twoBatchesAndAHalf();
        projector.committer.answer(new CommitOutcome.WentBack(Checkpoint.atStart("views-per-viewer")));
        projector.lands();
        assertThat(projector.source.requests).hasSize(2);

        projector.say(new Subscribed(Optional.of(at(250)))).views(1, 250, "1").say(ProjectorHarness.CAUGHT_UP);
        while (projector.executor.waiting() > 0) {
            projector.lands();
        }

        assertThat(projector.viewsOf("1")).contains(250L);
    }

    @Test
    void isNotSentAnyMoreOnceTheProjectorIsFenced() {
        ProjectorHarness projector = twoBatchesAndAHalf();

        projector.projector.fence("another has the lease");
        projector.run();
        projector.executor.runOne();

        assertThat(projector.executor.waiting()).isZero();
        assertThat(projector.sizes()).containsExactly(100);
    }

    @Test
    void ofManyBytesIsTheLastThatIsFoldedUntilTheOneBeforeItIsCommitted() {
        ProjectorHarness projector = ProjectorHarness.reading(FlushPolicy.DEFAULT.withBatchSize(2), 1_000, 128L << 20)
                .flushesTakeTime();
        for (int position = 1; position <= 6; position++) {
            projector.say(Views.large(position, 1 << 20));
        }

        assertThat(projector.projector.summary().events()).isEqualTo(4);

        projector.executor.runOne();
        projector.run();
        assertThat(projector.projector.summary().events()).isEqualTo(6);
    }

    @Test
    void leavesRoomForAThirdWhereTheHeapHasRoomForTheirBytes() {
        ProjectorHarness projector = ProjectorHarness.reading(FlushPolicy.DEFAULT.withBatchSize(2), 1_000, 3L << 30)
                .flushesTakeTime();
        for (int position = 1; position <= 8; position++) {
            projector.say(Views.large(position, 1 << 20));
        }

        assertThat(projector.projector.summary().events()).isEqualTo(6);
    }

    @Test
    void isToldOfOnceItIsKnownToBeOnItsWay() {
        List<String> told = new ArrayList<>();
        ProjectorHarness projector =
                new ProjectorHarness(Views.PROJECTION, ProjectorOptions.DEFAULT, new ProjectorListener() {
                    @Override
                    public void flushed(Batch batch, int attempt) {
                        told.add("flushed " + batch.number() + "/" + attempt);
                    }

                    @Override
                    public void committed(Batch batch, CommitOutcome.Committed outcome, Duration took) {
                        told.add("committed " + batch.number());
                    }
                });
        projector.run().say(new Subscribed(Optional.of(at(1_000))));
        projector.flushesTakeTime().views(1, 250, "1");

        projector.lands().lands();

        assertThat(told).containsExactly("flushed 1/1", "committed 1", "flushed 2/1", "committed 2");
        assertThat(projector.projector.summary().checkpoint()).contains(at(200));
    }
}
