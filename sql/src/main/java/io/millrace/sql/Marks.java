package io.millrace.sql;

import io.millrace.batching.Batch;
import io.millrace.batching.ChangeSet;
import io.millrace.batching.Share;
import io.millrace.checkpoint.Checkpoint;
import io.millrace.checkpoint.HandledEvent;
import io.millrace.checkpoint.Position;
import io.millrace.checkpoint.Writer;
import io.millrace.projections.Projection;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.IdentityHashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;

/**
 * The checkpoints that a committer moves: that of one projection, or those of a group, which need not stand at the same
 * position before their first flush. For one thread; what is acknowledged may be asked by any, and {@link #prepare} is for
 * another one.
 */
final class Marks {
    private static final Comparator<Optional<Position>> BY_POSITION =
            Comparator.comparing(position -> position.orElse(null), Comparator.nullsFirst(Comparator.naturalOrder()));

    private final String name;
    /** Also the lock of itself and what is prepared: another thread may plan while a plan turns out to have guessed wrong. */
    private final Map<String, StatementPlanner> planners = new LinkedHashMap<>();

    private IdentityHashMap<Batch, StatementPlan> prepared = new IdentityHashMap<>();
    private final List<Checkpoint> started;
    private volatile List<Checkpoint> acknowledged;

    /**
     * @param name what errors call it: the projection, or the group
     * @param checkpoints as the database has them, in the order of the projections
     */
    Marks(String name, String schema, List<? extends Projection> projections, List<Checkpoint> checkpoints) {
        this.name = name;
        projections.forEach(
                projection -> planners.put(projection.name(), new StatementPlanner(schema, projection.readModels())));
        this.started = List.copyOf(checkpoints);
        this.acknowledged = started;
        List<String> named = checkpoints.stream().map(Checkpoint::projection).toList();
        if (!named.equals(List.copyOf(planners.keySet())) || named.isEmpty()) {
            throw new IllegalArgumentException(
                    "expected a checkpoint for each projection: projections=" + planners.keySet() + ", of=" + named);
        }
    }

    String name() {
        return name;
    }

    boolean areOfAGroup() {
        return started.size() > 1;
    }

    /** Where each stands, as far as is known without asking. */
    List<Checkpoint> acknowledged() {
        return acknowledged;
    }

    List<String> projections() {
        return List.copyOf(planners.keySet());
    }

    /** Where reading goes on: a group's checkpoint is the least of its members'. */
    Checkpoint whole() {
        List<Checkpoint> now = acknowledged;
        return now.size() == 1 ? now.get(0) : least(now);
    }

    private Checkpoint least(List<Checkpoint> now) {
        Checkpoint least = now.stream()
                .min(Comparator.comparing(Checkpoint::position, BY_POSITION))
                .orElseThrow();
        Optional<HandledEvent> handled = now.stream()
                .flatMap(member -> member.lastHandled().stream())
                .filter(event -> least.position().isPresent()
                        && !event.position().isAfter(least.position().get()))
                .max(Comparator.comparing(HandledEvent::position));
        return new Checkpoint(
                name,
                now.stream().mapToLong(Checkpoint::epoch).min().orElseThrow(),
                least.position(),
                handled,
                least.flushNumber(),
                least.writer(),
                least.movedAt());
    }

    // ---- a flush

    /** What a batch sends. Those of a group that stand at its end already, or beyond, have no part in it. */
    Flush flush(Batch batch) {
        List<Checkpoint> now = acknowledged;
        if (now.size() == 1) {
            return Flush.of(now.get(0), batch, plan(now.get(0), batch));
        }
        List<Flush.Move> moves = new ArrayList<>();
        for (Checkpoint from : now) {
            Batch own = batch.shareOf(from.projection()).map(Share::batch).orElseGet(() -> nothing(from, batch));
            if (BY_POSITION.compare(from.position(), Optional.of(batch.checkpoint())) < 0) {
                moves.add(new Flush.Move(from, own, plan(from, own)));
            } else if (!own.changes().isEmpty()) {
                throw new IllegalArgumentException("expected no change of projection " + from.projection()
                        + " before its checkpoint " + from.position().orElseThrow() + ": batch=" + batch.checkpoint());
            }
        }
        return Flush.of(moves);
    }

    private static Batch nothing(Checkpoint from, Batch batch) {
        return new Batch(
                from.projection(),
                batch.number(),
                batch.reason(),
                ChangeSet.NONE,
                batch.checkpoint(),
                Optional.empty(),
                List.of());
    }

