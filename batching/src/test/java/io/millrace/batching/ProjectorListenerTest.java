package io.millrace.batching;

import static io.millrace.batching.Views.viewed;
import static org.assertj.core.api.Assertions.assertThat;

import io.millrace.batching.ProjectorState.Failed;
import io.millrace.batching.ProjectorState.Live;
import io.millrace.projections.SourceSignal.Subscribed;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.Test;

class ProjectorListenerTest {

    @Test
    void seesEachStepInTheOrderInWhichABatchGoesThroughThem() {
        List<String> seen = new ArrayList<>();
        ProjectorHarness projector = reading(writingDown(seen));
        projector.committer.answer(new CommitOutcome.Unavailable("away", new IllegalStateException("08006")));

        projector.say(ProjectorHarness.CAUGHT_UP, viewed(1, "1"), viewed(2, "2"));
        projector
                .flushesTakeTime()
                .passes(Duration.ofMillis(100))
                .passes(Duration.ofMillis(40))
                .lands();

        assertThat(seen)
                .containsExactly(
                        "CATCHING_UP",
                        "LIVE",
                        "received 2 events",
                        "folded, 2 wait",
                        "flushed 1 LIVE, attempt 1",
                        "failed 1 Unavailable",
                        "RETRYING",
                        "flushed 1 LIVE, attempt 2",
                        "LIVE",
                        "committed 1, 3 statements, 140 ms");
    }

    @Test
    void doesNotStopTheProjectorOrTheOtherListenersWhenItThrows() {
        List<String> seen = new ArrayList<>();
        ProjectorHarness projector = reading(
                new ProjectorListener() {
                    @Override
                    public void flushed(Batch batch, int attempt) {
                        throw new IllegalStateException("the listener is broken");
                    }

                    @Override
                    public void stateChanged(ProjectorState from, ProjectorState to) {
                        throw new IllegalStateException("the listener is broken");
                    }
                },
                writingDown(seen));

        projector.say(ProjectorHarness.CAUGHT_UP, viewed(1, "1"));

        assertThat(projector.viewsOf("1")).contains(1L);
        assertThat(projector.projector.state()).isEqualTo(new Live());
        assertThat(seen).contains("flushed 1 LIVE, attempt 1", "committed 1, 2 statements, 0 ms");
    }

    @Test
    void failsTheProjectorVisiblyWhenItThrowsAnError() {
        AssertionError error = new AssertionError("not as expected");
        ProjectorHarness projector = reading(new ProjectorListener() {
            @Override
            public void flushed(Batch batch, int attempt) {
                throw error;
            }
        });

        projector.say(ProjectorHarness.CAUGHT_UP, viewed(1, "1"));

        assertThat(projector.projector.state()).isEqualTo(new Failed(error));
    }

    private static ProjectorHarness reading(ProjectorListener... listeners) {
        return new ProjectorHarness(Views.PROJECTION, ProjectorOptions.DEFAULT, listeners)
                .run()
                .say(new Subscribed(Optional.of(Views.at(0))));
    }

    private static ProjectorListener writingDown(List<String> seen) {
        return new ProjectorListener() {
            @Override
            public void received(int events, long bytes) {
                seen.add("received " + events + " events");
            }

            @Override
            public void folded(int waiting) {
                seen.add("folded, " + waiting + " wait");
            }

            @Override
            public void flushed(Batch batch, int attempt) {
                seen.add("flushed " + batch.number() + " " + batch.reason() + ", attempt " + attempt);
            }

            @Override
            public void committed(Batch batch, CommitOutcome.Committed outcome, Duration took) {
                seen.add("committed " + batch.number() + ", " + outcome.statements() + " statements, " + took.toMillis()
                        + " ms");
            }

            @Override
            public void failed(Batch batch, CommitOutcome outcome) {
                seen.add("failed " + batch.number() + " " + outcome.getClass().getSimpleName());
            }

            @Override
            public void stateChanged(ProjectorState from, ProjectorState to) {
                seen.add(to.label());
            }
        };
    }
}
