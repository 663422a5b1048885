package io.millrace.sql;

import io.millrace.batching.Batch;
import io.millrace.checkpoint.Checkpoint;
import java.util.ArrayList;
import java.util.List;

/**
 * What goes to PostgreSQL in one transaction: for each projection that has a part in it, its statements and the move of
 * its checkpoint. One projection flushes alone; those of a group flush together. All of it happens, or nothing.
 *
 * @param moves at least one, each of another checkpoint
 * @param plan the statements of all of them, in their order; the checkpoints' not among them
 */
record Flush(List<Move> moves, StatementPlan plan) {

    /**
     * One projection's part.
     *
     * @param from where its checkpoint is expected to stand
     * @param batch its own
     * @param plan its own statements
     */
    record Move(Checkpoint from, Batch batch, StatementPlan plan) {}

    Flush {
        moves = List.copyOf(moves);
    }

    static Flush of(List<Move> moves) {
        if (moves.size() == 1) {
            return new Flush(moves, moves.get(0).plan());
        }
        List<StatementPlan.Planned> statements = new ArrayList<>();
        moves.forEach(move -> statements.addAll(move.plan().statements()));
        return new Flush(moves, new StatementPlan(statements));
    }

    static Flush of(Checkpoint from, Batch batch, StatementPlan plan) {
        return of(List.of(new Move(from, batch, plan)));
    }

    /** How many statements it sends; all checkpoints move in one. */
    int statements() {
        return plan.statements().size() + 1;
    }

    int roundTrips() {
        return PostgresFlushSession.roundTrips(plan);
    }
}
