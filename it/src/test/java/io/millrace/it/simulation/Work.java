package io.millrace.it.simulation;

import io.millrace.batching.Batch;
import io.millrace.batching.BatchSizing;
import io.millrace.batching.CommitOutcome;
import io.millrace.batching.FlushPolicy;
import io.millrace.batching.GroupCommitter;
import io.millrace.batching.HandlingAhead;
import io.millrace.batching.PoisonPolicy;
import io.millrace.batching.Projector;
import io.millrace.batching.ProjectorListener;
import io.millrace.batching.ProjectorOptions;
import io.millrace.batching.ProjectorState;
import io.millrace.batching.QueueBounds;
import io.millrace.batching.Surroundings;
import io.millrace.checkpoint.Checkpoint;
import io.millrace.checkpoint.Position;
import io.millrace.checkpoint.Writer;
import io.millrace.projections.EventSource;
import io.millrace.projections.Projection;
import io.millrace.projections.ProjectionGroup;
import io.millrace.sql.PostgresBatchCommitter;
import io.millrace.sql.SimulatedCommitters;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.SplittableRandom;
import java.util.UUID;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/** One projector in one program, of one projection or of a group of them, from the beginning to its end. */
final class Work implements ProjectorListener {
    private static final Duration BEGIN_AGAIN_AFTER = Duration.ofMillis(250);

    private final Program program;
    private final World world;
    private final SimulatedProcess process;
    private final List<Projection> projections;
    private final OptionalLong epoch;
    /** Who decides what becomes of it; the program, if nobody else does. */
    private final @Nullable Consumer<Work> endedTo;

    private final Loop loop;
    private @Nullable PostgresBatchCommitter committer;
    private @Nullable Projector projector;
    private boolean over;
    private boolean fenced;
    private boolean stopAsked;
    private boolean stepping;
    private boolean handling;
    private long lastBatch;
    private boolean regroups;
    private Optional<ProjectorState.Ended> endedAs = Optional.empty();
    /** Up to where each has been told that it was committed. */
    private List<Optional<Position>> stands = List.of();

    private Optional<Position> failedAt = Optional.empty();
    private Optional<Long> flushing = Optional.empty();
    private Optional<Long> flushingWhenLooked = Optional.empty();
    private boolean heldUp;
    private Optional<Object> meeting = Optional.empty();

    /** Of one projection, which finds its checkpoint by itself. */
    Work(Program program, Projection projection, OptionalLong epoch) {
        this(program, List.of(projection), epoch, null);
    }

    /** Of projections whose checkpoints are known. */
    Work(Program program, List<Projection> projections, Consumer<Work> endedTo) {
        this(program, projections, OptionalLong.empty(), endedTo);
    }

    private Work(Program program, List<Projection> projections, OptionalLong epoch, @Nullable Consumer<Work> endedTo) {
        this.program = program;
        this.world = program.world;
        this.process = program.process;
        this.projections = List.copyOf(projections);
        this.epoch = epoch;
        this.endedTo = endedTo;
        this.loop = new Loop(process, this::step);
    }

    private boolean isGroup() {
        return projections.size() > 1;
    }

    String name() {
        return String.join("+", names());
    }

    List<String> names() {
        return projections.stream().map(Projection::name).toList();
    }

    boolean runs(String projection) {
        return names().contains(projection);
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
            runFrom(List.of(checkpoint));
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
        if (endedTo != null) {
            endedTo.accept(this);
        } else {
            program.notBegun(this);
        }
    }

