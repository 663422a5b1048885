package io.millrace.batching;

import static org.assertj.core.api.Assertions.assertThat;

import io.millrace.batching.ProjectorState.Live;
import io.millrace.projections.SourceSignal.Subscribed;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.Random;
import java.util.random.RandomGenerator;
import org.junit.jupiter.api.Test;

/** The wall clock says since when there is trouble, and nothing else: it may jump as it likes. */
class JumpingClockTest {
    private static final long SECOND = Duration.ofSeconds(1).toNanos();

    private long nanos;

    @Test
    void flushesAndTriesAgainAtTheSameTimesWhateverTheWallClockSays() {
        List<String> steady = run(() -> Instant.EPOCH.plusNanos(nanos));
        long seed = System.nanoTime();
        Random random = new Random(seed);
        List<String> jumping = run(() -> Instant.ofEpochSecond(random.nextLong(-4_000_000_000L, 4_000_000_000L)));

        assertThat(jumping).as("seed " + seed).isEqualTo(steady).hasSizeGreaterThan(20);
    }

    /** What is committed, and when by the clock that never goes back. */
    private List<String> run(InstantSource wallClock) {
        nanos = 0;
        ScriptedSource reading = new ScriptedSource();
        MemoryCommitter committer = new MemoryCommitter(Views.PROJECTION.name());
        RandomGenerator noJitter = () -> 0L;
        Projector projector = new Projector(
                Views.PROJECTION,
                reading,
                committer,
                ProjectorOptions.DEFAULT,
                new Surroundings(Runnable::run, () -> nanos, wallClock, noJitter, () -> {}));
        List<String> seen = new ArrayList<>();
        steps(projector);
        reading.say(new Subscribed(Optional.of(Views.at(20))));
        for (int second = 0; second < 40; second++) {
            if (second == 20) {
                reading.say(ProjectorHarness.CAUGHT_UP);
            }
            if (second % 7 == 3) {
                committer.answer(new CommitOutcome.Unavailable("away", new IllegalStateException()));
            }
            reading.say(Views.viewed(second + 1, "1"));
            for (int part = 0; part < 10; part++) {
                steps(projector);
                seen.add(nanos / (SECOND / 10) + ": " + committer.committed.size() + " " + projector.nanosUntilDue());
                nanos += SECOND / 10;
            }
        }
        assertThat(projector.state()).isInstanceOf(Live.class);
        return seen;
    }

    private static void steps(Projector projector) {
        while (projector.step()) {
            // Until there is nothing to do.
        }
    }
}
