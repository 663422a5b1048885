package io.millrace.eventstore;

import com.eventstore.dbclient.proto.streams.StreamsOuterClass.ReadResp;
import io.millrace.checkpoint.Position;
import io.millrace.projections.EventSourceException;
import java.util.List;
import java.util.Optional;
import java.util.function.Consumer;

/**
 * Tells a quiet store from a subscription that went deaf. Silence alone proves nothing: after some of it one event is
 * read with the same filter, from the last position on. Is there one, it must be delivered soon; is there none, all is
 * well, and a server that says no caught-up of its own (before 23.10; on an empty stream before 24.2) is caught up.
 */
final class SilenceWatch {
    /** Of one second each. */
    private static final int QUIET_TICKS_WHEN_LIVE = 5;

    private static final int QUIET_TICKS_WHEN_CATCHING_UP = 2;
    private static final int TICKS_TO_DELIVER = 10;
    private static final int TICKS_TO_CONFIRM = 10;

    private final OpenSubscription subscription;
    private final ReadRequests requests;
    private final EventDecoder decoder;
    private final ReadProgress progress;
    private final SingleReads probes;
    private final String target;
    private final Consumer<CallEnd> deaf;

    private long messagesSeen;
    private int quietTicks;
    private boolean awaitsDelivery;

    SilenceWatch(
            OpenSubscription subscription,
            ReadRequests requests,
            EventDecoder decoder,
            ReadProgress progress,
            SingleReads probes,
            String target,
            Consumer<CallEnd> deaf) {
        this.subscription = subscription;
        this.requests = requests;
        this.decoder = decoder;
        this.progress = progress;
        this.probes = probes;
        this.target = target;
        this.deaf = deaf;
    }

    /** Another second went by. */
    void onTick() {
        if (subscription.messages() != messagesSeen || subscription.waitsForSubscriber()) {
            messagesSeen = subscription.messages();
            restart();
            return;
        }
        quietTicks++;
        if (quietTicks == 1) {
            subscription.announceSkipped();
        }
        if (!subscription.isConfirmed()) {
            expectWithin(TICKS_TO_CONFIRM, "did not confirm the subscription");
        } else if (awaitsDelivery) {
            expectWithin(TICKS_TO_DELIVER, "has events that it does not deliver");
        } else if (!probes.isUnderWay() && quietTicks >= quietTicksBeforeProbe()) {
            Optional<Position> last = progress.last();
            probes.ask(requests.forwards(last, 2), this::onProbed, this::onProbeFailed);
        }
    }

    private int quietTicksBeforeProbe() {
        return subscription.isCaughtUp() ? QUIET_TICKS_WHEN_LIVE : QUIET_TICKS_WHEN_CATCHING_UP;
    }

    private void restart() {
        quietTicks = 0;
        awaitsDelivery = false;
        probes.cancel();
    }

    private void expectWithin(int ticks, String otherwise) {
        if (quietTicks >= ticks) {
            deaf.accept(new CallEnd.Passing(new EventSourceException(
                    EventSourceException.Kind.UNREACHABLE, "the event store at " + target + " " + otherwise)));
        }
    }

    private void onProbed(List<ReadResp> answers) {
        quietTicks = 0;
        if (subscription.messages() != messagesSeen) {
            return;
        }
        awaitsDelivery = answers.stream()
                .filter(ReadResp::hasEvent)
                .anyMatch(answer -> progress.isBefore(decoder.position(answer.getEvent())));
        if (!awaitsDelivery && !subscription.isCaughtUp()) {
            subscription.onCaughtUp();
        }
    }

    /** Only what tells of the connection counts; whether the question was liked does not matter. */
    private void onProbeFailed(CallEnd end) {
        quietTicks = 0;
        if (end instanceof CallEnd.Passing) {
            deaf.accept(end);
        }
    }

    void stop() {
        probes.cancel();
    }
}
