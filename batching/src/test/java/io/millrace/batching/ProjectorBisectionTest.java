package io.millrace.batching;

import static io.millrace.batching.FlushReason.ISOLATION;
import static io.millrace.batching.Views.at;
import static io.millrace.batching.Views.viewed;
import static org.assertj.core.api.Assertions.assertThat;

import io.millrace.batching.ProjectorState.CatchingUp;
import io.millrace.batching.ProjectorState.Retrying;
import io.millrace.projections.SourceSignal.CheckpointReached;
import java.time.Duration;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** How the event is found that makes PostgreSQL refuse a batch. */
class ProjectorBisectionTest {
    private static final CommitOutcome.Rejected NUL =
            new CommitOutcome.Rejected("22021", "invalid byte sequence", new IllegalStateException("22021"));

    private static final CommitOutcome.TooSlow SLOW =
            new CommitOutcome.TooSlow("given up after 30 s", new IllegalStateException("57014"));

    @ParameterizedTest
    @ValueSource(longs = {1, 2, 50, 51, 63, 99, 100})
    void findsTheOneBadEventOfAHundredInLogarithmicallyManyFlushes(long bad) {
        ProjectorHarness projector = refusing(bad);

        projector.views(1, 100, "1");

        ProjectorFailureTest.assertFailedAt(projector, bad, "invalid byte sequence (SQLSTATE 22021)");
        assertThat(projector.viewsOf("1")).isEqualTo(bad == 1 ? Optional.empty() : Optional.of(bad - 1));
        assertThat(projector.checkpoint()).isEqualTo(bad == 1 ? Optional.empty() : Optional.of(at(bad - 1)));
        assertThat(projector.committer.attempts).hasSizeLessThanOrEqualTo(1 + 2 * 7);
    }

    @Test
    void commitsTheWaitingBatchOnlyAfterTheParts() {
        ProjectorHarness projector =
                ProjectorHarness.reading().flushesTakeTime().views(1, 150, "1");
        projector.committer.answer(NUL);
        projector.say(ProjectorHarness.CAUGHT_UP);

        projector.lands().lands().lands().lands();

        assertThat(projector.sizes()).containsExactly(50, 50, 50);
        assertThat(projector.reasons()).containsExactly(ISOLATION, ISOLATION, FlushReason.CAUGHT_UP);
        assertThat(projector.viewsOf("1")).contains(150L);
    }

    @Test
    void keepsAllPartsAndGoesOnIfTheyPassAlone() {
        ProjectorHarness projector = ProjectorHarness.reading();
        projector.committer.answer(NUL);

        projector.views(1, 99, "1").say(viewed(100, "nobody")).views(101, 201, "1");

        assertThat(projector.sizes()).containsExactly(50, 50, 100);
        assertThat(projector.projector.summary().handled()).isEqualTo(201);
        assertThat(projector.projector.state()).isEqualTo(new CatchingUp());
        assertThat(projector.viewsOf("1")).contains(200L);
        assertThat(projector.projector.summary().flushes(ISOLATION)).isEqualTo(2);
    }

    @Test
    void movesTheCheckpointWithTheLastPartToWhereTheWholeWasToMoveIt() {
        ProjectorHarness projector = ProjectorHarness.reading();
        projector.committer.answer(NUL);

        projector.views(1, 4, "1").say(new CheckpointReached(at(90)), ProjectorHarness.CAUGHT_UP);

        assertThat(projector.committer.committed.stream().map(Batch::checkpoint))
                .containsExactly(at(2), at(1_000_000));
    }

    @Test
    void redoesASumThatLeavesItsRangeOneAtATime() {
        ProjectorHarness projector = ProjectorHarness.live().say(viewed(1, "1", Long.MAX_VALUE));
        projector.flushesTakeTime().say(viewed(2, "2"));
        projector.say(viewed(3, "1", -5), viewed(4, "1", 5), viewed(5, "1", 1), viewed(6, "1", -1));

        projector.executor.immediate = true;
        projector.lands();

        assertThat(projector.viewsOf("1")).contains(Long.MAX_VALUE);
        assertThat(projector.checkpoint()).contains(at(4));
        ProjectorFailureTest.assertFailedAt(projector, 5, "22003");
    }

    @Test
    void takesApartOnWhatPassesWhenFoldedButNotAlone() {
        ProjectorHarness projector = ProjectorHarness.live().say(viewed(1, "1", Long.MAX_VALUE));
        projector.flushesTakeTime().say(viewed(2, "2"));
        projector.say(viewed(3, "1", 1), viewed(4, "1", -1));

        projector.executor.immediate = true;
        projector.lands();

        ProjectorFailureTest.assertFailedAt(projector, 3, "22003");
    }

    @Test
    void sendsAPartAgainWhileTheDatabaseIsAway() {
        ProjectorHarness projector = ProjectorHarness.reading();
        projector.committer.answer(NUL);
        projector.committer.answer(new CommitOutcome.Unavailable("away", new IllegalStateException("08006")));
        projector.views(1, 100, "1");
        assertThat(projector.projector.state()).isInstanceOf(Retrying.class);

        projector.passes(Duration.ofMillis(100));

        assertThat(projector.sizes()).containsExactly(50, 50);
    }

    @Test
    void sendsInHalvesWhatIsTooSlowUntilItPasses() {
        ProjectorHarness projector = ProjectorHarness.reading();
        for (int attempt = 0; attempt < 100; attempt++) {
            projector.committer.answer(
                    batch -> batch.events().size() > 30 ? SLOW : projector.committer.reallyCommit(batch));
        }

        projector.views(1, 100, "1");

        assertThat(projector.sizes()).containsExactly(25, 25, 25, 25);
        assertThat(projector.viewsOf("1")).contains(100L);
        assertThat(projector.projector.state()).isEqualTo(new CatchingUp());
    }

    @Test
    void neverBlamesASingleEventForBeingTooSlow() {
        ProjectorHarness projector = ProjectorHarness.live();
        projector.committer.answer(SLOW);
        projector.say(viewed(1, "1"));
        assertThat(projector.projector.state()).isEqualTo(new Retrying("given up after 30 s", projector.now()));

        projector.passes(Duration.ofMillis(100));

        assertThat(projector.sizes()).containsExactly(1);
    }

    /** A database that refuses this event, alone and in company. */
    private static ProjectorHarness refusing(long bad) {
        ProjectorHarness projector = ProjectorHarness.reading();
        for (int attempt = 0; attempt < 100; attempt++) {
            projector.committer.answer(batch -> batch.events().stream().anyMatch(event -> event.revision() == bad)
                    ? NUL
                    : projector.committer.reallyCommit(batch));
        }
        return projector;
    }
}
