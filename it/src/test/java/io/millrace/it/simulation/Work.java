package io.millrace.it.simulation;

import io.millrace.batching.Batch;
import io.millrace.batching.BatchSizing;
import io.millrace.batching.CommitOutcome;
import io.millrace.batching.FlushPolicy;
import io.millrace.batching.HandlingAhead;
import io.millrace.batching.PoisonPolicy;
import io.millrace.batching.Projector;
import io.millrace.batching.ProjectorListener;
import io.millrace.batching.ProjectorOptions;
import io.millrace.batching.ProjectorState;
import io.millrace.batching.QueueBounds;
import io.millrace.batching.Surroundings;
import io.millrace.checkpoint.Checkpoint;
import io.millrace.checkpoint.Writer;
import io.millrace.projections.EventSource;
import io.millrace.projections.Projection;
import io.millrace.sql.PostgresBatchCommitter;
import io.millrace.sql.SimulatedCommitters;
import java.time.Duration;
import java.util.OptionalLong;
import java.util.SplittableRandom;
import java.util.UUID;
import org.jspecify.annotations.Nullable;

/** One projector in one program, from the beginning under an epoch to its end. */
final class Work implements ProjectorListener {
    private static final Duration BEGIN_AGAIN_AFTER = Duration.ofMillis(250);

    private final Program program;
    private final World world;
    private final SimulatedProcess process;
    private final Projection projection;
    private final OptionalLong epoch;
    private final Loop loop;
    private @Nullable PostgresBatchCommitter committer;
    private @Nullable Projector projector;
    private boolean over;
    private boolean fenced;
    private boolean stopAsked;
    private boolean stepping;
    private boolean handling;
    private long lastBatch;

    Work(Program program, Projection projection, OptionalLong epoch) {
        this.program = program;
        this.world = program.world;
        this.process = program.process;
        this.projection = projection;
        this.epoch = epoch;
        this.loop = new Loop(process, this::step);
    }

    String name() {
        return projection.name();
    }

    // ---- begin

    void start() {
        process.after(0, this::begin);
    }

    private void begin() {
        if (stopAsked || fenced) {
            notBegun();
            return;
        }
        Checkpoint checkpoint;
        try {
            DatabaseSession session = world.database.connect(process);
            checkpoint = session.begin(name(), epoch.orElse(0));
            session.discard();
        } catch (DatabaseSession.Lost | DatabaseSession.Refused e) {
            beginAgain();
            return;
        }
        if (epoch.isPresent() && checkpoint.epoch() > epoch.getAsLong()) {
            world.trace(() -> process + " may not begin " + name() + ": it stands in a later epoch");
            notBegun();
        } else if (stopAsked || fenced) {
            notBegun();
        } else {
            run(checkpoint);
        }
    }

    private void beginAgain() {
        if (epoch.isPresent()) {
            notBegun();
        } else {
            process.after(BEGIN_AGAIN_AFTER.toNanos(), this::begin);
        }
    }

    private void notBegun() {
        over = true;
        program.notBegun(this);
    }

    private void run(Checkpoint checkpoint) {
        SplittableRandom random = new SplittableRandom(world.random.nextLong());
        Writer writer = new Writer(new UUID(13, random.nextLong()), "simulated", process.id());
        try {
            committer = SimulatedCommitters.of(world.database, process, projection, checkpoint, writer);
        } catch (DatabaseSession.Lost e) {
            beginAgain();
            return;
        }
        if (stopAsked || fenced) {
            committer.close();
            notBegun();
            return;
        }
        world.safety.begins(process, checkpoint);
        world.met.state(Met.Expected.STARTING);
        projector = new Projector(
                projection,
                source(),
                committer,
                options(random, world.scenario.policy()),
                new Surroundings(this::commit, world.time::nanos, world.time, random, this::wakeUp)
                        .withAhead(new HandlingAhead(
                                this::handle, 1 + random.nextInt(4), 1 + random.nextInt(3), random.nextInt(4))),
                this);
        loop.wakeUp();
    }

    /** What flushes, or looks at the checkpoint; asked for by the projector, or by the flush before it. */
    private void commit(Runnable work) {
        if (!stepping) {
            world.met.state(Met.Expected.FOLLOWER_SENT);
        }
        process.after(world.faults.draw(1_000_000), work);
    }

