package io.millrace.eventstore;

import io.millrace.checkpoint.Position;
import io.millrace.projections.EventSource;
import io.millrace.projections.EventSourceException;
import io.millrace.projections.EventSourceException.Kind;
import io.millrace.projections.SourceSignal;
import java.time.Duration;
import java.util.Optional;
import java.util.random.RandomGenerator;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Reads a source from a position on, for as long as it is wanted: checks the history, subscribes, hands on, and after
 * whatever ends the call begins again behind the last position that it handed on.
 *
 * <p>A state machine without threads or clocks of its own. Whoever drives it calls it, and lets {@link StoreCalls} and
 * {@link Timers} call back, one at a time.
 */
final class SubscriptionReader {
    private static final Logger LOG = LoggerFactory.getLogger(SubscriptionReader.class);

    /** How often a node whose history ends before the checkpoint is asked again: followers lag, for moments. */
    private static final int BEHIND_ATTEMPTS = 5;

    private static final Duration BEHIND_PAUSE = Duration.ofSeconds(1);

    /** Leaders that are pointed to are followed at once, unless they point on and on. */
    private static final int PROMPT_REDIRECTS = 3;

    private final EventSource.Request request;
    private final EventSource.Subscriber subscriber;
    private final StoreCalls calls;
    private final Timers timers;
    private final Patience patience;
    private final Backoff backoff;
    private final ReadRequests requests;
    private final EventDecoder decoder;
    private final ReadProgress progress;
    private final SingleReads reads;
    private final SingleReads probes;
    private final Demand demand = new Demand();

    private @Nullable OpenSubscription subscription;
    private @Nullable SilenceWatch silence;
    private Timers.@Nullable Timer timer;
    private boolean interrupted;
    private boolean doubtTold;
    private boolean over;
    private int behindAttempts;
    private int redirects;

    SubscriptionReader(
            EventSource.Request request,
            EventSource.Subscriber subscriber,
            StoreCalls calls,
            Timers timers,
            RandomGenerator random,
            Patience patience) {
        this.request = request;
        this.subscriber = subscriber;
        this.calls = calls;
        this.timers = timers;
        this.patience = patience;
        this.backoff = new Backoff(random);
        this.requests = new ReadRequests(request.source(), request.eventTypes());
        this.decoder = new EventDecoder(request.source(), request.eventTypes());
        this.progress = new ReadProgress(request.afterExclusive(), request.lastHandled());
        this.reads = new SingleReads(calls, StoreCalls.Asked.PREFERRED_NODE, Optional.of(patience.answer()));
        this.probes = new SingleReads(calls, StoreCalls.Asked.ANY_NODE, Optional.empty());
    }

    /** Begins. */
    void start() {
        if (!over) {
            checkHistory();
        }
    }

    /** The subscriber takes this many more events, and this many more bytes of them. */
    void allow(long events, long bytes) {
        demand.allow(events, bytes);
        if (subscription != null && !over) {
            subscription.resume();
        }
    }

    /** Ends it; nothing is signalled any more. */
    void close() {
        over = true;
        release();
        calls.close();
    }

    /** Ends it because of an error that nobody foresaw. */
    void crash(RuntimeException error) {
        fail(
                error instanceof EventSourceException known
                        ? known
                        : new EventSourceException(
                                Kind.INVALID, "reading " + request.source() + " failed: " + error, error));
    }

    private void checkHistory() {
        timer = null;
        new HistoryCheck(request.source(), reads, requests, decoder, progress, this::onVerdict).begin();
    }

    private void onVerdict(HistoryCheck.Verdict verdict) {
        if (verdict instanceof HistoryCheck.Verdict.Fits fits) {
            fits.doubt().ifPresent(this::tellDoubt);
            behindAttempts = 0;
            subscribe(fits.head());
        } else if (verdict instanceof HistoryCheck.Verdict.Behind behind) {
            onBehind(behind.head());
        } else if (verdict instanceof HistoryCheck.Verdict.OtherHistory other) {
            fail(otherHistory(other.found()));
        } else if (verdict instanceof HistoryCheck.Verdict.Unanswered unanswered) {
            onEnd(unanswered.end());
        }
    }

