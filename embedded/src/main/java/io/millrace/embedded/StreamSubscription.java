package io.millrace.embedded;

import java.util.Optional;

/**
 * A subscription to one stream: what it shows of its history, then what is appended, until a tombstone ends it.
 *
 * <p>The stream need not exist yet. Metadata is obeyed while catching up; live events come whatever it says.
 */
final class StreamSubscription extends ResponsePump {
    private static final int LIVE_BUFFER = 32;

    private final EventLog log;
    private final String name;
    private final Optional<RuntimeException> redirect;
    private final EventWriter writer;
    private final RecordCursor cursor;

    private boolean begun;
    private boolean live;
    private boolean rangeKnown;
    private long next;

    /** {@code next} is the first revision that is wanted. */
    StreamSubscription(CallContext call, String name, long next, EventWriter writer, Runnable onOver) {
        super(call, onOver);
        this.log = call.log();
        this.redirect = call.redirect();
        this.name = name;
        this.next = next;
        this.writer = writer;
        this.cursor = new RecordCursor(log);
    }

    @Override
    void turn() {
        if (!begun) {
            if (!mayGoOn()) {
                return;
            }
            begun = true;
            send(Messages.confirmation());
            // A follower has to read history to know that it may not.
            if (next <= lastRevision()) {
                redirect.ifPresent(this::fail);
            }
        }
        while (mayGoOn()) {
            if (hasFallenBehind()) {
                send(Messages.FELL_BEHIND);
                fallBack();
            } else if (!step()) {
                return;
            }
        }
        if (live && isBlocked() && lastRevision() - next > LIVE_BUFFER) {
            fallBack();
        }
    }

    private void fallBack() {
        live = false;
        rangeKnown = false;
    }

    /** Whether there may be more to do at once. */
    private boolean step() {
        StreamState stream = log.find(name).orElse(null);
        if (stream != null && !live && !rangeKnown) {
            // What hides everything hides history: what is appended after it comes.
            next = Math.max(next, Math.min(new VisibleRange(log, stream).first(), stream.size()));
            rangeKnown = true;
        }
        if (stream != null && next < stream.size()) {
            send(stream.sequenceOf((int) next));
            next++;
            return true;
        }
        if (stream != null && stream.isTombstoned() && next < Long.MAX_VALUE) {
            send(stream.tombstone());
            return false;
        }
        if (!live) {
            live = true;
            send(Messages.CAUGHT_UP);
            return true;
        }
        return false;
    }

    /** An event of the tombstone's type ends the subscription, whoever wrote it. */
    private void send(int sequence) {
        sendEvent(writer.write(sequence, live));
        if (cursor.header(sequence).type().equals(EventLog.TOMBSTONE_TYPE)) {
            fail(Refusals.streamDeleted(name));
        }
    }

    private long lastRevision() {
        return log.find(name).map(StreamState::lastRevision).orElse(-1L);
    }
}
