package io.millrace.batching;

import io.millrace.checkpoint.Position;
import io.millrace.projections.Projection;
import io.millrace.projections.SourceSignal;
import io.millrace.projections.SourceSignal.CaughtUp;
import io.millrace.projections.SourceSignal.Subscribed;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.random.RandomGenerator;

/** A projector with a world around it that stands still until the test moves it. */
final class ProjectorHarness {
    static final SourceSignal CAUGHT_UP = new CaughtUp();

    final ScriptedSource source = new ScriptedSource();
    final ManualExecutor executor = new ManualExecutor();
    final MemoryCommitter committer;
    final List<ProjectorState> states = new ArrayList<>();
    final Projector projector;
    int wakeUps;
    private long nanos = 1_000_000_000_000L;

    ProjectorHarness(Projection projection, ProjectorOptions options, ProjectorListener... listeners) {
        this(projection, options, new MemoryCommitter(projection.name()), listeners);
    }

    ProjectorHarness(
            Projection projection,
            ProjectorOptions options,
            MemoryCommitter committer,
            ProjectorListener... listeners) {
        this(projection, options, committer, 0, listeners);
    }

    private ProjectorHarness(
            Projection projection,
            ProjectorOptions options,
            MemoryCommitter committer,
            long heapBytes,
            ProjectorListener... listeners) {
        this.committer = committer;
        RandomGenerator noJitter = () -> 0L;
        Surroundings surroundings = new Surroundings(
                        executor, () -> nanos, () -> Instant.EPOCH.plusNanos(nanos), noJitter, () -> wakeUps++)
                .withHeapBytes(heapBytes);
        List<ProjectorListener> all = new ArrayList<>(List.of(listeners));
        all.add(new ProjectorListener() {
            @Override
            public void stateChanged(ProjectorState from, ProjectorState to) {
                states.add(to);
            }
        });
        this.projector = new Projector(
                projection, source, committer, options, surroundings, all.toArray(new ProjectorListener[0]));
    }

    /** Of views, subscribed to a store whose head is there. */
    static ProjectorHarness reading(FlushPolicy policy, long head) {
        return reading(policy, head, 0);
    }

    /** The same, in a heap of that size. */
    static ProjectorHarness reading(FlushPolicy policy, long head, long heapBytes) {
        ProjectorHarness harness = new ProjectorHarness(
                Views.PROJECTION,
                ProjectorOptions.DEFAULT.withFlushPolicy(policy),
                new MemoryCommitter(Views.PROJECTION.name()),
                heapBytes);
        harness.run();
        return harness.say(new Subscribed(Optional.of(Views.at(head))));
    }

    static ProjectorHarness reading() {
        return reading(FlushPolicy.DEFAULT, 1_000_000);
    }

    /** Of views, caught up at position 0. */
    static ProjectorHarness live() {
        return reading(FlushPolicy.DEFAULT, 0).say(CAUGHT_UP);
    }

    /** Steps until there is nothing to do. */
    ProjectorHarness run() {
        for (int steps = 0; projector.step(); steps++) {
            if (steps > 100_000) {
                throw new AssertionError("never idle");
            }
        }
        return this;
    }

    /** Says this, and steps until there is nothing to do. */
    ProjectorHarness say(SourceSignal... signals) {
        source.say(signals);
        return run();
    }

    /** Says that the viewer viewed something at each of these positions. */
    ProjectorHarness views(long fromInclusive, long toInclusive, String viewer) {
        for (long position = fromInclusive; position <= toInclusive; position++) {
            source.say(Views.viewed(position, viewer));
        }
        return run();
    }

    /** Moves the clock, and steps until there is nothing to do. */
    ProjectorHarness passes(Duration time) {
        nanos += time.toNanos();
        return run();
    }

    /** The next flush takes so long by the clock, though nothing else happens meanwhile. */
    ProjectorHarness flushesTake(Duration time) {
        committer.answer(batch -> {
            nanos += time.toNanos();
            return committer.reallyCommit(batch);
        });
        return this;
    }

    /** From now on flushes are under way until {@link #lands}. */
    ProjectorHarness flushesTakeTime() {
        executor.immediate = false;
        return this;
    }

    /** The flush under way comes to its end. */
    ProjectorHarness lands() {
        executor.runOne();
        return run();
    }

    ProjectorHarness stops() {
        projector.stop(Duration.ofSeconds(10));
        return run();
    }

    Instant now() {
        return Instant.EPOCH.plusNanos(nanos);
    }

    List<FlushReason> reasons() {
        return committer.committed.stream().map(Batch::reason).toList();
    }

    List<Integer> sizes() {
        return committer.committed.stream().map(batch -> batch.events().size()).toList();
    }

    Optional<Position> checkpoint() {
        return committer.checkpoint().position();
    }

    Optional<Object> viewsOf(String viewer) {
        return committer.value(Views.TABLE, viewer, "views");
    }
}
