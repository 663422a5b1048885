package io.millrace.eventstore;

import com.eventstore.dbclient.proto.streams.StreamsOuterClass.ReadReq;
import com.eventstore.dbclient.proto.streams.StreamsOuterClass.ReadResp;
import com.eventstore.dbclient.proto.streams.StreamsOuterClass.ReadResp.ReadEvent;
import io.grpc.Metadata;
import io.grpc.Status;
import io.millrace.checkpoint.Position;
import io.millrace.projections.EventEnvelope;
import io.millrace.projections.SourceSignal;
import java.util.Optional;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/**
 * One subscription call, from its opening to its end: turns its messages into signals.
 *
 * <p>It asks for one message at a time, and for none while it holds back an event that the subscriber does not allow; it
 * asks also where nothing is allowed, since what comes next may be no event at all. How large a message is, is known only
 * once it has come: whoever asks for many has to take them all. Asking singly costs nothing that can be measured, since
 * messages come on the thread that asks for the next one, and gRPC has the bytes of many there already.
 *
 * <p>So, whatever sizes follow one another, a subscription takes up at most:
 *
 * <ul>
 *   <li>in the subscriber's queue: the bytes that it allows, and one event;
 *   <li>here: one event that is held back, or a message while it becomes one, of which there are three copies then (gRPC's
 *       buffer, the message, the event). A question of {@link SilenceWatch}, asked while nothing comes, reads two;
 *   <li>outside of the heap: the parts of one message, and what the store may send before it is asked for: HTTP/2's flow
 *       control window, 1 MiB at first, which gRPC enlarges to 8 MiB at most where the line is fast.
 * </ul>
 *
 * <p>With a queue of 32 MiB this is 36 MiB of heap where events have 1 MiB, and 100 MiB where all have
 * {@link Transport#MAX_MESSAGE_BYTES}; beside it up to 9 or 25 MiB of other memory. Each subscription has its own.
 */
final class OpenSubscription implements StoreCalls.Answers {
    /** So many events that nobody asked for may pass before the subscriber hears how far it is. */
    private static final int SKIPPED_PER_CHECKPOINT = 1_000;

    private final Optional<Position> head;
    private final EventDecoder decoder;
    private final ReadProgress progress;
    private final Demand demand;
    private final Consumer<SourceSignal> signals;
    private final Consumer<CallEnd> ended;
    private final StoreCalls calls;

    private StoreCalls.@Nullable Call call;
    private @Nullable EventEnvelope heldBack;
    private boolean confirmed;
    private boolean caughtUp;
    private boolean over;
    private int skipped;
    private long messages;

    /**
     * @param head the last position that there was just before
     * @param ended hears of the end, unless it was cancelled from here
     */
    OpenSubscription(
            Optional<Position> head,
            EventDecoder decoder,
            ReadProgress progress,
            Demand demand,
            StoreCalls calls,
            Consumer<SourceSignal> signals,
            Consumer<CallEnd> ended) {
        this.head = head;
        this.decoder = decoder;
        this.progress = progress;
        this.demand = demand;
        this.calls = calls;
        this.signals = signals;
        this.ended = ended;
    }

    void open(ReadReq request) {
        call = calls.read(request, new StoreCalls.Terms(StoreCalls.Asked.PREFERRED_NODE, Optional.empty()), this);
        askForNext();
    }

    /** The subscriber allows more: if an event waits for that, it goes first, and nothing was asked for meanwhile. */
    void resume() {
        EventEnvelope waiting = heldBack;
        if (waiting != null && demand.allowsEvent()) {
            heldBack = null;
            handOn(waiting);
            askForNext();
        }
    }

    @Override
    public void onMessage(ReadResp message) {
        if (over) {
            return;
        }
        messages++;
        switch (message.getContentCase()) {
            case EVENT -> onEvent(message.getEvent());
            case CHECKPOINT -> onCheckpoint(message.getCheckpoint());
            case CONFIRMATION -> onConfirmation();
            case CAUGHT_UP -> onCaughtUp();
            case FELL_BEHIND -> signals.accept(new SourceSignal.FellBehind());
            default -> {
                // Ends of the stream and what later servers may add: they say nothing that is needed.
            }
        }
        askForNext();
    }

    /** A 24.6 that has looked at less than a window, without a match, says 2^64 - 1: that is no position. */
    private void onCheckpoint(ReadResp.Checkpoint checkpoint) {
        if (checkpoint.getCommitPosition() >= 0) {
            moveTo(Position.inLog(checkpoint.getCommitPosition(), checkpoint.getPreparePosition()));
        }
    }

    private void onConfirmation() {
        confirmed = true;
        signals.accept(new SourceSignal.Subscribed(head));
    }

    private void onEvent(ReadEvent read) {
        Position position = decoder.position(read);
        if (isTombstone(position)) {
            return;
        }
        progress.expectAfter(position);
        EventEnvelope event = decoder.wanted(read, position);
        if (event == null) {
            onSkipped(position);
        } else if (demand.allowsEvent()) {
            handOn(event);
        } else {
            heldBack = event;
        }
    }

    /** The last record of a stream that was deleted for good has no number of its own; the end of the call follows. */
    private static boolean isTombstone(Position position) {
        return position instanceof Position.InStream inStream && inStream.revision() == Long.MAX_VALUE;
    }

    private void handOn(EventEnvelope event) {
        demand.handedOn(event);
        progress.handedOn(event);
        skipped = 0;
        signals.accept(event);
    }

    private void onSkipped(Position position) {
        progress.skippedTo(position);
        if (++skipped >= SKIPPED_PER_CHECKPOINT) {
            announceSkipped();
        }
    }

    /** Says how far the events went that nobody asked for, if that was not said yet. */
    void announceSkipped() {
        skipped = 0;
        if (progress.hasUnannounced()) {
            signals.accept(new SourceSignal.CheckpointReached(progress.announce()));
        }
    }

    /** Checkpoint messages never go back, but may equal the last event, or lie before it with prepare 0. */
    private void moveTo(Position position) {
        if (progress.isBefore(position)) {
            progress.skippedTo(position);
            announceSkipped();
        }
    }

    /** What lay before the head when the subscription began has come by now, also where no checkpoint says so. */
    void onCaughtUp() {
        if (!caughtUp) {
            caughtUp = true;
            head.ifPresent(this::moveTo);
        }
        announceSkipped();
        signals.accept(new SourceSignal.CaughtUp());
    }

    private void askForNext() {
        StoreCalls.Call current = call;
        if (current != null && !over && heldBack == null) {
            current.request(1);
        }
    }

    @Override
    public void onEnd(Status status, Metadata trailers) {
        if (!over) {
            over = true;
            ended.accept(CallEnd.of(status, trailers, calls.target()));
        }
    }

    /** Ends the call; it says nothing more. */
    void cancel() {
        if (!over) {
            over = true;
            if (call != null) {
                call.cancel();
            }
        }
    }

    /** Changes with every message, and with every part of one, that comes; tells silence. */
    long received() {
        return messages + (call == null ? 0 : call.receivedBytes());
    }

    boolean isConfirmed() {
        return confirmed;
    }

    boolean isCaughtUp() {
        return caughtUp;
    }

    /** Whether the subscriber, not the store, is what is waited for. */
    boolean waitsForSubscriber() {
        return heldBack != null;
    }
}
