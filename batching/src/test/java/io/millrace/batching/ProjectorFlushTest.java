package io.millrace.batching;

import static io.millrace.batching.FlushReason.CAUGHT_UP;
import static io.millrace.batching.FlushReason.LIVE;
import static io.millrace.batching.FlushReason.SIZE;
import static io.millrace.batching.Views.at;
import static io.millrace.batching.Views.viewed;
import static org.assertj.core.api.Assertions.assertThat;

import io.millrace.batching.ProjectorState.CatchingUp;
import io.millrace.batching.ProjectorState.Live;
import io.millrace.projections.SourceSignal.FellBehind;
import java.time.Duration;
import org.junit.jupiter.api.Test;

/** When batches go out, and what is in them. */
class ProjectorFlushTest {

    @Test
    void flushesEveryHundredHandledEventsWhileCatchingUp() {
        ProjectorHarness projector = ProjectorHarness.reading().views(1, 250, "1");

        assertThat(projector.sizes()).containsExactly(100, 100);
        assertThat(projector.reasons()).containsExactly(SIZE, SIZE);
        assertThat(projector.viewsOf("1")).contains(200L);
        assertThat(projector.checkpoint()).contains(at(200));
    }

    @Test
    void foldsABatchToOneChangePerRow() {
        ProjectorHarness projector = ProjectorHarness.reading();
        for (int position = 1; position <= 100; position++) {
            projector.source.say(viewed(position, String.valueOf(position % 3)));
        }
        projector.run();

        ChangeSet changes = projector.committer.committed.get(0).changes();
        assertThat(changes.rows()).isEqualTo(3);
        assertThat(changes.changesIn()).isEqualTo(100);
    }

    @Test
    void flushesWhatIsLeftWhenCaughtUpAndIsLive() {
        ProjectorHarness projector =
                ProjectorHarness.reading().views(1, 130, "1").say(ProjectorHarness.CAUGHT_UP);

        assertThat(projector.sizes()).containsExactly(100, 30);
        assertThat(projector.reasons()).containsExactly(SIZE, CAUGHT_UP);
        assertThat(projector.states).containsExactly(new CatchingUp(), new Live());
    }

    @Test
    void flushesNothingWhenCaughtUpWithNothingFolded() {
        ProjectorHarness projector = ProjectorHarness.reading()
                .views(1, 100, "1")
                .say(ProjectorHarness.CAUGHT_UP, ProjectorHarness.CAUGHT_UP);

        assertThat(projector.sizes()).containsExactly(100);
    }

    @Test
    void flushesEachLiveEventAtOnce() {
        ProjectorHarness projector = ProjectorHarness.live();
        for (int position = 1; position <= 3; position++) {
            projector.say(viewed(position, "2"));
        }

        assertThat(projector.sizes()).containsExactly(1, 1, 1);
        assertThat(projector.reasons()).containsExactly(LIVE, LIVE, LIVE);
    }

    @Test
    void liveEventsRightAfterAFlushWaitAsLongAsThatTook() {
        Duration took = Duration.ofNanos(300_000);
        ProjectorHarness projector =
                ProjectorHarness.live().flushesTake(took).say(viewed(1, "2")).say(viewed(2, "2"));
        assertThat(projector.sizes()).containsExactly(1);
        assertThat(projector.projector.isResting()).isTrue();
        assertThat(projector.projector.nanosUntilDue()).isEqualTo(took.toNanos());

        projector.passes(took.minusNanos(1)).say(viewed(3, "2"));
        assertThat(projector.sizes()).containsExactly(1);

        projector.passes(Duration.ofNanos(1));
        assertThat(projector.sizes()).containsExactly(1, 2);
        assertThat(projector.reasons()).containsExactly(LIVE, LIVE);
    }

    @Test
    void whereSeveralCameTheNextOnesWaitAsLongAsThoseWouldHaveTakenOneByOne() {
        Duration took = Duration.ofNanos(300_000);
        ProjectorHarness projector =
                ProjectorHarness.live().flushesTake(took).say(viewed(1, "2")).views(2, 4, "2");
        projector.flushesTake(took).passes(took).say(viewed(5, "2"));
        assertThat(projector.sizes()).containsExactly(1, 3);
        assertThat(projector.projector.nanosUntilDue()).isEqualTo(3 * took.toNanos());

        projector.passes(took.multipliedBy(3));
        assertThat(projector.sizes()).containsExactly(1, 3, 1);
    }

    @Test
    void noLiveEventWaitsLongerForOthersThanFiveMilliseconds() {
        ProjectorHarness projector = ProjectorHarness.live()
                .flushesTake(Duration.ofMillis(500))
                .say(viewed(1, "2"))
                .say(viewed(2, "2"));
        assertThat(projector.projector.nanosUntilDue())
                .isEqualTo(Duration.ofMillis(5).toNanos());

        projector.passes(Duration.ofMillis(5));
        assertThat(projector.sizes()).containsExactly(1, 1);
    }

    @Test
    void aLiveEventThatComesLaterIsShownAtOnce() {
        ProjectorHarness projector = ProjectorHarness.live()
                .flushesTake(Duration.ofMillis(1))
                .say(viewed(1, "2"))
                .passes(Duration.ofMillis(1))
                .say(viewed(2, "2"));

        assertThat(projector.sizes()).containsExactly(1, 1);
    }