    private void tellDoubt(String doubt) {
        if (!doubtTold) {
            doubtTold = true;
            LOG.warn(
                    "{}: cannot tell whether {} still holds the history that was read, since {}; going on",
                    request.source(),
                    calls.target(),
                    doubt);
        }
    }

    private void onBehind(Optional<Position> head) {
        String ends = head.map(position -> "it ends at " + position).orElse("it holds nothing");
        EventSourceException cause = otherHistory(ends + ", before the checkpoint "
                + progress.last().map(Position::toString).orElse(""));
        if (++behindAttempts >= BEHIND_ATTEMPTS) {
            fail(cause);
        } else {
            interrupt(cause);
            calls.reconnect(Optional.empty());
            timer = timers.after(BEHIND_PAUSE, this::checkHistory);
        }
    }

    private EventSourceException noRecordAtCheckpoint() {
        return otherHistory("no record begins at the checkpoint "
                + progress.last().map(Position::toString).orElse(""));
    }

    private EventSourceException otherHistory(String found) {
        return new EventSourceException(
                Kind.OTHER_HISTORY,
                "the event store at " + calls.target() + " does not hold the history of this checkpoint ("
                        + request.source()
                        + "): " + found + "; it is another store or was restored from a backup:"
                        + " connect to the right one, or replay from the start");
    }

    private void subscribe(Optional<Position> head) {
        OpenSubscription opened =
                new OpenSubscription(head, decoder, progress, demand, calls, this::onSignal, this::onEnd);
        subscription = opened;
        silence = new SilenceWatch(opened, requests, decoder, progress, probes, patience, calls.target(), this::onEnd);
        opened.open(requests.subscribe(progress.last()));
        timer = timers.after(patience.step(), this::onStep);
    }

    private void onStep() {
        SilenceWatch watch = silence;
        if (watch != null && !over) {
            timer = timers.after(patience.step(), this::onStep);
            watch.onStep();
        }
    }

    private void onSignal(SourceSignal signal) {
        if (over) {
            return;
        }
        if (signal instanceof SourceSignal.Subscribed) {
            interrupted = false;
        } else {
            // Only what follows the confirmation shows that the call is good.
            redirects = 0;
            backoff.reset();
        }
        subscriber.onSignal(signal);
    }

    private void onEnd(CallEnd end) {
        if (over) {
            return;
        }
        boolean wasReading = subscription != null;
        release();
        if (end instanceof CallEnd.Lasting lasting) {
            fail(lasting.saysOtherHistory() ? noRecordAtCheckpoint() : lasting.cause());
        } else if (end instanceof CallEnd.NotLeader elsewhere
                && elsewhere.leader().isPresent()
                && ++redirects <= PROMPT_REDIRECTS) {
            if (wasReading) {
                interrupt(end.cause());
            }
            calls.reconnect(elsewhere.leader());
            timer = timers.after(Duration.ZERO, this::checkHistory);
        } else {
            interrupt(end.cause());
            calls.reconnect(Optional.empty());
            timer = timers.after(backoff.next(), this::checkHistory);
        }
    }

    private void interrupt(EventSourceException cause) {
        LOG.debug("{}: interrupted", request.source(), cause);
        if (!interrupted) {
            interrupted = true;
            subscriber.onSignal(new SourceSignal.Interrupted(cause));
        }
    }

    private void fail(EventSourceException cause) {
        if (!over) {
            over = true;
            release();
            calls.close();
            subscriber.onSignal(new SourceSignal.Failed(cause));
        }
    }

    /** Lets go of the call and of all that waits. */
    private void release() {
        if (timer != null) {
            timer.cancel();
            timer = null;
        }
        if (silence != null) {
            silence.stop();
            silence = null;
        }
        if (subscription != null) {
            subscription.cancel();
            subscription = null;
        }
        reads.cancel();
    }
}