    /** Handles events ahead of the fold, unless the projector did so before. */
    private void handle(Runnable chunk) {
        process.after(world.faults.draw(1_000_000), () -> {
            handling = true;
            chunk.run();
            handling = false;
        });
    }

    private void wakeUp() {
        if (handling) {
            world.met.state(Met.Expected.HANDLED_AHEAD);
        }
        loop.wakeUp();
    }

    private EventSource source() {
        EventSource source = world.store.sourceOf(process, signal -> world.safety.heard(process, name(), signal));
        return (request, subscriber) -> {
            world.safety.subscribes(process, name(), request.afterExclusive());
            return source.subscribe(request, subscriber);
        };
    }

    private static ProjectorOptions options(SplittableRandom random, PoisonPolicy policy) {
        int batchSize = 1 + random.nextInt(8);
        return ProjectorOptions.DEFAULT
                .withFlushPolicy(FlushPolicy.DEFAULT
                        .withBatchSize(batchSize)
                        .withSizing(
                                random.nextBoolean()
                                        ? BatchSizing.FIXED
                                        : BatchSizing.ADAPTIVE.withMaxEvents(batchSize))
                        .withLiveWithin(Duration.ofMillis(random.nextInt(3) == 0 ? random.nextInt(500) : 0))
                        .withMaxBytes(random.nextInt(3) == 0 ? 150 : 1 << 20))
                .withQueueBounds(new QueueBounds(1 + random.nextInt(20), 1 << 20))
                .withPoison(policy);
    }

    // ---- step

    private long step() {
        Projector its = java.util.Objects.requireNonNull(projector);
        stepping = true;
        boolean worked = its.step();
        stepping = false;
        if (its.hasEnded()) {
            end((ProjectorState.Ended) its.state());
            return Long.MAX_VALUE;
        }
        return worked ? 0 : Math.max(1, its.nanosUntilDue());
    }

    private void end(ProjectorState.Ended state) {
        if (!over) {
            over = true;
            if (!fenced) {
                world.safety.ended(process, name(), state);
            }
            java.util.Objects.requireNonNull(committer).close();
            program.ended(this, state);
        }
    }

    void stop(Duration within) {
        stopAsked = true;
        if (projector != null) {
            projector.stop(within);
        }
    }

    /** Others may write: what is folded is dropped. */
    void fence(String why) {
        fenced = true;
        if (projector != null) {
            projector.fence(why);
            loop.wakeUp();
        }
    }

    boolean isOver() {
        return over;
    }

    boolean isLive() {
        return !over && projector != null && projector.state() instanceof ProjectorState.Live;
    }

    @Override
    public String toString() {
        return name() + " " + (projector == null ? "not begun" : projector.state());
    }

    // ---- the projector says

    @Override
    public void stateChanged(ProjectorState from, ProjectorState to) {
        world.met.state(to.label());
        world.trace(() -> process + " " + name() + ": " + to);
    }

    @Override
    public void flushed(Batch batch, int attempt) {
        world.met.flush(batch.reason());
        if (fenced) {
            world.violate(process + " flushes " + name() + ", whose lease it has lost");
        }
        if (attempt > 1) {
            world.met.state(Met.Expected.SENT_AGAIN);
        }
        if (batch.number() > lastBatch + 1) {
            world.met.state(Met.Expected.FOLLOWER_FOLDED_AGAIN);
        }
        lastBatch = batch.number();
        world.trace(() -> process + " flushes " + name() + " to " + batch.checkpoint() + ", attempt " + attempt + ", "
                + batch.reason() + ", events " + batch.events());
    }

    @Override
    public void committed(Batch batch, CommitOutcome.Committed outcome, Duration took) {
        world.met.state(Met.Expected.COMMITTED_FLUSH);
        world.met.setAside(batch.setAside(), world.scenario.policy());
        world.safety.acknowledged(process, name(), batch.checkpoint());
    }

    @Override
    public void failed(Batch batch, CommitOutcome outcome) {
        world.met.outcome(outcome);
        world.trace(() -> process + " hears of the flush of " + name() + ": " + outcome);
    }
}