    @Test
    void aFullBatchWaitsForNoOtherEvents() {
        ProjectorHarness projector = ProjectorHarness.live()
                .flushesTake(Duration.ofMillis(1))
                .say(viewed(1, "2"))
                .views(2, 101, "2");

        assertThat(projector.sizes()).containsExactly(1, 100);
    }

    @Test
    void letsLiveEventsWaitForEachOtherIfToldTo() {
        ProjectorHarness projector = ProjectorHarness.reading(
                        FlushPolicy.DEFAULT.withLiveWithin(Duration.ofSeconds(5)), 0)
                .say(ProjectorHarness.CAUGHT_UP, viewed(1, "2"))
                .passes(Duration.ofSeconds(3))
                .say(viewed(2, "2"));
        assertThat(projector.projector.nanosUntilDue())
                .isEqualTo(Duration.ofSeconds(2).toNanos());
        assertThat(projector.sizes()).isEmpty();

        projector.passes(Duration.ofSeconds(2));

        assertThat(projector.sizes()).containsExactly(2);
        assertThat(projector.reasons()).containsExactly(LIVE);
    }

    @Test
    void sendsLiveEventsThatPiledUpDuringAFlushTogether() {
        ProjectorHarness projector = ProjectorHarness.live().flushesTakeTime();
        projector.say(viewed(1, "2")).views(2, 41, "2");
        assertThat(projector.executor.waiting()).isEqualTo(1);

        projector.lands().lands();

        assertThat(projector.sizes()).containsExactly(1, 40);
        assertThat(projector.reasons()).containsExactly(LIVE, LIVE);
        assertThat(projector.projector.state()).isEqualTo(new Live());
    }

    @Test
    void catchesUpAgainWhenFullBatchesWaitForTheOneUnderWay() {
        ProjectorHarness projector = ProjectorHarness.live().flushesTakeTime();
        projector.say(viewed(1, "2")).views(2, 250, "2");

        assertThat(projector.projector.state()).isEqualTo(new CatchingUp());
    }

    @Test
    void isLiveAgainOnceWhatCameMeanwhileIsFoldedThoughTheStoreDoesNotSaySo() {
        ProjectorHarness projector = ProjectorHarness.live().flushesTakeTime();
        projector.say(viewed(1, "2")).views(2, 150, "2");

        projector.lands().lands().lands().say(viewed(151, "2")).lands();

        assertThat(projector.sizes()).containsExactly(1, 100, 49, 1);
        assertThat(projector.reasons()).containsExactly(LIVE, SIZE, CAUGHT_UP, LIVE);
        assertThat(projector.projector.state()).isEqualTo(new Live());
    }

    @Test
    void catchesUpAgainWhenTheStoreSaysThatItFellBehind() {
        ProjectorHarness projector =
                ProjectorHarness.live().say(new FellBehind()).views(1, 3, "1");

        assertThat(projector.committer.committed).isEmpty();
        assertThat(projector.projector.state()).isEqualTo(new CatchingUp());

        projector.say(ProjectorHarness.CAUGHT_UP);
        assertThat(projector.sizes()).containsExactly(3);
    }

    @Test
    void flushesWhatIsOlderThanASecond() {
        ProjectorHarness projector = ProjectorHarness.reading().views(1, 2, "1");
        projector.passes(Duration.ofMillis(600)).views(3, 3, "1").passes(Duration.ofMillis(399));
        assertThat(projector.committer.committed).isEmpty();

        projector.passes(Duration.ofMillis(1));

        assertThat(projector.sizes()).containsExactly(3);
        assertThat(projector.reasons()).containsExactly(FlushReason.AGE);
    }

    @Test
    void fillsABatchBeforeItFlushesItForItsAge() {
        ProjectorHarness projector =
                ProjectorHarness.reading().flushesTakeTime().views(1, 160, "1");
        projector.passes(Duration.ofSeconds(5));
        for (int position = 161; position <= 200; position++) {
            projector.source.say(viewed(position, "1"));
        }

        projector.lands().lands();

        assertThat(projector.sizes()).containsExactly(100, 100);
    }

    @Test
    void flushesWhenTheEventsHaveFourMebibytes() {
        ProjectorHarness projector = ProjectorHarness.reading();
        for (int position = 1; position <= 5; position++) {
            projector.say(Views.large(position, 1 << 20));
        }

        assertThat(projector.sizes()).containsExactly(4);
        assertThat(projector.reasons()).containsExactly(FlushReason.BYTES);
    }

    @Test
    void foldsTwoBatchesWhileOneIsUnderWayAndNoMore() {
        ProjectorHarness projector =
                ProjectorHarness.reading().flushesTakeTime().views(1, 450, "1");

        assertThat(projector.executor.waiting()).isEqualTo(1);
        assertThat(projector.projector.summary().events()).isEqualTo(300);

        projector.lands();
        assertThat(projector.sizes()).containsExactly(100);
        assertThat(projector.projector.summary().events()).isEqualTo(400);
    }

    @Test
    void passesOverAnEventThatChangesNothing() {
        ProjectorHarness projector = ProjectorHarness.live().say(viewed(1, "nobody"));
        assertThat(projector.committer.committed).isEmpty();

        projector.say(viewed(2, "1"));

        Batch batch = projector.committer.committed.get(0);
        assertThat(batch.events()).hasSize(1);
        assertThat(batch.checkpoint()).isEqualTo(at(2));
        assertThat(projector.projector.summary().handled()).isEqualTo(2);
    }
}
