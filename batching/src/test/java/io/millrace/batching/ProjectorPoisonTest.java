package io.millrace.batching;

import static io.millrace.batching.Views.at;
import static io.millrace.batching.Views.viewed;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.millrace.batching.ParkedRetry.Result;
import io.millrace.batching.PoisonPolicy.OnPoison;
import io.millrace.batching.ProjectorState.CatchingUp;
import io.millrace.batching.ProjectorState.Failed;
import io.millrace.batching.ProjectorState.Live;
import io.millrace.projections.EventFailedException;
import io.millrace.projections.Projection;
import io.millrace.projections.SourceSignal.Subscribed;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.ValueSource;

/**
 * What a projector does about events that cannot be handled, as its options say. The events at positions that differ by
 * seven are of one stream.
 */
class ProjectorPoisonTest {

    @Test
    void parksAnEventThatThrowsAndWhatFollowsItInItsStream() {
        ProjectorHarness projector = reading(PoisonPolicy.PARK)
                .say(viewed(1, "1"), viewed(2, "broken"), viewed(3, "1"), viewed(9, "1"), viewed(16, "broken"))
                .say(viewed(17, "1"), ProjectorHarness.CAUGHT_UP);

        assertThat(projector.viewsOf("1")).contains(3L);
        assertThat(parked(projector)).containsExactly(2L, 9L, 16L);
        assertThat(projector.committer.parkedEvents.get(0).poison().error())
                .hasValueSatisfying(error -> assertThat(error)
                        .contains("views-per-viewer", "event VideoViewed video-2#2 at 2/2", "no such viewer"));
        assertThat(projector.committer.parkedEvents.get(1).poison().error()).isEmpty();
        assertThat(projector.sizes()).as("all in one flush").containsExactly(3);
        assertThat(projector.projector.summary().parked()).isEqualTo(3);
        assertThat(projector.projector.summary().handled()).isEqualTo(3);
        assertThat(projector.projector.state()).isEqualTo(new Live());
    }

    @Test
    void leavesOutNothingButTheEventIfItSkips() {
        ProjectorHarness projector = reading(PoisonPolicy.SKIP)
                .say(viewed(1, "1"), viewed(2, "broken"), viewed(9, "1"), ProjectorHarness.CAUGHT_UP);

        assertThat(projector.viewsOf("1")).contains(2L);
        assertThat(projector.committer.parkedEvents).isEmpty();
        assertThat(projector.projector.summary().skipped()).isEqualTo(1);
    }

    @Test
    void showsALiveParkedEventAtOnce() {
        ProjectorHarness projector =
                reading(PoisonPolicy.PARK).say(ProjectorHarness.CAUGHT_UP).say(viewed(2, "broken"));

        assertThat(parked(projector)).containsExactly(2L);
        assertThat(projector.checkpoint()).contains(at(2));
    }

    @ParameterizedTest
    @ValueSource(longs = {1, 2, 50, 51, 63, 99, 100})
    void findsTheRefusedEventInLogarithmicallyManyFlushesAndParksIt(long bad) {
        ProjectorHarness projector = reading(PoisonPolicy.PARK);
        projector.committer.refuses = event -> event.revision() == bad;

        projector.views(1, 100, "1");

        List<Long> stream = new ArrayList<>();
        for (long position = bad; position <= 100; position += 7) {
            stream.add(position);
        }
        assertThat(parked(projector)).isEqualTo(stream);
        assertThat(projector.viewsOf("1")).contains(100L - stream.size());
        assertThat(projector.checkpoint()).contains(at(100));
        assertThat(projector.committer.attempts).hasSizeLessThanOrEqualTo(2 + 2 * 7);
    }

    @Test
    void findsEachOfSeveralRefusedEventsInLogarithmicallyManyFlushes() {
        ProjectorHarness projector = reading(PoisonPolicy.SKIP);
        Set<Long> bad = Set.of(3L, 40L, 41L, 77L, 100L);
        projector.committer.refuses = event -> bad.contains(event.revision());

        projector.views(1, 100, "1");

        assertThat(projector.viewsOf("1")).contains(95L);
        assertThat(projector.projector.summary().skipped()).isEqualTo(5);
        assertThat(projector.projector.summary().handled()).isEqualTo(95);
        assertThat(projector.committer.attempts).hasSizeLessThanOrEqualTo(1 + 5 * 2 * 7);
    }

