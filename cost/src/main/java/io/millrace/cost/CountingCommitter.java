package io.millrace.cost;

import io.millrace.batching.Batch;
import io.millrace.batching.BatchCommitter;
import io.millrace.batching.CommitOutcome;
import io.millrace.checkpoint.Checkpoint;
import java.util.Optional;

/** A committer that counts what another one says that it sent. For one thread. */
final class CountingCommitter implements BatchCommitter {
    private final BatchCommitter committer;
    private long statements;
    private long roundTrips;

    CountingCommitter(BatchCommitter committer) {
        this.committer = committer;
    }

    long statements() {
        return statements;
    }

    long roundTrips() {
        return roundTrips;
    }

    @Override
    public Checkpoint checkpoint() {
        return committer.checkpoint();
    }

    @Override
    public CommitOutcome commit(Batch batch) {
        CommitOutcome outcome = committer.commit(batch);
        if (outcome instanceof CommitOutcome.Committed committed) {
            statements += committed.statements();
            roundTrips += committed.roundTrips();
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
