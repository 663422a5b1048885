package io.millrace.batching;

import static io.millrace.batching.ProjectorHarness.CAUGHT_UP;
import static io.millrace.batching.Views.at;
import static io.millrace.batching.Views.viewed;
import static org.assertj.core.api.Assertions.assertThat;

import io.millrace.checkpoint.Checkpoint;
import io.millrace.projections.InMemoryReadModels;
import io.millrace.projections.SourceSignal.Subscribed;
import java.time.Duration;
import java.util.Optional;
import org.junit.jupiter.api.Test;

/** A projector without anything to do hears of what happens to its read model all the same. */
class CheckpointWatchTest {
    private static final Duration LONG_ENOUGH = Duration.ofSeconds(10);

    @Test
    void looksWhileThereIsNothingToFlush() {
        ProjectorHarness projector = ProjectorHarness.live().say(viewed(1, "1"));

        projector.passes(LONG_ENOUGH.minusNanos(1));
        assertThat(projector.committer.looks).isZero();

        projector.passes(Duration.ofNanos(1));
        assertThat(projector.committer.looks).isEqualTo(1);
        assertThat(projector.projector.nanosUntilDue()).isEqualTo(LONG_ENOUGH.toNanos());
    }

    @Test
    void aFlushTellsAsMuch() {
        ProjectorHarness projector = ProjectorHarness.live();
        projector.passes(Duration.ofSeconds(6)).say(viewed(1, "1")).passes(Duration.ofSeconds(6));

        assertThat(projector.committer.looks).isZero();
    }

    @Test
    void readsAgainWhatTheDatabaseLostWhileNothingHappened() {
        ProjectorHarness projector = ProjectorHarness.live().say(viewed(1, "1"));
        Checkpoint start = Checkpoint.atStart(Views.PROJECTION.name());
        projector.committer.startAt(start);
        projector.committer.tables = new InMemoryReadModels();
        projector.committer.lookAnswers.add(new CommitOutcome.WentBack(start));

        projector.passes(LONG_ENOUGH).say(new Subscribed(Optional.of(at(1))), viewed(1, "1"), CAUGHT_UP);

        assertThat(projector.source.requests).hasSize(2);
        assertThat(projector.viewsOf("1")).contains(1L);
        assertThat(projector.checkpoint()).contains(at(1));
    }

    @Test
    void isFencedWhileNothingHappens() {
        ProjectorHarness projector = ProjectorHarness.live().say(viewed(1, "1"));
        projector.committer.lookAnswers.add(new CommitOutcome.Fenced("another one"));

        projector.passes(LONG_ENOUGH);

        assertThat(projector.projector.state()).isEqualTo(new ProjectorState.Fenced("another one"));
    }

    @Test
    void saysThatTheDatabaseIsAwayAndThatItIsBack() {
        ProjectorHarness projector = ProjectorHarness.live().say(viewed(1, "1"));
        projector.committer.lookAnswers.add(new CommitOutcome.Unavailable("away", new IllegalStateException("away")));

        projector.passes(LONG_ENOUGH);
        assertThat(projector.projector.state()).isInstanceOf(ProjectorState.Retrying.class);

        projector.passes(Duration.ofMillis(100));
        assertThat(projector.projector.state()).isInstanceOf(ProjectorState.Live.class);
    }

    @Test
    void nothingIsFlushedWhileItLooks() {
        ProjectorHarness projector = ProjectorHarness.live().say(viewed(1, "1"));
        projector.flushesTakeTime().passes(LONG_ENOUGH).say(viewed(2, "1"));
        assertThat(projector.executor.waiting()).isEqualTo(1);

        projector.lands().lands();

        assertThat(projector.checkpoint()).contains(at(2));
    }
}
