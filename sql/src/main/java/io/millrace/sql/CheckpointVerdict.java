package io.millrace.sql;

import io.millrace.batching.Batch;
import io.millrace.checkpoint.Checkpoint;
import io.millrace.checkpoint.Position;
import io.millrace.checkpoint.Writer;
import java.util.Optional;

/** What the checkpoint in the database says about a batch that may or may not have been committed. */
enum CheckpointVerdict {
    /** It stands where we left it. */
    NOT_COMMITTED,
    /** Our own attempt moved it. */
    COMMITTED,
    /** Another writer or epoch moved it. */
    FENCED,
    /** The database lost commits that it had acknowledged to us. */
    WENT_BACK;

    /**
     * Decides.
     *
     * @param found the checkpoint in the database
     * @param started the checkpoint that this writer began with
     * @param acknowledged the last one that this writer knows to be committed
     */
    static CheckpointVerdict of(
            Checkpoint found, Checkpoint started, Checkpoint acknowledged, Batch batch, Writer writer) {
        return of(found, started, acknowledged, Optional.of(batch.checkpoint()), writer);
    }

    /** Decides where nothing was attempted: then it cannot be {@link #COMMITTED}. */
    static CheckpointVerdict withoutAttempt(
            Checkpoint found, Checkpoint started, Checkpoint acknowledged, Writer writer) {
        return of(found, started, acknowledged, Optional.empty(), writer);
    }

    private static CheckpointVerdict of(
            Checkpoint found,
            Checkpoint started,
            Checkpoint acknowledged,
            Optional<Position> attempted,
            Writer writer) {
        if (found.epoch() != acknowledged.epoch()) {
            return FENCED;
        }
        boolean ours = found.writer().equals(Optional.of(writer));
        long flushes = found.flushNumber() - acknowledged.flushNumber();
        if (flushes == 0) {
            boolean same = found.position().equals(acknowledged.position())
                    && (ours || found.writer().equals(acknowledged.writer()));
            return same ? NOT_COMMITTED : FENCED;
        }
        if (flushes < 0) {
            return ours || found.flushNumber() <= started.flushNumber() ? WENT_BACK : FENCED;
        }
        boolean byAttempt = flushes == 1
                && ours
                && attempted.isPresent()
                && found.position().equals(attempted);
        return byAttempt ? COMMITTED : FENCED;
    }
}