    /** From these checkpoints, in the order of the projections. */
    void runFrom(List<Checkpoint> checkpoints) {
        SplittableRandom random = new SplittableRandom(world.random.nextLong());
        Writer writer = new Writer(new UUID(13, random.nextLong()), "simulated", process.id());
        try {
            committer = SimulatedCommitters.of(name(), world.database, process, projections, checkpoints, writer);
        } catch (DatabaseSession.Lost e) {
            if (endedTo != null) {
                notBegun();
            } else {
                beginAgain();
            }
            return;
        }
        if (stopAsked || fenced) {
            committer.close();
            notBegun();
            return;
        }
        stands = new ArrayList<>(checkpoints.stream().map(Checkpoint::position).toList());
        checkpoints.forEach(checkpoint -> world.safety.begins(process, checkpoint));
        world.met.state(Met.Expected.STARTING);
        projector = new Projector(
                isGroup() ? group(checkpoints) : projections.get(0),
                source(),
                isGroup() ? new GroupCommitter(committer) : committer,
                options(random, isGroup() ? PoisonPolicy.STOP : world.scenario.policy()),
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

    private ProjectionGroup group(List<Checkpoint> checkpoints) {
        List<ProjectionGroup.Member> members = new ArrayList<>();
        for (int i = 0; i < projections.size(); i++) {
            members.add(new ProjectionGroup.Member(
                    projections.get(i), checkpoints.get(i).position()));
        }
        return new ProjectionGroup(name(), members);
    }

    private EventSource source() {
        EventSource source = world.store.sourceOf(
                process, signal -> names().forEach(name -> world.safety.heard(process, name, signal)));
        return (request, subscriber) -> {
            names().forEach(name -> world.safety.subscribes(process, name, request.afterExclusive()));
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
                .withQueueBounds(new QueueBounds(1 + random.nextInt(20), 1 + random.nextInt(1_000)))
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
            endedAs = Optional.of(state);
            if (!fenced && isGroup()) {
                world.safety.groupEnded(process, names(), state);
            } else if (!fenced) {
                world.safety.ended(process, name(), state);
            }
            its().close();
            if (endedTo != null) {
                endedTo.accept(this);
            } else {
                program.ended(name(), state);
            }
        }
    }

    private PostgresBatchCommitter its() {
        return java.util.Objects.requireNonNull(committer);
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

    // ---- what groups are made by

    /** Ends it in order, for its projections to go on in another one. */
    void regroup(Duration within) {
        regroups = true;
        stop(within);
    }

    boolean regroups() {
        return regroups;
    }

    void meetAt(Object place) {
        meeting = Optional.of(place);
    }

    Optional<Object> meeting() {
        return meeting;
    }

    void look() {
        heldUp = flushing.isPresent() && flushing.equals(flushingWhenLooked);
        flushingWhenLooked = flushing;
    }

    boolean isHeldUp() {
        return heldUp;
    }

    /** Empty if it could not begin. */
    Optional<ProjectorState.Ended> endedAs() {
        return endedAs;
    }

    boolean hasLeftBatchUnderWay() {
        return projector != null && projector.hasLeftBatchUnderWay();
    }

    boolean hasParked() {
        return projector != null && projector.summary().parked() > 0;
    }

    Optional<Position> position() {
        return committer == null ? Optional.empty() : committer.checkpoint().position();
    }

    /** What it failed to commit last. */
    Optional<Position> failedAt() {
        return failedAt;
    }

    Checkpoint checkpointOf(String projection) {
        return its().checkpoints().get(names().indexOf(projection));
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
        flushing = Optional.of(batch.number());
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
        flushing = Optional.empty();
        failedAt = Optional.empty();
        if (isGroup()) {
            world.met.state(Met.Expected.GROUP_FLUSH_COMMITTED);
            acknowledged(batch.checkpoint());
        } else {
            world.safety.acknowledged(process, name(), batch.checkpoint());
        }
    }

    /** Those that were further on already have no part in it. The batch that follows may be committed by now, too. */
    private void acknowledged(Position at) {
        List<Checkpoint> now = its().checkpoints();
        for (int i = 0; i < now.size(); i++) {
            Optional<Position> before = stands.get(i);
            if (before.isEmpty() || at.isAfter(before.get())) {
                world.safety.acknowledged(process, projections.get(i).name(), at);
                stands.set(i, Optional.of(at));
            }
            Optional<Position> is = now.get(i).position();
            if (stands.get(i).isPresent()
                    && (is.isEmpty() || stands.get(i).get().isAfter(is.get()))) {
                world.violate(process + " takes " + now.get(i) + " to be where the flush to " + at + " left it");
            }
        }
    }

    @Override
    public void failed(Batch batch, CommitOutcome outcome) {
        failedAt = Optional.of(batch.checkpoint());
        world.met.outcome(outcome);
        world.trace(() -> process + " hears of the flush of " + name() + ": " + outcome);
    }
}
