package io.millrace.cost;

import io.millrace.batching.Batch;
import io.millrace.batching.ChangeSet;
import io.millrace.batching.CommitOutcome;

/** What is counted as a statement of a batch. The checkpoint always is one. */
public enum StatementCount {
    /** What the committer says that it sent. */
    AS_SENT {
        @Override
        public long of(Batch batch, CommitOutcome.Committed outcome) {
            return outcome.statements();
        }
    },
    /** One per row of the folded change set and per raw statement: one statement per row, folded. */
    PER_ROW {
        @Override
        public long of(Batch batch, CommitOutcome.Committed outcome) {
            long raw = batch.changes().segments().stream()
                    .filter(ChangeSet.Segment.Raw.class::isInstance)
                    .count();
            return batch.changes().rows() + raw + 1;
        }
    },
    /** One per change that went into the change set: one statement per change, not folded. */
    PER_CHANGE {
        @Override
        public long of(Batch batch, CommitOutcome.Committed outcome) {
            return batch.changes().changesIn() + 1;
        }
    };

    /** How many statements this batch counts for, its checkpoint included. */
    public abstract long of(Batch batch, CommitOutcome.Committed outcome);
}