    @Test
    void foldsAnewWhatWasFoldedOfAStreamThatIsParkedMeanwhile() {
        ProjectorHarness projector = reading(PoisonPolicy.PARK).flushesTakeTime();
        projector.committer.refuses = event -> event.revision() == 100;
        projector.views(1, 150, "1");

        projector.executor.immediate = true;
        projector.lands().say(ProjectorHarness.CAUGHT_UP);

        assertThat(parked(projector)).containsExactly(100L, 107L, 114L, 121L, 128L, 135L, 142L, 149L);
        assertThat(projector.viewsOf("1")).contains(142L);
        assertThat(projector.source.requests).hasSize(1);
    }

    @Test
    void putsASingleRefusedEventAside() {
        ProjectorHarness projector = reading(PoisonPolicy.PARK).say(ProjectorHarness.CAUGHT_UP);
        projector.committer.refuses = event -> event.revision() == 1;

        projector.say(viewed(1, "1")).say(viewed(2, "1"));

        assertThat(parked(projector)).containsExactly(1L);
        assertThat(projector.committer.parkedEvents.get(0).poison().error())
                .hasValueSatisfying(error -> assertThat(error).contains("check constraint (SQLSTATE 23514)"));
        assertThat(projector.viewsOf("1")).contains(1L);
    }

    @ParameterizedTest
    @EnumSource(names = {"SKIP", "PARK", "PARK_ALONE"})
    void stopsAtOneMoreThrowingEventInARowThanItMayPutAsideAndNamesThem(OnPoison onPoison) {
        ProjectorHarness projector = reading(new PoisonPolicy(onPoison, 3)).views(1, 10, "1");

        for (long position = 11; position <= 20; position++) {
            projector.say(viewed(position, "broken"));
        }

        assertStoppedAt14(projector);
    }

    @ParameterizedTest
    @EnumSource(names = {"SKIP", "PARK", "PARK_ALONE"})
    void stopsAtOneMoreRefusedEventInARowThanItMayPutAsideAndNamesThem(OnPoison onPoison) {
        ProjectorHarness projector = reading(new PoisonPolicy(onPoison, 3));
        projector.committer.refuses = event -> event.revision() > 10;

        projector.views(1, 100, "1");

        assertStoppedAt14(projector);
    }

    private static void assertStoppedAt14(ProjectorHarness projector) {
        ProjectorFailureTest.assertFailedAt(projector, 14, "in a row (max-parked=3)");
        assertThat(((Failed) projector.projector.state()).cause())
                .hasMessageContaining("video-4#11 at 11/11")
                .hasMessageContaining("video-5#12 at 12/12")
                .hasMessageContaining("video-6#13 at 13/13");
        assertThat(projector.viewsOf("1")).contains(10L);
        assertThat(projector.checkpoint()).contains(at(13));
    }

    @Test
    void countsARowOverARestart() {
        ProjectorHarness before = reading(PoisonPolicy.PARK.withMaxParked(3))
                .say(viewed(1, "1"), viewed(2, "broken"), viewed(3, "broken"), ProjectorHarness.CAUGHT_UP);
        assertThat(before.projector.state()).isEqualTo(new Live());

        ProjectorHarness after =
                goingOn(before, PoisonPolicy.PARK.withMaxParked(3)).say(viewed(4, "broken"), viewed(5, "broken"));

        ProjectorFailureTest.assertFailedAt(after, 5, "after event VideoViewed video-2#2 at 2/2");
    }

    @Test
    void putsAnyNumberAsideIfOthersAreHandledBetweenThem() {
        ProjectorHarness projector = reading(PoisonPolicy.SKIP.withMaxParked(1));

        for (long position = 1; position <= 500; position += 2) {
            projector.say(viewed(position, "broken"), viewed(position + 1, "1"));
        }

        assertThat(projector.projector.state()).isEqualTo(new CatchingUp());
        assertThat(projector.projector.summary().skipped()).isGreaterThanOrEqualTo(200);
    }

