package io.millrace.embedded;

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
    /** How far the client has been told: the last event or checkpoint. */
    private @Nullable LogPosition told;

    private @Nullable LogPosition lastCheckpoint;
    private int consideredInWindow;
    private long consideredSinceCheckpoint;
    private LogPosition windowStart = new LogPosition(0, 0);

    /** How many records are looked at together, and how many windows make a checkpoint due. */
    record Window(int records, long multiplier) {
        long interval() {
            return records * multiplier;
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
        this.told = start.position();
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
        Optional<RuntimeException> refusal = redirect.or(start::refusal);
        if (refusal.isPresent()) {
            fail(refusal.get());
            return false;
        }
        if (start.position() != null && next >= headAtStart) {
            live = true;
            send(Messages.CAUGHT_UP);
        } else {
            beginWindows();
        }
        return true;
    }

    private void beginWindows() {
        consideredInWindow = 1;
        consideredSinceCheckpoint = 0;
        windowStart = told == null ? new LogPosition(0, 0) : told;
    }

    private void catchUp() {
        if (next >= log.head()) {
            if (window.isPresent() && told != null) {
                checkpoint(told);
            }
            send(Messages.CAUGHT_UP);
            live = true;
            return;
        }
        cursor.header(next);
        if (consideredInWindow == 0) {
            windowStart = new LogPosition(cursor.position, 0);
        }
        next++;
        deliverIfWanted();
        if (window.isPresent() && ++consideredInWindow >= window.get().records()) {
            endWindow(window.get());
        }
    }

    private void endWindow(Window of) {
        consideredSinceCheckpoint += consideredInWindow;
        consideredInWindow = 0;
        if (consideredSinceCheckpoint >= of.interval()) {
            consideredSinceCheckpoint %= of.interval();
            if (told == null || told.isBefore(windowStart)) {
                told = windowStart;
            }
            checkpoint(told);
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
            LogPosition here = LogPosition.of(cursor.position);
            if (appended % window.get().interval() == 0 && (told == null || !here.isBefore(told))) {
                told = here;
                checkpoint(told);
            }
        }
        return true;
    }

    private void deliverIfWanted() {
        // A client that named a position beyond the end hears nothing of what lies before it.
        boolean isBehind = told == null || told.isBefore(LogPosition.of(cursor.position));
        if (isBehind && filter.matches(cursor)) {
            told = LogPosition.of(cursor.position);
            sendEvent(writer.write(cursor.sequence));
        } else {
            lookedAt();
        }
    }

    private void checkpoint(LogPosition position) {
        if (lastCheckpoint == null || lastCheckpoint.isBefore(position)) {
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
