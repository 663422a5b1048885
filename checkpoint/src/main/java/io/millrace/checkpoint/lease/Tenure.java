package io.millrace.checkpoint.lease;

import java.util.Optional;

/** How one projection stands with this instance. Changed by the thread that steps {@link Leases}. */
final class Tenure {
    /** The states, and what holds in them. */
    enum State {
        /** Not ours; taken when it is free. */
        STANDBY,
        /** Ours, renewed; work goes on. */
        HELD,
        /** Ours, renewed; work was asked to end. */
        ENDING,
        /** Not ours any more, and work has not ended yet. */
        DROPPED,
        /** Not to be taken any more. */
        GIVEN_UP
    }

    private State state = State.STANDBY;
    private long epoch;
    private long validUntilNanos;
    private Optional<LeaseBoard.Row> shown = Optional.empty();

    State state() {
        return state;
    }

    long epoch() {
        return epoch;
    }

    boolean isOurs() {
        return state == State.HELD || state == State.ENDING;
    }

    void hold(long newEpoch, long validUntil) {
        state = State.HELD;
        epoch = newEpoch;
        validUntilNanos = validUntil;
        shown = Optional.empty();
    }

    void renewed(long validUntil) {
        validUntilNanos = validUntil;
    }

    /** How long we may take it for ours without asking; means nothing unless it is. */
    long nanosValid(long nowNanos) {
        return validUntilNanos - nowNanos;
    }

    void enter(State next) {
        state = next;
    }

    /** Whether this is another holder, epoch or claimant than the one shown last; then it is the one shown. */
    boolean shows(LeaseBoard.Row lease) {
        boolean news = shown.isEmpty()
                || !shown.get().holder().equals(lease.holder())
                || shown.get().epoch() != lease.epoch()
                || shown.get().isLive() != lease.isLive()
                || !shown.get().claimant().equals(lease.claimant());
        shown = Optional.of(lease);
        return news;
    }
}