    @ParameterizedTest
    @EnumSource
    void whateverThePolicyIsLaterEventsOfAParkedStreamFollowAfterARestart(OnPoison onPoison) {
        ProjectorHarness before = reading(PoisonPolicy.PARK).say(viewed(2, "broken"), ProjectorHarness.CAUGHT_UP);

        ProjectorHarness after = goingOn(before, new PoisonPolicy(onPoison, 10))
                .say(viewed(3, "1"), viewed(9, "1"), ProjectorHarness.CAUGHT_UP);

        assertThat(parked(after)).containsExactly(2L, 9L);
        assertThat(after.viewsOf("1")).contains(1L);
    }

    @Test
    void goesOnWithAStreamOnceItIsRetried() {
        ProjectorHarness before = reading(PoisonPolicy.PARK)
                .say(viewed(2, "broken"), viewed(9, "1"), viewed(16, "1"), ProjectorHarness.CAUGHT_UP);
        ParkedRetry retry =
                new ParkedRetry(Views.PROJECTION, before.committer, before.committer, PoisonPolicy.PARK, time -> {});
        retry.discard(List.of(1L));

        Result result = retry.retry("video-2");

        assertThat(result.settled()).isEqualTo(2);
        assertThat(before.checkpoint()).contains(at(16));
        ProjectorHarness after = goingOn(before, PoisonPolicy.PARK).say(viewed(23, "1"), ProjectorHarness.CAUGHT_UP);
        assertThat(parked(after)).isEmpty();
        assertThat(after.viewsOf("1")).contains(3L);
    }

    @Test
    void keepsWhatFailsAgainWithItsNewErrorAndWhatFollowsIt() {
        ProjectorHarness projector = reading(PoisonPolicy.PARK)
                .say(viewed(2, "broken"), viewed(9, "1"), viewed(16, "1"), viewed(23, "1"), ProjectorHarness.CAUGHT_UP);
        ParkedRetry retry = new ParkedRetry(
                Views.PROJECTION, projector.committer, projector.committer, PoisonPolicy.PARK, time -> {});
        retry.discard(List.of(1L));
        projector.committer.refuses = event -> event.revision() == 16;

        Result result = retry.retry("video-2");

        assertThat(result.settled()).isEqualTo(1);
        assertThat(result.failed()).hasSize(1);
        assertThat(parked(projector)).containsExactly(16L, 23L);
        assertThat(projector.committer.parkedEvents.get(0).poison().error())
                .hasValueSatisfying(error -> assertThat(error).contains("SQLSTATE 23514"));
        assertThat(projector.committer.parkedEvents.get(0).retries()).isEqualTo(1);
        assertThat(projector.viewsOf("1")).contains(1L);
    }

    @Test
    void parksAloneWithoutWhatFollows() {
        ProjectorHarness projector =
                reading(PoisonPolicy.PARK_ALONE).say(viewed(2, "broken"), viewed(9, "1"), ProjectorHarness.CAUGHT_UP);

        assertThat(parked(projector)).containsExactly(2L);
        assertThat(projector.viewsOf("1")).contains(1L);
    }

    @Test
    void parksAloneAfterARestartToo() {
        ProjectorHarness before = reading(PoisonPolicy.PARK_ALONE).say(viewed(2, "broken"), ProjectorHarness.CAUGHT_UP);

        ProjectorHarness after =
                goingOn(before, PoisonPolicy.PARK_ALONE).say(viewed(9, "1"), ProjectorHarness.CAUGHT_UP);

        assertThat(parked(after)).containsExactly(2L);
        assertThat(after.viewsOf("1")).contains(1L);
    }

    @Test
    void eventsFollowOneThatWasParkedAloneOnceThatIsNotThePolicyAnyMore() {
        ProjectorHarness before = reading(PoisonPolicy.PARK_ALONE).say(viewed(2, "broken"), ProjectorHarness.CAUGHT_UP);
        ProjectorHarness between = goingOn(before, PoisonPolicy.PARK).say(viewed(9, "1"), ProjectorHarness.CAUGHT_UP);

        ProjectorHarness after =
                goingOn(between, PoisonPolicy.PARK_ALONE).say(viewed(16, "1"), ProjectorHarness.CAUGHT_UP);

        assertThat(parked(after)).containsExactly(2L, 9L, 16L);
        assertThat(after.viewsOf("1")).isEmpty();
    }

