package io.millrace.eventstore;

import com.eventstore.dbclient.proto.streams.StreamsOuterClass.ReadReq.Options;
import com.eventstore.dbclient.proto.streams.StreamsOuterClass.ReadResp;
import com.eventstore.dbclient.proto.streams.StreamsOuterClass.ReadResp.SubscriptionConfirmation;
import io.grpc.Metadata;
import io.grpc.Status;
import io.millrace.it.simulation.Fault;
import io.millrace.it.simulation.Faults;
import io.millrace.it.simulation.History.Recorded;
import java.time.Duration;
import java.util.List;

/**
 * A subscription at a simulated node. Follows the recorded rules: the start position is exclusive, a confirmation comes
 * first and proves nothing, caught-up when there is nothing more, checkpoints with prepare 0 while catching up.
 */
final class SimulatedSubscriptionCall extends SimulatedCall {
    private static final Duration LATEST_TROUBLE = Duration.ofSeconds(20);
    private static final int BURST = 8;

    private final Options options;
    private final Faults faults;
    private long requested;
    private int next;
    private boolean begun;
    private boolean confirmed;
    private boolean stalled;
    private boolean caughtUp;
    private boolean scheduled;
    private int skipped;

    SimulatedSubscriptionCall(SimulatedConnection connection, Options options, StoreCalls.Answers answers) {
        super(connection, answers);
        this.options = options;
        this.faults = connection.store.faults;
    }

    void begin() {
        if (isEnded()) {
            return;
        }
        connection.store.opened(this);
        if (connection.isBroken()) {
            end(SimulatedConnection.UNAVAILABLE);
            return;
        }
        begun = true;
        stalled = faults.strikes(Fault.NOT_CONFIRMED);
        drawTrouble();
        pump();
    }

    private void drawTrouble() {
        later(Fault.CALL_COMPLETED, () -> end(Status.OK));
        later(Fault.CALL_FAILED, () -> end(connection.anyFailure(Fault.CALL_FAILED)));
        later(Fault.CALL_CANCELLED, () -> end(Status.CANCELLED));
        later(Fault.CALL_STALLED, () -> stalled = true);
        later(
                Fault.NOT_LEADER,
                () -> end(
                        Status.NOT_FOUND.withDescription("Leader info available"),
                        SimulatedConnection.notLeader(faults.draw(Fault.NOT_LEADER, 4) > 0)));
    }

    /** Soon as a rule, so that it hits what happens at the beginning. */
    private void later(Fault fault, Runnable trouble) {
        if (faults.strikes(fault)) {
            long within = faults.nanos(fault, LATEST_TROUBLE);
            long nanos = faults.draw(fault, 2) == 0 ? within / 1_000 : within;
            connection.later(nanos, () -> {
                if (!isEnded()) {
                    trouble.run();
                }
            });
        }
    }

    /** Sends what it may, and comes back for the rest. */
    void pump() {
        if (begun && !isEnded() && !scheduled && requested > 0 && !stalled) {
            scheduled = true;
            connection.later(connection.store.latency(), this::sendSome);
        }
    }

    private void sendSome() {
        scheduled = false;
        boolean more = true;
        for (int burst = 1 + faults.draw(BURST); burst > 0 && more; burst--) {
            more = !isEnded() && !stalled && requested > 0 && sendNext();
        }
        if (more) {
            pump();
        }
    }

    private boolean sendNext() {
        if (!confirmed) {
            confirmed = true;
            return send(ReadResp.newBuilder()
                    .setConfirmation(SubscriptionConfirmation.newBuilder().setSubscriptionId("simulated")));
        }
        if (caughtUp && faults.strikes(Fault.FELL_BEHIND)) {
            caughtUp = false;
            return send(ReadResp.newBuilder().setFellBehind(ReadResp.FellBehind.getDefaultInstance()));
        }
        return sendEvent() || sendCaughtUp();
    }

    private boolean sendEvent() {
        List<Recorded> events = connection.events();
        while (next < events.size()) {
            Recorded event = events.get(next++);
            if (SimulatedConnection.compare(event, options) <= 0) {
                continue;
            }
            if (connection.passes(event)) {
                skipped = 0;
                if (faults.strikes(Fault.EVENT_REPEATED)) {
                    next--;
                }
                return send(SimulatedConnection.message(event).toBuilder());
            }
            if (!options.hasStream() && (++skipped == 3 || faults.draw(6) == 0)) {
                skipped = 0;
                return send(checkpoint(event));
            }
        }
        return false;
    }

    private boolean sendCaughtUp() {
        boolean says = !caughtUp || faults.strikes(Fault.CAUGHT_UP_REPEATED);
        caughtUp = true;
        return says && send(ReadResp.newBuilder().setCaughtUp(ReadResp.CaughtUp.getDefaultInstance()));
    }

    /** At an event that was looked at and not sent; live ones carry both numbers. */
    private ReadResp.Builder checkpoint(Recorded at) {
        ReadResp.Checkpoint.Builder checkpoint =
                ReadResp.Checkpoint.newBuilder().setCommitPosition(at.position().commit());
        return ReadResp.newBuilder()
                .setCheckpoint(
                        caughtUp ? checkpoint.setPreparePosition(at.position().prepare()) : checkpoint);
    }

    private boolean send(ReadResp.Builder message) {
        requested--;
        say(message.build());
        return true;
    }

    @Override
    public void request(int messages) {
        requested += messages;
        pump();
    }

    @Override
    void end(Status status, Metadata trailers) {
        connection.store.closed(this);
        super.end(status, trailers);
    }

    @Override
    public void cancel() {
        connection.store.closed(this);
        super.cancel();
    }
}
