package io.millrace.batching;

import io.millrace.batching.ProjectorState.Ended;
import io.millrace.batching.ProjectorState.Failed;
import io.millrace.batching.ProjectorState.Stopped;
import java.time.Duration;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * How a projector comes to its end: once it closes it reads no more, and ends when what it has folded is committed, or
 * at the deadline that it was given. For the projector's thread, but for {@link #ask}.
 */
final class Ending {
    private volatile @Nullable Duration askedWithin;
    private boolean stopping;
    private long deadlineNanos;
    private @Nullable Closing closing;

    /**
     * Why no more is read.
     *
     * @param reason what the last batch is flushed for
     * @param then what the projector has come to after it
     */
    record Closing(FlushReason reason, Ended then) {}

    /** Asks it to stop. By any thread; the first one counts. */
    void ask(Duration within) {
        if (askedWithin == null) {
            askedWithin = within;
        }
    }

    /** Whether it has just been asked to stop; closes, with a deadline from now on. */
    boolean beginsToStop(long nowNanos) {
        Duration within = askedWithin;
        if (within == null || stopping) {
            return false;
        }
        stopping = true;
        deadlineNanos = nowNanos + within.toNanos();
        close(FlushReason.SHUTDOWN, new Stopped());
        return true;
    }

    /** Closes. What was to be the end before stays it, unless what was left to do fails. */
    void close(FlushReason reason, Ended then) {
        boolean fails = then instanceof Failed && !stopping;
        if (closing == null || (fails && closing.then() instanceof Stopped)) {
            closing = new Closing(reason, then);
        }
    }

    /** Does not close after all, unless it was asked to stop. */
    void reopen() {
        if (!stopping) {
            closing = null;
        }
    }

    boolean isClosing() {
        return closing != null;
    }

    /** Why it closes; empty while it reads on. */
    Optional<Closing> closing() {
        return Optional.ofNullable(closing);
    }

    /** How long until it stops in any case; {@link Long#MAX_VALUE} if it was not asked to. */
    long nanosLeft(long nowNanos) {
        return stopping ? deadlineNanos - nowNanos : Long.MAX_VALUE;
    }
}
