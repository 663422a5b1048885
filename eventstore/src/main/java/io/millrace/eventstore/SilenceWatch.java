package io.millrace.eventstore;

import com.eventstore.dbclient.proto.streams.StreamsOuterClass.ReadResp;
import io.millrace.checkpoint.Position;
import io.millrace.projections.EventSourceException;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.function.Consumer;

/**
 * Tells a quiet store from a dead connection and from a subscription that went deaf. Silence alone proves nothing: after
 * some of it one event is read with the same filter, from the last position on. No sign of life by then, and the
 * connection is dead. Is there such an event, it must be delivered soon; is there none, all is well, and a server that
 * says no caught-up of its own (before 23.10; on an empty stream before 24.2) is caught up.
 *
 * <p>gRPC's own keep-alive cannot do it: it pings no more often than every 10 s, and knows nothing of deaf subscriptions.
 *
 * <p>Time is counted in the steps that went by, that for the answer, too, and not read from a clock: a process that was
 * frozen gives the store all of its time again. Bytes count as well as messages: a large event on its way over a thin
 * line is no silence. While an event waits for the subscriber nothing is asked, however long that takes.
 */
final class SilenceWatch {
    /** The event at the last position itself is read, too: start positions of reads are inclusive. */
    private static final int LAST_AND_NEXT = 2;

    private final OpenSubscription subscription;
    private final ReadRequests requests;
    private final EventDecoder decoder;
    private final ReadProgress progress;
    private final SingleReads probes;
    private final Patience patience;
    private final String target;
    private final Consumer<CallEnd> deaf;

    private long seen;
    private Duration quiet = Duration.ZERO;
    private boolean awaitsDelivery;

    SilenceWatch(
            OpenSubscription subscription,
            ReadRequests requests,
            EventDecoder decoder,
            ReadProgress progress,
            SingleReads probes,
            Patience patience,
            String target,
            Consumer<CallEnd> deaf) {
        this.subscription = subscription;
        this.requests = requests;
        this.decoder = decoder;
        this.progress = progress;
        this.probes = probes;
        this.patience = patience;
        this.target = target;
        this.deaf = deaf;
    }

    /** Another step of time went by. */
    void onStep() {
        if (subscription.received() != seen || subscription.waitsForSubscriber()) {
            seen = subscription.received();
            restart();
            return;
        }
        if (quiet.isZero()) {
            subscription.announceSkipped();
        }
        quiet = quiet.plus(patience.step());
        if (!subscription.isConfirmed()) {
            expectWithin(patience.delivery(), "did not confirm the subscription");
        } else if (awaitsDelivery) {
            expectWithin(patience.delivery(), "has events that it does not deliver");
        } else if (probes.isUnderWay()) {
            expectSignOfLife();
        } else if (isQuietFor(silenceBeforeProbe())) {
            quiet = Duration.ZERO;
            Optional<Position> last = progress.last();
            probes.ask(requests.forwards(last, LAST_AND_NEXT), this::onProbed, this::onProbeFailed);
        }
    }

    private Duration silenceBeforeProbe() {
        return subscription.isCaughtUp() ? patience.silence() : patience.silenceBeforeCaughtUp();
    }

    private boolean isQuietFor(Duration time) {
        return quiet.compareTo(time) >= 0;
    }

    private void restart() {
        quiet = Duration.ZERO;
        awaitsDelivery = false;
        probes.cancel();
    }

    private void expectWithin(Duration time, String otherwise) {
        if (isQuietFor(time)) {
            deaf.accept(new CallEnd.Passing(new EventSourceException(
                    EventSourceException.Kind.UNREACHABLE, "the event store at " + target + " " + otherwise)));
        }
    }

    private void expectSignOfLife() {
        if (!probes.hasBegunToAnswer()) {
            expectWithin(patience.sign(), "gave no sign of life");
        } else if (isQuietFor(patience.sign())) {
            probes.cancel();
            onLongAnswer();
        }
    }

    private void onProbed(List<ReadResp> answers) {
        quiet = Duration.ZERO;
        if (subscription.received() != seen) {
            return;
        }
        awaitsDelivery = answers.stream()
                .filter(ReadResp::hasEvent)
                .anyMatch(answer -> progress.isBefore(decoder.position(answer.getEvent())));
        if (!awaitsDelivery && !subscription.isCaughtUp()) {
            subscription.onCaughtUp();
        }
    }

    /** An answer that began, but did not end in time, is an event that takes its time: there is one, then. */
    private void onLongAnswer() {
        quiet = Duration.ZERO;
        awaitsDelivery = true;
    }

    /** Only what tells of the connection counts; whether the question was liked does not matter. */
    private void onProbeFailed(CallEnd end, boolean answerBegan) {
        if (answerBegan) {
            onLongAnswer();
        } else if (end instanceof CallEnd.Passing) {
            deaf.accept(end);
        } else {
            quiet = Duration.ZERO;
        }
    }

    void stop() {
        probes.cancel();
    }
}
