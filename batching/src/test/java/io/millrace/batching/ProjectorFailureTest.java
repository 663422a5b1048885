package io.millrace.batching;

import static io.millrace.batching.Views.at;
import static io.millrace.batching.Views.viewed;
import static org.assertj.core.api.Assertions.assertThat;

import io.millrace.batching.ProjectorState.CatchingUp;
import io.millrace.batching.ProjectorState.Failed;
import io.millrace.batching.ProjectorState.Fenced;
import io.millrace.batching.ProjectorState.Live;
import io.millrace.batching.ProjectorState.Retrying;
import io.millrace.batching.ProjectorState.Stopped;
import io.millrace.checkpoint.Checkpoint;
import io.millrace.projections.EventFailedException;
import io.millrace.projections.EventSourceException;
import io.millrace.projections.EventSourceException.Kind;
import io.millrace.projections.SourceSignal;
import io.millrace.projections.SourceSignal.Interrupted;
import io.millrace.projections.SourceSignal.Subscribed;
import java.time.Duration;
import java.time.Instant;
import java.util.Optional;
import org.junit.jupiter.api.Test;

/** What a projector does about an event, a database or a store that fails it. */
class ProjectorFailureTest {
    private static final CommitOutcome UNAVAILABLE =
            new CommitOutcome.Unavailable("no answer from db:5432", new IllegalStateException("connection refused"));

    @Test
    void commitsWhatPrecedesAnEventThatFailsToFoldAndNamesIt() {
        ProjectorHarness projector =
                ProjectorHarness.reading().views(1, 105, "1").say(viewed(106, "broken"), viewed(107, "1"));

        assertThat(projector.sizes()).containsExactly(100, 5);
        assertThat(projector.reasons()).containsExactly(FlushReason.SIZE, FlushReason.ISOLATION);
        assertThat(projector.checkpoint()).contains(at(105));
        assertFailedAt(projector, 106, "no such viewer");
    }

    @Test
    void awaitsTheBatchUnderWayBeforeItFails() {
        ProjectorHarness projector =
                ProjectorHarness.reading().flushesTakeTime().views(1, 105, "1").say(viewed(106, "broken"));
        assertThat(projector.projector.state()).isEqualTo(new CatchingUp());
        assertThat(projector.source.closed).isTrue();

        projector.lands();
        assertThat(projector.projector.state()).isEqualTo(new CatchingUp());

        projector.lands();
        assertThat(projector.sizes()).containsExactly(100, 5);
        assertFailedAt(projector, 106, "no such viewer");
    }

    @Test
    void leavesNoChangeOfAHandlerThatThrew() {
        ProjectorHarness projector = ProjectorHarness.live().say(viewed(1, "1"), viewed(2, "broken"));

        assertThat(projector.viewsOf("1")).contains(1L);
    }

    @Test
    void commitsNothingWhenTheFirstEventFailsToFold() {
        ProjectorHarness projector = ProjectorHarness.reading().say(viewed(1, "broken"));

        assertThat(projector.committer.attempts).isEmpty();
        assertFailedAt(projector, 1, "no such viewer");
    }

    @Test
    void beginsTheNextBatchWithAnEventThatCannotShareTheOneBefore() {
        ProjectorHarness projector = ProjectorHarness.reading()
                .say(viewed(1, "1", Long.MIN_VALUE), viewed(2, "2"), viewed(3, "1", -1), viewed(4, "1", 7));

        assertThat(projector.sizes()).containsExactly(2);
        assertThat(projector.checkpoint()).contains(at(2));
    }

    @Test
    void sendsTheSameBatchAgainAfterABackOffWhileTheDatabaseIsAway() {
        ProjectorHarness projector = ProjectorHarness.live();
        Instant since = projector.now();
        projector.committer.answer(UNAVAILABLE);
        projector.committer.answer(UNAVAILABLE);
        projector.say(viewed(1, "1"));
        assertThat(projector.projector.state()).isEqualTo(new Retrying("no answer from db:5432", since));
        assertThat(projector.committer.attempts).hasSize(1);

        projector.passes(Duration.ofMillis(99));
        assertThat(projector.committer.attempts).hasSize(1);
        projector.passes(Duration.ofMillis(1));
        assertThat(projector.committer.attempts).hasSize(2);
        projector.passes(Duration.ofMillis(199));
        assertThat(projector.projector.state()).isEqualTo(new Retrying("no answer from db:5432", since));

        projector.passes(Duration.ofMillis(1));
        assertThat(projector.committer.attempts).hasSize(3).containsOnly(projector.committer.attempts.get(0));
        assertThat(projector.projector.state()).isEqualTo(new Live());
        assertThat(projector.viewsOf("1")).contains(1L);
    }

