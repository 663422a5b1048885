package io.millrace.embedded;

import com.eventstore.dbclient.proto.streams.StreamsOuterClass.ReadReq.Options.FilterOptions;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * A subscription to {@code $all}: history first, then what is appended.
 *
 * <p>Checkpoints come as from a real server (24.6), of filtered subscriptions only. While catching up the log is looked at
 * in windows: once multiplier × window records of any kind were looked at, one comes after that window's events; it
 * names the window's last match, or where a window without one <em>began</em>. The first window starts on the record that
 * the client named (from the start: on one that clients never see), so it shows one record less. Live, one comes per
 * multiplier × window records that were appended since the subscription began, at the last of them.
 */
final class AllSubscription extends ResponsePump {
    /** A window ends early once so many of its records matched. */
    private static final int PAGE = 32;
    /** A live subscriber that is blocked and this many records behind is catching up again. */
    private static final int LIVE_BUFFER = 32;

    private final EventLog log;
    private final EventWriter writer;
    private final Optional<Window> window;
    private final EventFilter filter;
    private final RecordCursor cursor;
    private final Start start;
    private final Optional<RuntimeException> redirect;
    private final int headAtStart;

    private boolean begun;
    private boolean live;
    private int next;
    /** How far the client has been told, by an event or a checkpoint; -1 before the first. */
    private long toldCommit = -1;

    private long toldPrepare = -1;

    private @Nullable LogPosition lastCheckpoint;
    private int consideredInWindow;
    private long consideredSinceCheckpoint;
    private int matchesInWindow;
    private long windowStartCommit;
    private long windowStartPrepare;

    /**
     * How many records are looked at together, and after how many a checkpoint is due. Both are kept in 32 bits, as on
     * a real server: large ones become negative or begin again at 0.
     */
    record Window(int records, long interval) {
        /** A client says which window it wants, if only by asking for the usual one. */
        static Window of(FilterOptions options, boolean isSubscription) {
            int records = switch (options.getWindowCase()) {
                case MAX -> options.getMax();
                case COUNT -> PAGE;
                case WINDOW_NOT_SET ->
                    throw Refusals.invalid("'None' is not a valid EventStore.Client.Streams.ReadReq+Types+Options"
                            + "+Types+FilterOptions+WindowOneofCase");
            };
            if (isSubscription && options.getCheckpointIntervalMultiplier() == 0) {
                throw Refusals.handlerThrew();
            }
            return new Window(records, Integer.toUnsignedLong(records * options.getCheckpointIntervalMultiplier()));
        }

        /** Whether a live checkpoint is due at the record that is the n-th since the subscription began. */
        boolean isDueLive(long nth) {
            int every = (int) interval;
            return every <= 0 ? every != -1 : nth % every == 0;
        }
    }

    /**
     * Where a subscription begins: behind {@code position}, at the beginning without one.
     *
     * @param first the first record to look at
     * @param refusal why it ends right behind its confirmation, if it does
     */
    record Start(@Nullable LogPosition position, int first, Optional<RuntimeException> refusal) {}

    AllSubscription(
            CallContext call,
            Start start,
            EventFilter filter,
            Optional<Window> window,
            EventWriter writer,
            Runnable onOver) {
        super(call, onOver);
        this.log = call.log();
        this.redirect = call.redirect();
        this.headAtStart = log.head();
        this.start = start;
        this.filter = filter;
        this.window = window;
        this.writer = writer;
        this.cursor = new RecordCursor(log);
        this.next = start.first();
        LogPosition named = start.position();
        if (named != null) {
            tell(named.commit(), named.prepare());
        }
    }

    @Override
    void turn() {
        if (!begun && !begin()) {
            return;
        }
        while (mayGoOn()) {
            if (hasFallenBehind()) {
                send(Messages.FELL_BEHIND);
                fallBack();
            } else if (live) {
                if (!goOnLive()) {
                    return;
                }
            } else {
                catchUp();
            }
        }
        fallBehindWhenBlocked();
    }

