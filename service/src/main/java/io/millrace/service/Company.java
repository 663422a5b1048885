package io.millrace.service;

import io.millrace.batching.Batch;
import io.millrace.batching.CommitOutcome;
import io.millrace.batching.FlushReason;
import io.millrace.batching.GroupCommitter;
import io.millrace.batching.PoisonPolicy;
import io.millrace.batching.ProjectorListener;
import io.millrace.batching.ProjectorOptions;
import io.millrace.batching.ProjectorState;
import io.millrace.batching.Share;
import io.millrace.checkpoint.Checkpoint;
import io.millrace.checkpoint.Position;
import io.millrace.cost.PriceList;
import io.millrace.projections.ProjectionGroup;
import io.millrace.sql.PostgresBatchCommitter;
import io.millrace.sql.PostgresStore.Standing;
import java.math.BigDecimal;
import java.math.MathContext;
import java.math.RoundingMode;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.Consumer;

/**
 * Projections that run as one: one subscription, one decode, one flush; or a single one. Its members stay the same from
 * its start to its end.
 */
final class Company {
    /** So many looks back is where it was a second ago. */
    private static final int LOOKS_PER_SECOND = 4;

    private final List<Membership> members;
    private final PostgresBatchCommitter committer;
    private final ProjectionRun run;
    private final Deque<Optional<Position>> looks = new ArrayDeque<>();
    private final Map<String, Taken> taken = new HashMap<>();
    private volatile Optional<Position> failedAt = Optional.empty();
    /** The batch that is being flushed. */
    private volatile Optional<Long> flushing = Optional.empty();

    private Optional<Long> flushingWhenLooked = Optional.empty();
    private boolean heldUp;
    private boolean regroups;
    private long skipped;
    private Optional<Object> meeting = Optional.empty();

    /** What one member had of the flushes. */
    private static final class Taken {
        long handled;
        long batches;
        long statements;
        long roundTrips;
        BigDecimal units = BigDecimal.ZERO;
    }

    /** Opens the connection of its flushes; begins nothing yet. */
    Company(List<Membership> members, Servers servers, Consumer<Company> ended) {
        this.members = List.copyOf(members);
        List<Standing> standings = members.stream().map(Membership::standing).toList();
        this.committer = servers.postgres().committerFor(name(), standings);
        try {
            this.run = newRun(standings, servers);
        } catch (RuntimeException | Error e) {
            committer.close();
            throw e;
        }
        members.forEach(member -> {
            member.belongsTo(this);
            member.watch().writesUnder(committer.checkpoint().epoch());
            taken.put(member.name(), new Taken());
        });
        var unused = run.ended().thenRun(() -> ended.accept(this));
    }

    private ProjectionRun newRun(List<Standing> standings, Servers servers) {
        List<ProjectorListener> listeners = new ArrayList<>(List.of(new Watch()));
        members.forEach(member -> listeners.add(member.watch()));
        members.forEach(member -> listeners.addAll(member.listeners()));
        ProjectorOptions options = members.get(0).options();
        return isGroup()
                ? new ProjectionRun(
                        group(standings),
                        servers,
                        committer,
                        new GroupCommitter(committer),
                        options.withPoison(PoisonPolicy.STOP),
                        listeners)
                : new ProjectionRun(standings.get(0).projection(), servers, committer, committer, options, listeners);
    }

    private ProjectionGroup group(List<Standing> standings) {
        return new ProjectionGroup(
                name(),
                standings.stream()
                        .map(member -> new ProjectionGroup.Member(
                                member.projection(), member.checkpoint().position()))
                        .toList());
    }

    private final class Watch implements ProjectorListener {
        @Override
        public void stateChanged(ProjectorState from, ProjectorState to) {
            if (!(to instanceof ProjectorState.Ended)) {
                members.forEach(member -> member.enter(to));
            }
        }

        @Override
        public void flushed(Batch batch, int attempt) {
            flushing = Optional.of(batch.number());
        }

        @Override
        public void committed(Batch batch, CommitOutcome.Committed outcome, Duration took) {
            flushing = Optional.empty();
            failedAt = Optional.empty();
            count(batch, outcome);
        }