    @Test
    void aRetryStopsAtAChangeThatDoesNotCommuteIfEventsAreParkedAlone() {
        boolean[] mended = {false};
        Projection lastTimes = Projection.named("last-times")
                .into(Views.TABLE)
                .on("VideoViewed", Views.VideoViewed.class, (viewed, rows) -> {
                    if (viewed.viewer().equals("broken") && !mended[0]) {
                        throw new IllegalStateException("no such viewer");
                    }
                    rows.row("1").set("views", viewed.times());
                })
                .build();
        ProjectorHarness projector =
                new ProjectorHarness(lastTimes, ProjectorOptions.DEFAULT.withPoison(PoisonPolicy.PARK_ALONE)).run();
        projector.say(new Subscribed(Optional.of(at(100))), viewed(2, "broken"), ProjectorHarness.CAUGHT_UP);
        mended[0] = true;
        ParkedRetry retry = new ParkedRetry(
                lastTimes, projector.committer, projector.committer, PoisonPolicy.PARK_ALONE, time -> {});

        assertThatThrownBy(() -> retry.retry("video-2"))
                .isInstanceOf(ProjectorException.class)
                .hasMessageContaining("expected changes that commute");

        assertThat(parked(projector)).containsExactly(2L);
        assertThat(projector.committer.parkedEvents.get(0).retries()).isZero();
        assertThat(projector.viewsOf("1")).isEmpty();
    }

    @Test
    void stopsAtAChangeThatDoesNotCommuteIfItParksAlone() {
        Projection lastTimes = Projection.named("last-times")
                .into(Views.TABLE)
                .on("VideoViewed", Views.VideoViewed.class, (viewed, rows) -> {
                    if (viewed.times() > 1) {
                        rows.row(viewed.viewer()).set("views", viewed.times());
                    } else {
                        rows.row(viewed.viewer()).increment("views", 1);
                    }
                })
                .build();
        ProjectorHarness projector =
                new ProjectorHarness(lastTimes, ProjectorOptions.DEFAULT.withPoison(PoisonPolicy.PARK_ALONE)).run();
        projector.say(new Subscribed(Optional.of(at(100))), viewed(1, "1"), viewed(2, "1", 5), viewed(3, "1"));

        assertThat(projector.projector.state())
                .isInstanceOfSatisfying(
                        Failed.class,
                        failed -> assertThat(failed.cause())
                                .hasMessageContaining("event VideoViewed video-2#2 at 2/2")
                                .hasMessageContaining("expected changes that commute")
                                .hasMessageContaining("column views of viewer_views"));
        assertThat(projector.viewsOf("1")).contains(1L);
        assertThat(projector.committer.parkedEvents).isEmpty();
    }

    @Test
    void neverBlamesAnEventForTroubleOfTheSurroundings() {
        ProjectorHarness projector = reading(PoisonPolicy.PARK);
        projector.committer.answer(
                new CommitOutcome.Failed("table is gone (SQLSTATE 42P01)", new IllegalStateException("42P01")));

        projector.views(1, 100, "1");

        assertThat(projector.projector.state()).isInstanceOf(Failed.class);
        assertThat(((Failed) projector.projector.state()).cause()).isNotInstanceOf(EventFailedException.class);
        assertThat(projector.committer.attempts).hasSize(1);
        assertThat(projector.committer.parkedEvents).isEmpty();
    }

    private static ProjectorHarness reading(PoisonPolicy policy) {
        return begin(new ProjectorHarness(Views.PROJECTION, ProjectorOptions.DEFAULT.withPoison(policy)));
    }

    /** Another projector, at the database of one that is no more. */
    private static ProjectorHarness goingOn(ProjectorHarness before, PoisonPolicy policy) {
        return begin(
                new ProjectorHarness(Views.PROJECTION, ProjectorOptions.DEFAULT.withPoison(policy), before.committer));
    }

    private static ProjectorHarness begin(ProjectorHarness projector) {
        return projector.run().say(new Subscribed(Optional.of(at(0))));
    }

    private static List<Long> parked(ProjectorHarness projector) {
        return projector.committer.parkedEvents.stream()
                .map(parked -> parked.poison().event().revision())
                .toList();
    }
}