    @Test
    void beginsWithAShortDelayAgainOnceTheDatabaseWasBack() {
        ProjectorHarness projector = ProjectorHarness.live();
        projector.committer.answer(UNAVAILABLE);
        projector.committer.answer(UNAVAILABLE);
        projector.say(viewed(1, "1")).passes(Duration.ofMillis(100)).passes(Duration.ofMillis(200));

        projector.committer.answer(UNAVAILABLE);
        projector.say(viewed(2, "1")).passes(Duration.ofMillis(100));

        assertThat(projector.viewsOf("1")).contains(2L);
    }

    @Test
    void foldsTwoBatchesAndNoMoreWhileTheDatabaseIsAway() {
        ProjectorHarness projector = ProjectorHarness.live();
        projector.committer.answer(UNAVAILABLE);
        projector.say(viewed(1, "1")).views(2, 300, "1");
        assertThat(projector.projector.summary().events()).isEqualTo(201);

        projector.passes(Duration.ofMillis(100)).say(ProjectorHarness.CAUGHT_UP);

        assertThat(projector.sizes()).containsExactly(1, 100, 100, 99);
        assertThat(projector.viewsOf("1")).contains(300L);
    }

    @Test
    void isFencedAndDropsTheBatchWhenAnotherWriterMovedTheCheckpoint() {
        ProjectorHarness projector =
                ProjectorHarness.reading().flushesTakeTime().views(1, 250, "1");
        projector.committer.answer(new CommitOutcome.Fenced("process 7 on other holds it"));

        projector.lands();

        assertThat(projector.projector.state()).isEqualTo(new Fenced("process 7 on other holds it"));
        assertThat(projector.source.closed).isTrue();
        assertThat(projector.executor.waiting()).isZero();
        assertThat(projector.committer.attempts).hasSize(1);
    }

    @Test
    void isFencedWithoutBeingLiveInBetweenWhenTheDatabaseIsBack() {
        ProjectorHarness projector = ProjectorHarness.live();
        projector.committer.answer(UNAVAILABLE);
        projector.committer.answer(new CommitOutcome.Fenced("process 7 on other holds it"));

        projector.say(viewed(1, "1")).passes(Duration.ofMillis(100));

        assertThat(projector.states.subList(2, projector.states.size()).stream().map(ProjectorState::label))
                .containsExactly("RETRYING", "FENCED");
    }

    @Test
    void readsAgainFromWhereTheDatabaseWentBackTo() {
        ProjectorHarness projector = ProjectorHarness.live().say(viewed(1, "1"), viewed(2, "1"), viewed(3, "1"));
        Checkpoint back = new Checkpoint(
                "views-per-viewer", 1, Optional.of(at(1)), Optional.empty(), 1, Optional.empty(), Optional.empty());
        projector.flushesTakeTime().say(viewed(4, "1"), viewed(5, "1"));
        projector.committer.answer(batch -> {
            projector.committer.startAt(back);
            return new CommitOutcome.WentBack(back);
        });

        projector.lands();

        assertThat(projector.source.requests).hasSize(2);
        assertThat(projector.source.requests.get(1).afterExclusive()).contains(at(1));
        assertThat(projector.projector.state()).isEqualTo(new CatchingUp());
        assertThat(projector.executor.waiting()).isZero();

        projector
                .say(new Subscribed(Optional.of(at(5))))
                .views(2, 5, "1")
                .say(ProjectorHarness.CAUGHT_UP)
                .lands();
        Batch again = projector.committer.committed.get(projector.committer.committed.size() - 1);
        assertThat(again.events()).hasSize(4);
        assertThat(projector.checkpoint()).contains(at(5));
    }

    @Test
    void doesNotMoveTheCheckpointOverWhatWasLostWhenItStops() {
        ProjectorHarness projector = ProjectorHarness.live().flushesTakeTime().say(viewed(1, "1"), viewed(2, "1"));
        Checkpoint back = Checkpoint.atStart("views-per-viewer");
        projector.committer.answer(new CommitOutcome.WentBack(back));

        projector.stops().lands();

        assertThat(projector.projector.state()).isEqualTo(new Stopped());
        assertThat(projector.committer.attempts).hasSize(1);
        assertThat(projector.projector.summary().checkpoint()).isEmpty();
    }

