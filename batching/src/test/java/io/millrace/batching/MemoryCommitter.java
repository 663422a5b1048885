package io.millrace.batching;

import io.millrace.batching.ChangeSet.Segment;
import io.millrace.checkpoint.Checkpoint;
import io.millrace.checkpoint.HandledEvent;
import io.millrace.checkpoint.Position;
import io.millrace.projections.Effect;
import io.millrace.projections.EventEnvelope;
import io.millrace.projections.InMemoryReadModels;
import io.millrace.projections.ReadModel;
import io.millrace.projections.RejectedChangeException;
import java.time.Instant;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.function.Function;
import java.util.function.Predicate;

/** A committer whose tables are in memory; answers as the test says, while it says something. */
final class MemoryCommitter implements BatchCommitter, ParkedRetry.Queue {
    InMemoryReadModels tables = new InMemoryReadModels();
    /** Every batch that it was given, whatever became of it. */
    final List<Batch> attempts = new ArrayList<>();
    /** Those that it committed. */
    final List<Batch> committed = new ArrayList<>();

    /** What is parked, in order. */
    final List<ParkedEvent> parkedEvents = new ArrayList<>();

    /** The events that make it refuse a batch. */
    Predicate<EventEnvelope> refuses = event -> false;

    private long lastSequence;
    private final Deque<Function<Batch, CommitOutcome>> answers = new ArrayDeque<>();
    /** What is seen by the next looks; then that all is well. */
    final Deque<CommitOutcome> lookAnswers = new ArrayDeque<>();

    int looks;
    private Checkpoint checkpoint;

    MemoryCommitter(String projection) {
        checkpoint = Checkpoint.atStart(projection);
    }

    void startAt(Checkpoint where) {
        checkpoint = where;
    }

    /** Instead of committing the next batch that has none yet, this is the outcome. */
    void answer(CommitOutcome outcome) {
        answers.add(batch -> outcome);
    }

    void answer(Function<Batch, CommitOutcome> answer) {
        answers.add(answer);
    }

    /** Before any other answer that waits. */
    void answerNext(CommitOutcome outcome) {
        answers.addFirst(batch -> outcome);
    }

    /** From now on it is well. */
    void forgetAnswers() {
        answers.clear();
    }

    @Override
    public Checkpoint checkpoint() {
        return checkpoint;
    }

    @Override
    public CommitOutcome commit(Batch batch) {
        attempts.add(batch);
        Function<Batch, CommitOutcome> answer = answers.poll();
        return answer == null ? reallyCommit(batch) : answer.apply(batch);
    }

    @Override
    public Optional<CommitOutcome> look() {
        looks++;
        return Optional.ofNullable(lookAnswers.poll());
    }

    CommitOutcome reallyCommit(Batch batch) {
        if (batch.setAside().settled().isEmpty()
                && checkpoint.position().isPresent()
                && !batch.checkpoint().isAfter(checkpoint.position().get())) {
            throw new IllegalStateException("expected a later checkpoint than " + checkpoint + ": " + batch);
        }
        if (batch.events().stream().anyMatch(refuses)) {
            return new CommitOutcome.Rejected("23514", "check constraint", new IllegalStateException("23514"));
        }
        try {
            tables.apply(effects(batch.changes()));
        } catch (RejectedChangeException e) {
            return new CommitOutcome.Rejected(e.sqlState(), String.valueOf(e.getMessage()), e);
        }
        checkpoint = moved(batch);
        keep(batch.setAside());
        committed.add(batch);
        return new CommitOutcome.Committed(checkpoint, (int) batch.changes().rows() + 1, 1);
    }

    Checkpoint moved(Batch batch) {
        return new Checkpoint(
                checkpoint.projection(),
                checkpoint.epoch(),
                Optional.of(batch.checkpoint()),
                batch.lastHandled().or(checkpoint::lastHandled),
                checkpoint.flushNumber() + 1,
                Optional.empty(),
                Optional.empty());
    }

    /** What the checkpoint moves past, and what is settled, goes with the rows. */
    void keep(SetAside aside) {
        parkedEvents.removeIf(parked -> aside.settled().contains(parked.sequence()));
        for (PoisonEvent poison : aside.parked()) {
            parkedEvents.add(new ParkedEvent(++lastSequence, poison, Instant.EPOCH, 0));
        }
    }

    @Override
    public ParkedStreams parked() {
        Map<String, Position> since = new HashMap<>();
        parkedEvents.forEach(parked ->
                since.putIfAbsent(parked.stream(), parked.poison().event().position()));
        Optional<Position> handled = checkpoint.lastHandled().map(HandledEvent::position);
        return new ParkedStreams(
                since,
                parkedEvents.stream()
                        .map(ParkedEvent::poison)
                        .filter(poison -> poison.error().isPresent())
                        .map(PoisonEvent::event)
                        .filter(event -> handled.isEmpty() || event.position().isAfter(handled.get()))
                        .map(EventEnvelope::toString)
                        .toList(),
                alone(since.keySet()));
    }

    private Set<String> alone(Set<String> streams) {
        Set<String> alone = new HashSet<>(streams);
        parkedEvents.stream()
                .filter(parked -> !parked.poison().alone())
                .map(ParkedEvent::stream)
                .forEach(alone::remove);
        return alone;
    }

    @Override
    public List<ParkedEvent> next(String projection, String stream, long afterSequence, int atMost) {
        return parkedEvents.stream()
                .filter(parked -> parked.stream().equals(stream) && parked.sequence() > afterSequence)
                .limit(atMost)
                .toList();
    }

    @Override
    public void failedAgain(String projection, long sequence, String error) {
        parkedEvents.replaceAll(parked -> parked.sequence() != sequence
                ? parked
                : new ParkedEvent(
                        sequence,
                        new PoisonEvent(
                                parked.poison().event(),
                                Optional.of(error),
                                parked.poison().alone()),
                        parked.parkedAt(),
                        parked.retries() + 1));
    }

    static List<Effect> effects(ChangeSet changes) {
        List<Effect> effects = new ArrayList<>();
        for (Segment segment : changes.segments()) {
            if (segment instanceof Segment.Rows rows) {
                rows.tables()
                        .forEach((model, byKey) ->
                                byKey.forEach((key, change) -> effects.add(new Effect.OnRow(model, key, change))));
            } else if (segment instanceof Segment.Raw raw) {
                effects.add(raw.statement());
            }
        }
        return effects;
    }

    /** One column of one row; empty if it is NULL or the row is absent. */
    Optional<Object> value(ReadModel model, Object key, String column) {
        return tables.row(model, key).map((Map<String, Object> row) -> row.get(column));
    }

    @Override
    public void close() {}
}
