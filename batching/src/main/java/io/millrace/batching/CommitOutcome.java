package io.millrace.batching;

import io.millrace.checkpoint.Checkpoint;
import io.millrace.projections.EventEnvelope;
import io.millrace.projections.EventFailedException;
import java.util.Objects;

/** What became of a batch. */
public sealed interface CommitOutcome {

    /**
     * It is in the read model, once.
     *
     * @param checkpoint as it stands now
     * @param statements how many statements were sent, the checkpoint's included
     * @param roundTrips how many times the network was waited for
     */
    record Committed(Checkpoint checkpoint, int statements, int roundTrips) implements CommitOutcome {}

    /** Refused, nothing written: another writer or epoch moved the checkpoint. The message says who holds it. */
    record Fenced(String message) implements CommitOutcome {
        public Fenced {
            Objects.requireNonNull(message, "message");
        }
    }

    /**
     * Refused because of what the events hold (SQLSTATE classes 22 and 23), nothing written. Parts of the batch may
     * pass.
     */
    record Rejected(String sqlState, String message, Throwable cause) implements CommitOutcome {
        /** What is said of the one event that the batch consists of. */
        EventFailedException blaming(String projection, EventEnvelope event) {
            return new EventFailedException(
                    projection,
                    event,
                    "PostgreSQL refuses what it does: " + message + " (SQLSTATE " + sqlState + ")",
                    cause);
        }
    }

    /**
     * The database cannot be reached, or asks to try again; what became of the batch may be unknown.
     *
     * @param contended whether it came to grief over locks that others hold: smaller batches have better luck
     */
    record Unavailable(String message, Throwable cause, boolean contended) implements CommitOutcome {
        public Unavailable(String message, Throwable cause) {
            this(message, cause, false);
        }
    }

    /**
     * Given up at a limit of time, nothing written (a role's {@code statement_timeout} shorter than the flush, as a rule).
     * No event is to blame: smaller batches may pass.
     */
    record TooSlow(String message, Throwable cause) implements CommitOutcome {}

    /**
     * The database lost commits that it had acknowledged (a promoted standby, a restored backup). Rows and checkpoint
     * went back together, so nothing is wrong: throw away what is folded and read again from there.
     */
    record WentBack(Checkpoint checkpoint) implements CommitOutcome {}

    /** Refused for a reason that lies neither in the events nor in the moment: trying again does not help. */
    record Failed(String message, Throwable cause) implements CommitOutcome {}
}
