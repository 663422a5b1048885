package io.millrace.cost;

import io.millrace.batching.Batch;
import io.millrace.batching.BatchCommitter;
import io.millrace.batching.CommitOutcome;
import io.millrace.batching.ParkedStreams;
import io.millrace.checkpoint.Checkpoint;
import java.util.Optional;

/** A committer that counts on a meter what it commits. */
public final class MeteringCommitter implements BatchCommitter {
    private final BatchCommitter committer;
    private final Meter meter;

    public MeteringCommitter(BatchCommitter committer, Meter meter) {
        this.committer = committer;
        this.meter = meter;
    }

    @Override
    public Checkpoint checkpoint() {
        return committer.checkpoint();
    }

    @Override
    public ParkedStreams parked() {
        return committer.parked();
    }

    @Override
    public CommitOutcome commit(Batch batch) {
        CommitOutcome outcome = committer.commit(batch);
        if (outcome instanceof CommitOutcome.Committed committed) {
            meter.count(batch, committed);
        }
        return outcome;
    }

    @Override
    public Optional<CommitOutcome> look() {
        return committer.look();
    }

    @Override
    public void close() {
        committer.close();
    }
}
