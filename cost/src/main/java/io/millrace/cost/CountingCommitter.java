package io.millrace.cost;

import io.millrace.batching.Batch;
import io.millrace.batching.BatchCommitter;
import io.millrace.batching.CommitOutcome;
import io.millrace.checkpoint.Checkpoint;
import java.util.Optional;

/** A committer that counts what another one says that it sent, and remembers what went wrong first. For one thread. */
final class CountingCommitter implements BatchCommitter {
    private final BatchCommitter committer;
    private long statements;
    private long roundTrips;
    private Optional<CommitOutcome> trouble = Optional.empty();

    CountingCommitter(BatchCommitter committer) {
        this.committer = committer;
    }

    long statements() {
        return statements;
    }

    long roundTrips() {
        return roundTrips;
    }

    /** The first batch's outcome that was not committed at once: then what was counted is not the rung's. */
    Optional<CommitOutcome> trouble() {
        return trouble;
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
        } else {
            trouble = trouble.or(() -> Optional.of(outcome));
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
