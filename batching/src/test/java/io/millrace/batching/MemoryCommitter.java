package io.millrace.batching;

import io.millrace.batching.ChangeSet.Segment;
import io.millrace.checkpoint.Checkpoint;
import io.millrace.projections.Effect;
import io.millrace.projections.InMemoryReadModels;
import io.millrace.projections.ReadModel;
import io.millrace.projections.RejectedChangeException;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.Function;

/** A committer whose tables are in memory; answers as the test says, while it says something. */
final class MemoryCommitter implements BatchCommitter {
    InMemoryReadModels tables = new InMemoryReadModels();
    /** Every batch that it was given, whatever became of it. */
    final List<Batch> attempts = new ArrayList<>();
    /** Those that it committed. */
    final List<Batch> committed = new ArrayList<>();

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
        if (checkpoint.position().isPresent()
                && !batch.checkpoint().isAfter(checkpoint.position().get())) {
            throw new IllegalStateException("expected a later checkpoint than " + checkpoint + ": " + batch);
        }
        try {
            tables.apply(effects(batch.changes()));
        } catch (RejectedChangeException e) {
            return new CommitOutcome.Rejected(e.sqlState(), String.valueOf(e.getMessage()), e);
        }
        checkpoint = moved(batch);
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
