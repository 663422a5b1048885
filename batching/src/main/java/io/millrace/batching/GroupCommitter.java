package io.millrace.batching;

import io.millrace.batching.CommitOutcome.Failed;
import io.millrace.batching.CommitOutcome.Rejected;
import io.millrace.batching.CommitOutcome.TooSlow;
import io.millrace.batching.CommitOutcome.Unavailable;
import io.millrace.batching.CommitOutcome.WentBack;
import io.millrace.checkpoint.Checkpoint;
import java.util.Optional;

/**
 * Commits for a group: ends it where one projection alone would look further, or wait. What PostgreSQL refuses is not
 * searched for among the events of all, since each projection finds its own events alone, by its own policy. A lock that
 * did not come in time is one on the tables of one of them: that one waits for it alone.
 */
public final class GroupCommitter implements BatchCommitter {
    private final BatchCommitter committer;

    public GroupCommitter(BatchCommitter committer) {
        this.committer = committer;
    }

    @Override
    public Checkpoint checkpoint() {
        return committer.checkpoint();
    }

    @Override
    public CommitOutcome commit(Batch batch) {
        CommitOutcome outcome = committer.commit(batch);
        return outcome instanceof TooSlow slow && batch.events().size() <= 1
                ? new Failed("a group's smallest batch takes too long: " + slow.message(), slow.cause())
                : ending(outcome);
    }

    @Override
    public void prepare(Batch next) {
        committer.prepare(next);
    }

    @Override
    public Optional<CommitOutcome> look() {
        return committer.look().map(GroupCommitter::ending);
    }

    private static CommitOutcome ending(CommitOutcome outcome) {
        if (outcome instanceof Rejected rejected) {
            return new Failed(
                    "PostgreSQL refuses what a group does: " + rejected.message() + " (SQLSTATE " + rejected.sqlState()
                            + ")",
                    rejected.cause());
        }
        if (outcome instanceof WentBack back) {
            String message = "the database lost commits that it had acknowledged to a group: it stands at "
                    + back.checkpoint().position().map(Object::toString).orElse("the beginning");
            return new Failed(message, new IllegalStateException(message));
        }
        if (outcome instanceof Unavailable held && held.contended()) {
            return new Failed("others hold what a group locks: " + held.message(), held.cause());
        }
        return outcome;
    }

    @Override
    public void close() {
        committer.close();
    }
}