        @Override
        public void failed(Batch batch, CommitOutcome outcome) {
            failedAt = Optional.of(batch.checkpoint());
        }
    }

    private synchronized void count(Batch batch, CommitOutcome.Committed outcome) {
        if (!isGroup()) {
            return;
        }
        BigDecimal whole = PriceList.REFERENCE.batches(1, outcome.statements());
        BigDecimal part = whole.divide(BigDecimal.valueOf(members.size()), MathContext.DECIMAL64);
        taken.forEach((name, own) -> {
            own.handled += batch.shareOf(name).map(Share::handled).orElse(0L);
            if (batch.reason() != FlushReason.CHECKPOINT_ONLY) {
                own.batches++;
                own.statements += outcome.statements();
                own.roundTrips += outcome.roundTrips();
                own.units = own.units.add(part);
            }
        });
    }

    List<Membership> members() {
        return members;
    }

    boolean isGroup() {
        return members.size() > 1;
    }

    /** What errors and threads call it. */
    String name() {
        String first = members.get(0).name();
        return isGroup() ? first + " and " + (members.size() - 1) + " more" : first;
    }

    void start() {
        run.start();
    }

    ProjectorState state() {
        return run.state();
    }

    Optional<Position> position() {
        return committer.checkpoint().position();
    }

    /** What it failed to commit last. */
    Optional<Position> failedAt() {
        return failedAt;
    }

    boolean isLive() {
        return state() instanceof ProjectorState.Live;
    }

    /** Called a few times a second, so that it is known where it was a second ago. */
    void look() {
        looks.addLast(position());
        if (looks.size() > LOOKS_PER_SECOND) {
            looks.removeFirst();
        }
        Optional<Long> now = flushing;
        heldUp = now.isPresent() && now.equals(flushingWhenLooked);
        flushingWhenLooked = now;
    }

    /** Whether the same flush is under way, or tried again, as at the last look: then it could not end soon. */
    boolean isHeldUp() {
        return heldUp;
    }

    /** Where it was a second ago, or where it began since. */
    Optional<Position> aSecondAgo() {
        return looks.isEmpty() ? position() : looks.getFirst();
    }

    /** Whether it has put events aside that later ones must follow. */
    boolean hasParked() {
        return run.projectorSummary().parked() > 0;
    }

    /** Whether it had to leave out events since this was asked last. */
    boolean hasSkippedMore() {
        long now = run.projectorSummary().skipped();
        boolean more = now > skipped;
        skipped = now;
        return more;
    }

    /** Ends it in order, for its members to go on in another one. */
    void regroup(Duration within) {
        regroups = true;
        run.beginToStop(within);
    }

    void meetsAt(Object place) {
        meeting = Optional.of(place);
    }

    /** Whom its members are to go on with: those of the companies that end for the same meeting. */
    Optional<Object> meeting() {
        return meeting;
    }

    boolean regroups() {
        return regroups;
    }

    void fence(String why) {
        run.fence(why);
    }

    /** Whether it has ended, and what it sent last may still be committed. */
    boolean hasLeftBatchUnderWay() {
        return run.hasLeftBatchUnderWay();
    }

    void close() {
        run.close();
    }

    /** Where a member stands, as far as it knows: for sure, if it ended in order. */
    Checkpoint checkpointOf(String member) {
        return committer.checkpoints().stream()
                .filter(checkpoint -> checkpoint.projection().equals(member))
                .findFirst()
                .orElseThrow();
    }

    /** What one of its members has done here: of a flush that several share, each bears an equal part. */
    synchronized RunSummary summary(String member) {
        RunSummary whole = run.summary();
        Taken own = taken.get(member);
        if (!isGroup() || own == null) {
            return whole;
        }
        return new RunSummary(
                member,
                own.handled,
                own.handled,
                own.batches,
                Math.round((double) own.statements / members.size()),
                own.roundTrips,
                own.units.setScale(1, RoundingMode.HALF_UP),
                whole.seconds(),
                whole.seconds().signum() == 0
                        ? 0
                        : Math.round(own.handled / whole.seconds().doubleValue()),
                checkpointOf(member).position().map(Position::toString).orElse(null),
                0,
                0,
                whole.batchSize());
    }
}
