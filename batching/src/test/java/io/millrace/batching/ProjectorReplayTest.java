package io.millrace.batching;

import static io.millrace.batching.Views.at;
import static io.millrace.batching.Views.viewed;
import static org.assertj.core.api.Assertions.assertThat;

import io.millrace.batching.ProjectorOptions.Until;
import io.millrace.batching.ProjectorState.Stopped;
import io.millrace.checkpoint.Checkpoint;
import io.millrace.projections.EventSourceException;
import io.millrace.projections.SourceSignal.CheckpointReached;
import io.millrace.projections.SourceSignal.Interrupted;
import io.millrace.projections.SourceSignal.Subscribed;
import java.util.Optional;
import org.junit.jupiter.api.Test;

/** How a projector ends at the head that the store had when reading began. */
class ProjectorReplayTest {

    @Test
    void endsWhenTheHeadWasHandedOn() {
        ProjectorHarness projector = replaying(130).views(1, 131, "1");

        assertThat(projector.viewsOf("1")).contains(130L);
        assertThat(projector.checkpoint()).contains(at(130));
        assertThat(projector.projector.state()).isEqualTo(new Stopped());
        assertThat(projector.source.closed).isTrue();
        assertThat(projector.projector.summary())
                .isEqualTo(new ProjectorSummary(
                        130,
                        130,
                        2,
                        4,
                        2,
                        0,
                        Optional.of(at(130)),
                        java.util.Map.of(FlushReason.SIZE, 1L, FlushReason.CAUGHT_UP, 1L),
                        0,
                        0,
                        100));
    }

    @Test
    void leavesOutAnEventBeyondTheHead() {
        ProjectorHarness projector = replaying(130).views(1, 120, "1").views(135, 136, "1");

        assertThat(projector.viewsOf("1")).contains(120L);
        assertThat(projector.projector.state()).isEqualTo(new Stopped());
    }

    @Test
    void endsWhenCaughtUp() {
        ProjectorHarness projector = replaying(130).views(1, 120, "1").say(ProjectorHarness.CAUGHT_UP);

        assertThat(projector.viewsOf("1")).contains(120L);
        assertThat(projector.checkpoint()).contains(at(130));
        assertThat(projector.projector.state()).isEqualTo(new Stopped());
    }

    @Test
    void endsWhenTheUnhandledRangeReachesTheHead() {
        ProjectorHarness projector = replaying(130).views(1, 120, "1").say(new CheckpointReached(at(130)));

        assertThat(projector.projector.state()).isEqualTo(new Stopped());
        assertThat(projector.checkpoint()).contains(at(130));
    }

    @Test
    void endsAtOnceWhereTheStoreIsEmpty() {
        ProjectorHarness projector = notYetSubscribed().say(new Subscribed(Optional.empty()));

        assertThat(projector.projector.state()).isEqualTo(new Stopped());
        assertThat(projector.committer.attempts).isEmpty();
    }

    @Test
    void endsAtOnceWhereTheCheckpointIsAtTheHead() {
        MemoryCommitter committer = new MemoryCommitter("views-per-viewer");
        committer.startAt(new Checkpoint(
                "views-per-viewer", 1, Optional.of(at(130)), Optional.empty(), 7, Optional.empty(), Optional.empty()));
        ProjectorHarness projector = new ProjectorHarness(
                        Views.PROJECTION, ProjectorOptions.DEFAULT.withUntil(Until.FIRST_HEAD), committer)
                .run();

        projector.say(new Subscribed(Optional.of(at(130))));

        assertThat(projector.projector.state()).isEqualTo(new Stopped());
        assertThat(committer.attempts).isEmpty();
    }

    @Test
    void keepsTheFirstHeadOverAnInterruption() {
        ProjectorHarness projector = replaying(130)
                .views(1, 10, "1")
                .say(new Interrupted(new EventSourceException(EventSourceException.Kind.UNREACHABLE, "lost")))
                .say(new Subscribed(Optional.of(at(500))))
                .views(11, 140, "1");

        assertThat(projector.checkpoint()).contains(at(130));
        assertThat(projector.projector.state()).isEqualTo(new Stopped());
    }

    @Test
    void doesNotEndWhenItFollowsTheStore() {
        ProjectorHarness projector = ProjectorHarness.reading(FlushPolicy.DEFAULT, 5)
                .views(1, 5, "1")
                .say(ProjectorHarness.CAUGHT_UP)
                .say(viewed(6, "1"));

        assertThat(projector.projector.hasEnded()).isFalse();
        assertThat(projector.viewsOf("1")).contains(6L);
    }

    private static ProjectorHarness notYetSubscribed() {
        return new ProjectorHarness(Views.PROJECTION, ProjectorOptions.DEFAULT.withUntil(Until.FIRST_HEAD)).run();
    }

    private static ProjectorHarness replaying(long head) {
        return notYetSubscribed().say(new Subscribed(Optional.of(at(head))));
    }
}
