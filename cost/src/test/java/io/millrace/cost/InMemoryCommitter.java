package io.millrace.cost;

import io.millrace.batching.Batch;
import io.millrace.batching.BatchCommitter;
import io.millrace.batching.ChangeSet.Segment;
import io.millrace.batching.CommitOutcome;
import io.millrace.checkpoint.Checkpoint;
import io.millrace.projections.InMemoryReadModels;
import java.util.Optional;

/** A committer whose tables are in memory. */
final class InMemoryCommitter implements BatchCommitter {
    final InMemoryReadModels tables = new InMemoryReadModels();
    private Checkpoint checkpoint;

    InMemoryCommitter(String projection) {
        checkpoint = Checkpoint.atStart(projection);
    }

    @Override
    public Checkpoint checkpoint() {
        return checkpoint;
    }

    @Override
    public CommitOutcome commit(Batch batch) {
        for (Segment segment : batch.changes().segments()) {
            ((Segment.Rows) segment)
                    .tables()
                    .forEach((model, rows) -> rows.forEach((key, change) -> tables.apply(model, key, change)));
        }
        checkpoint = new Checkpoint(
                checkpoint.projection(),
                checkpoint.epoch(),
                Optional.of(batch.checkpoint()),
                batch.lastHandled(),
                checkpoint.flushNumber() + 1,
                Optional.empty(),
                Optional.empty());
        return new CommitOutcome.Committed(checkpoint, (int) batch.changes().rows() + 1, 1);
    }

    @Override
    public void close() {}
}