    private boolean begin() {
        if (!mayGoOn()) {
            return false;
        }
        begun = true;
        send(Messages.confirmation());
        if (start.position() != null && next >= headAtStart && start.refusal().isEmpty()) {
            live = true;
            send(Messages.CAUGHT_UP);
            return true;
        }
        // A follower has to read history to know that it may not.
        Optional<RuntimeException> refusal = redirect.or(start::refusal);
        refusal.ifPresent(this::fail);
        beginWindows();
        return refusal.isEmpty();
    }

    private void beginWindows() {
        // The window begins on the record that the client named, or on the server's first, which nobody sees.
        boolean isNamedRecordLookedAt = next < log.head() && log.address(next) == toldCommit;
        consideredInWindow = isNamedRecordLookedAt ? 0 : 1;
        matchesInWindow = 0;
        consideredSinceCheckpoint = 0;
        windowStartCommit = Math.max(0, toldCommit);
        windowStartPrepare = Math.max(0, toldPrepare);
    }

    private void catchUp() {
        if (next >= log.head()) {
            // Without a match and without a full window before, this is 2^64 - 1: so says a real server too.
            checkpointAtTold();
            send(Messages.CAUGHT_UP);
            live = true;
            return;
        }
        if (window.isPresent() && window.get().records() <= 0) {
            lookAtNothing(window.get());
            return;
        }
        cursor.header(next);
        if (consideredInWindow == 0) {
            windowStartCommit = cursor.position;
            windowStartPrepare = 0;
        }
        next++;
        if (deliverIfWanted()) {
            matchesInWindow++;
        }
        consideredInWindow++;
        if (window.isPresent() && (consideredInWindow >= window.get().records() || matchesInWindow >= PAGE)) {
            endWindow(window.get());
        }
    }

    /** A real server divides by an interval of 0, and looks at no record for ever with one that is not. */
    private void lookAtNothing(Window of) {
        if (of.interval() == 0) {
            fail(Refusals.handlerThrew());
        } else {
            next = Integer.MAX_VALUE;
            live = true;
        }
    }

    private void endWindow(Window of) {
        consideredSinceCheckpoint += consideredInWindow;
        consideredInWindow = 0;
        matchesInWindow = 0;
        if (of.interval() == 0) {
            fail(Refusals.handlerThrew());
        } else if (consideredSinceCheckpoint >= of.interval()) {
            consideredSinceCheckpoint %= of.interval();
            if (isToldBefore(windowStartCommit, windowStartPrepare)) {
                tell(windowStartCommit, windowStartPrepare);
            }
            checkpointAtTold();
        }
    }

    /** Whether there was a record to look at. */
    private boolean goOnLive() {
        if (next >= log.head()) {
            return false;
        }
        cursor.header(next);
        int sequence = next++;
        deliverIfWanted();
        if (window.isPresent() && sequence >= headAtStart) {
            long appended = sequence - headAtStart + 1L;
            boolean isAhead = cursor.position >= toldCommit;
            if (window.get().isDueLive(appended) && isAhead) {
                tell(cursor.position, cursor.position);
                checkpointAtTold();
            }
        }
        return true;
    }

    private boolean deliverIfWanted() {
        // A client that named a position beyond the end hears nothing of what lies before it.
        if (isToldBefore(cursor.position, cursor.position) && filter.matches(cursor)) {
            tell(cursor.position, cursor.position);
            sendEvent(writer.write(cursor.sequence, live));
            return true;
        }
        lookedAt();
        return false;
    }

    private void tell(long commit, long prepare) {
        toldCommit = commit;
        toldPrepare = prepare;
    }

    private boolean isToldBefore(long commit, long prepare) {
        return toldCommit < commit || (toldCommit == commit && toldPrepare < prepare);
    }

    private void checkpointAtTold() {
        LogPosition position = new LogPosition(toldCommit, toldPrepare);
        if (window.isPresent() && (lastCheckpoint == null || lastCheckpoint.isBefore(position))) {
            lastCheckpoint = position;
            send(Messages.checkpoint(position));
        }
    }

    private void fallBehindWhenBlocked() {
        if (live && isBlocked() && log.head() - next > LIVE_BUFFER) {
            fallBack();
        }
    }

    private void fallBack() {
        live = false;
        beginWindows();
    }
}
