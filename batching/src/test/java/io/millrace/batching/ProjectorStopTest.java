package io.millrace.batching;

import static io.millrace.batching.Views.at;
import static io.millrace.batching.Views.viewed;
import static org.assertj.core.api.Assertions.assertThat;

import io.millrace.batching.ProjectorState.Failed;
import io.millrace.batching.ProjectorState.Fenced;
import io.millrace.batching.ProjectorState.Retrying;
import io.millrace.batching.ProjectorState.Stopped;
import java.time.Duration;
import org.junit.jupiter.api.Test;

/** How a projector comes to its end when it is asked to. */
class ProjectorStopTest {
    private static final CommitOutcome UNAVAILABLE =
            new CommitOutcome.Unavailable("away", new IllegalStateException("08006"));

    @Test
    void commitsWhatIsFolded() {
        ProjectorHarness projector =
                ProjectorHarness.reading().views(1, 130, "1").stops();

        assertThat(projector.sizes()).containsExactly(100, 30);
        assertThat(projector.reasons()).containsExactly(FlushReason.SIZE, FlushReason.SHUTDOWN);
        assertThat(projector.projector.state()).isEqualTo(new Stopped());
        assertThat(projector.source.closed).isTrue();
    }

    @Test
    void awaitsTheBatchUnderWay() {
        ProjectorHarness projector =
                ProjectorHarness.reading().flushesTakeTime().views(1, 130, "1").stops();
        assertThat(projector.projector.hasEnded()).isFalse();

        projector.lands().lands();

        assertThat(projector.sizes()).containsExactly(100, 30);
        assertThat(projector.projector.state()).isEqualTo(new Stopped());
    }

    @Test
    void readsNoMoreFromThenOn() {
        ProjectorHarness projector =
                ProjectorHarness.reading().flushesTakeTime().views(1, 350, "1").stops();

        projector.lands().lands().lands();

        assertThat(projector.checkpoint()).contains(at(300));
        assertThat(projector.projector.state()).isEqualTo(new Stopped());
    }

    @Test
    void sendsABatchAgainUntilTheDeadline() {
        ProjectorHarness projector = ProjectorHarness.live();
        projector.committer.answer(UNAVAILABLE);
        projector.committer.answer(UNAVAILABLE);
        projector.say(viewed(1, "1")).stops();
        assertThat(projector.projector.state()).isInstanceOf(Retrying.class);

        projector.passes(Duration.ofMillis(100)).passes(Duration.ofMillis(200));

        assertThat(projector.viewsOf("1")).contains(1L);
        assertThat(projector.projector.state()).isEqualTo(new Stopped());
    }

    @Test
    void stopsAtTheDeadlineWithoutABatchThatCannotBeCommitted() {
        ProjectorHarness projector =
                ProjectorHarness.live().flushesTakeTime().say(viewed(1, "1")).stops();

        projector.passes(Duration.ofMillis(9_999));
        assertThat(projector.projector.hasEnded()).isFalse();
        projector.passes(Duration.ofMillis(1));

        assertThat(projector.projector.state()).isEqualTo(new Stopped());
        assertThat(projector.projector.summary().handled()).isZero();
    }

    @Test
    void saysWhetherItHasLeftABatchUnderWay() {
        ProjectorHarness heard = ProjectorHarness.reading().views(1, 130, "1").stops();
        ProjectorHarness unheard =
                ProjectorHarness.live().flushesTakeTime().say(viewed(1, "1")).stops();
        ProjectorHarness unknown = ProjectorHarness.live();
        unknown.committer.answer(UNAVAILABLE);
        unknown.say(viewed(1, "1"));

        unheard.passes(Duration.ofSeconds(10));
        unknown.projector.fence("the lease is not ours any more");
        unknown.run();

        assertThat(heard.projector.hasLeftBatchUnderWay()).isFalse();
        assertThat(unheard.projector.hasLeftBatchUnderWay()).isTrue();
        assertThat(unknown.projector.hasLeftBatchUnderWay()).isTrue();
    }

    @Test
    void hasLeftNothingUnderWayWhereItEndsForWhatPostgresqlRefuses() {
        ProjectorHarness projector = ProjectorHarness.reading();
        projector.committer.refuses = event -> event.revision() == 2;

        projector.views(1, 100, "1");

        assertThat(projector.projector.state()).isInstanceOf(Failed.class);
        assertThat(projector.projector.hasLeftBatchUnderWay()).isFalse();
    }

    @Test
    void fencedItEndsAtOnceAndDropsWhatItHasFolded() {
        ProjectorHarness projector = ProjectorHarness.reading().views(1, 130, "1");

        projector.projector.fence("the lease is not ours any more");
        projector.passes(Duration.ofSeconds(2));

        assertThat(projector.sizes()).containsExactly(100);
        assertThat(projector.projector.state()).isEqualTo(new Fenced("the lease is not ours any more"));
        assertThat(projector.source.closed).isTrue();
    }

    @Test
    void stopsBeforeItHasBegun() {
        ProjectorHarness projector = new ProjectorHarness(Views.PROJECTION, ProjectorOptions.DEFAULT).stops();

        assertThat(projector.projector.state()).isEqualTo(new Stopped());
        assertThat(projector.source.requests).isEmpty();
    }

    @Test
    void hasFailedWhenItWasAboutToFailBeforeItWasStopped() {
        ProjectorHarness projector =
                ProjectorHarness.reading().flushesTakeTime().say(viewed(1, "1"), viewed(2, "broken"));

        projector.stops().lands();

        assertThat(projector.projector.state()).isInstanceOf(Failed.class);
        assertThat(projector.checkpoint()).contains(at(1));
    }

    @Test
    void doesNothingMoreOnceItHasEnded() {
        ProjectorHarness projector = ProjectorHarness.reading().stops();

        projector.source.say(viewed(1, "1"));

        assertThat(projector.projector.step()).isFalse();
        assertThat(projector.committer.attempts).isEmpty();
    }
}