    private StatementPlan plan(Checkpoint from, Batch batch) {
        StatementPlan changes;
        synchronized (planners) {
            StatementPlan before = prepared.get(batch);
            changes = before == null ? planOf(from.projection(), batch) : before;
        }
        return batch.setAside().writesNothing()
                ? changes
                : changes.with(ParkedStatements.of(batch.projection(), batch.setAside()));
    }

    private StatementPlan planOf(String projection, Batch batch) {
        return Objects.requireNonNull(planners.get(projection)).plan(batch.changes());
    }

    /**
     * Plans what a batch writes before it is its turn. By any thread.
     *
     * @throws IllegalArgumentException as {@link #flush} will
     */
    void prepare(Batch batch) {
        List<Batch> parts =
                areOfAGroup() ? batch.shares().stream().map(Share::batch).toList() : List.of(batch);
        synchronized (planners) {
            IdentityHashMap<Batch, StatementPlan> plans = new IdentityHashMap<>();
            parts.forEach(part -> plans.put(part, planOf(part.projection(), part)));
            prepared = plans;
        }
    }

    /** From now on no plan guesses what rows hold; whether one did. */
    boolean planExactly() {
        synchronized (planners) {
            prepared = new IdentityHashMap<>();
            boolean guessed = false;
            for (StatementPlanner planner : planners.values()) {
                guessed |= planner.planExactly();
            }
            return guessed;
        }
    }

    /** The flush was committed. */
    void moved(Flush flush, Writer writer, long microsecondsSince1970) {
        List<Checkpoint> next = new ArrayList<>(acknowledged);
        for (Flush.Move move : flush.moves()) {
            next.set(
                    next.indexOf(move.from()),
                    CheckpointRow.moved(move.from(), move.batch(), writer, microsecondsSince1970));
        }
        acknowledged = List.copyOf(next);
        synchronized (planners) {
            flush.moves().forEach(move -> prepared.remove(move.batch()));
        }
    }

    /** They stand where the database has them. */
    void found(List<Checkpoint> now) {
        acknowledged = List.copyOf(now);
        synchronized (planners) {
            prepared.clear();
        }
    }

    // ---- what was found

    /**
     * What the checkpoints in the database say about a flush.
     *
     * @param of whose checkpoint says so
     */
    record Verdict(CheckpointVerdict is, Checkpoint expected, Checkpoint of) {}

    /**
     * Decides; a flush of several was committed or not as a whole, so where they disagree, somebody else moved one.
     *
     * @param found in the order of {@link #acknowledged}
     * @param flush empty if nothing was attempted
     */
    Verdict verdict(List<Checkpoint> found, Optional<Flush> flush, Writer writer) {
        List<Verdict> verdicts = new ArrayList<>();
        for (int i = 0; i < found.size(); i++) {
            Checkpoint expected = acknowledged.get(i);
            Optional<Batch> batch = flush.flatMap(attempted -> batchOf(expected, attempted));
            CheckpointVerdict verdict = batch.isPresent()
                    ? CheckpointVerdict.of(found.get(i), started.get(i), expected, batch.get(), writer)
                    : CheckpointVerdict.withoutAttempt(found.get(i), started.get(i), expected, writer);
            verdicts.add(new Verdict(verdict, expected, found.get(i)));
        }
        return find(verdicts, CheckpointVerdict.FENCED)
                .or(() -> find(verdicts, CheckpointVerdict.WENT_BACK))
                .or(() -> find(verdicts, CheckpointVerdict.COMMITTED)
                        .map(committed -> halfCommitted(verdicts, flush).orElse(committed)))
                .orElseGet(() -> verdicts.get(0));
    }

    private static Optional<Batch> batchOf(Checkpoint expected, Flush flush) {
        return flush.moves().stream()
                .filter(move -> move.from().equals(expected))
                .map(Flush.Move::batch)
                .findFirst();
    }

    private static Optional<Verdict> find(List<Verdict> verdicts, CheckpointVerdict which) {
        return verdicts.stream().filter(verdict -> verdict.is() == which).findFirst();
    }

    private static Optional<Verdict> halfCommitted(List<Verdict> verdicts, Optional<Flush> flush) {
        return verdicts.stream()
                .filter(verdict -> verdict.is() == CheckpointVerdict.NOT_COMMITTED)
                .filter(verdict ->
                        flush.flatMap(all -> batchOf(verdict.expected(), all)).isPresent())
                .map(verdict -> new Verdict(CheckpointVerdict.FENCED, verdict.expected(), verdict.of()))
                .findFirst();
    }
}
