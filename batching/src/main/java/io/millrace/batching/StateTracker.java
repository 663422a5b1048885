package io.millrace.batching;

import io.millrace.batching.ProjectorState.CatchingUp;
import io.millrace.batching.ProjectorState.Live;
import io.millrace.batching.ProjectorState.Retrying;
import io.millrace.batching.ProjectorState.Starting;
import java.time.InstantSource;
import org.jspecify.annotations.Nullable;

/**
 * What state a projector is in, seen from the phase that it reads in and the trouble on either side of it. Changed by
 * the projector's thread; {@link #state} may be read by any.
 */
final class StateTracker {
    private final InstantSource clock;
    private final ProjectorListener listener;
    private volatile ProjectorState state = new Starting();
    private Phase phase = Phase.CATCHING_UP;
    private boolean subscribed;
    private @Nullable Retrying readTrouble;
    private @Nullable Retrying commitTrouble;

    StateTracker(InstantSource clock, ProjectorListener listener) {
        this.clock = clock;
        this.listener = listener;
    }

    ProjectorState state() {
        return state;
    }

    boolean hasEnded() {
        return state instanceof ProjectorState.Ended;
    }

    Phase phase() {
        return phase;
    }

    void enter(Phase next) {
        if (phase != next) {
            phase = next;
            publish();
        }
    }

    /** Reading begins, or begins again: with history. */
    void subscribed() {
        subscribed = true;
        readTrouble = null;
        phase = Phase.CATCHING_UP;
        publish();
    }

    void interrupted(String cause) {
        readTrouble = trouble(readTrouble, cause);
        publish();
    }

    void unavailable(String cause) {
        commitTrouble = trouble(commitTrouble, cause);
        publish();
    }

    void available() {
        if (commitTrouble != null) {
            commitTrouble = null;
            publish();
        }
    }

    void end(ProjectorState.Ended end) {
        change(end);
    }

    private Retrying trouble(@Nullable Retrying before, String cause) {
        return new Retrying(cause, before == null ? clock.instant() : before.since());
    }

    private void publish() {
        if (commitTrouble != null) {
            change(commitTrouble);
        } else if (readTrouble != null) {
            change(readTrouble);
        } else if (!subscribed) {
            change(new Starting());
        } else {
            change(phase == Phase.CATCHING_UP || phase == Phase.OVERRUN ? new CatchingUp() : new Live());
        }
    }

    private void change(ProjectorState next) {
        ProjectorState before = state;
        if (!next.equals(before)) {
            state = next;
            listener.stateChanged(before, next);
        }
    }
}