    @Test
    void failsWhenTryingAgainDoesNotHelp() {
        ProjectorHarness projector = ProjectorHarness.live();
        projector.committer.answer(
                new CommitOutcome.Failed("permission denied for table views", new IllegalStateException("42501")));

        projector.say(viewed(1, "1"));

        assertThat(projector.projector.state())
                .isInstanceOfSatisfying(
                        Failed.class,
                        failed -> assertThat(failed.cause()).hasMessage("permission denied for table views"));
    }

    @Test
    void failsWhenTheCommitterThrows() {
        ProjectorHarness projector = ProjectorHarness.live();
        projector.committer.answer(batch -> {
            throw new StackOverflowError("deep");
        });

        projector.say(viewed(1, "1"));

        assertThat(projector.projector.state())
                .isInstanceOfSatisfying(
                        Failed.class,
                        failed -> assertThat(failed.cause())
                                .hasMessageContaining("deep")
                                .hasRootCauseInstanceOf(StackOverflowError.class));
    }

    @Test
    void failsWhenTheSourceCannotBeSubscribed() {
        IllegalStateException broken = new IllegalStateException("no such source");
        ProjectorHarness projector =
                new ProjectorHarness(Views.PROJECTION, ProjectorOptions.DEFAULT, new MemoryCommitter("v"));
        projector.source.refuses = broken;

        projector.run();

        assertThat(projector.projector.state()).isEqualTo(new Failed(broken));
    }

    @Test
    void retriesWhileTheStoreIsAwayAndCatchesUpOnceItIsBack() {
        ProjectorHarness projector = ProjectorHarness.live();
        Instant since = projector.now();
        projector
                .say(interrupted("connection lost"))
                .passes(Duration.ofSeconds(3))
                .say(interrupted("refused"));
        assertThat(projector.projector.state()).isEqualTo(new Retrying("refused", since));

        projector.say(new Subscribed(Optional.of(at(9))));
        assertThat(projector.projector.state()).isEqualTo(new CatchingUp());

        projector.views(1, 3, "1");
        assertThat(projector.committer.attempts).isEmpty();
        projector.say(ProjectorHarness.CAUGHT_UP);
        assertThat(projector.sizes()).containsExactly(3);
        assertThat(projector.projector.state()).isEqualTo(new Live());
    }

    @Test
    void isRetryingUntilBothStoreAndDatabaseAreBack() {
        ProjectorHarness projector = ProjectorHarness.live();
        projector.committer.answer(UNAVAILABLE);
        projector.say(viewed(1, "1"), interrupted("connection lost"));
        assertThat(projector.projector.state()).isEqualTo(new Retrying("no answer from db:5432", projector.now()));

        Instant since = projector.now();
        projector.passes(Duration.ofMillis(100));

        assertThat(projector.projector.state()).isEqualTo(new Retrying("connection lost", since));
    }

    @Test
    void commitsWhatIsFoldedWhenReadingEndsForGood() {
        EventSourceException denied = new EventSourceException(Kind.DENIED, "wrong password");
        ProjectorHarness projector = ProjectorHarness.reading().views(1, 5, "1").say(new SourceSignal.Failed(denied));

        assertThat(projector.sizes()).containsExactly(5);
        assertThat(projector.projector.state()).isEqualTo(new Failed(denied));
    }

    private static Interrupted interrupted(String cause) {
        return new Interrupted(new EventSourceException(Kind.UNREACHABLE, cause));
    }

    static void assertFailedAt(ProjectorHarness projector, long position, String reason) {
        assertThat(projector.projector.state())
                .isInstanceOfSatisfying(
                        Failed.class,
                        failed -> assertThat(failed.cause())
                                .isInstanceOfSatisfying(EventFailedException.class, event -> {
                                    assertThat(event.stream()).isEqualTo("video-" + position % 7);
                                    assertThat(event.revision()).isEqualTo(position);
                                    assertThat(event.position()).isEqualTo(at(position));
                                })
                                .hasMessageContaining(
                                        "event VideoViewed video-" + position % 7 + "#" + position + " at ")
                                .hasMessageContaining(reason));
    }
}
