package io.millrace.embedded;

import java.util.ArrayDeque;
import java.util.Deque;

/**
 * A read of one stream, forwards or backwards: its events, then (for clients that know of it) its last revision.
 *
 * <p>A real server reads pages of 32. Where the first page lies before the first revision that is shown, or nothing is
 * shown, it says at which revision the stream begins; else it does not. So does this one.
 */
final class StreamRead extends ResponsePump {
    private static final int PAGE = 32;

    private final StreamState stream;
    private final EventWriter writer;
    private final boolean forwards;
    private final VisibleRange range;
    private final Deque<WireBuffer> before = new ArrayDeque<>();
    private final boolean tellsPositions;
    private long left;
    private long next;

    StreamRead(
            CallContext call,
            StreamState stream,
            boolean forwards,
            long from,
            long count,
            boolean tellsPositions,
            EventWriter writer) {
        super(call, () -> {});
        this.stream = stream;
        this.forwards = forwards;
        this.writer = writer;
        this.left = count;
        this.range = new VisibleRange(call.log(), stream);
        this.tellsPositions = tellsPositions;
        this.next = forwards ? startForwards(from, count) : Math.min(from, range.last());
    }

    private long startForwards(long from, long count) {
        long endOfPage = saturatedAdd(from, (Long.compareUnsigned(count, PAGE) < 0 ? count : PAGE) - 1);
        long first = from;
        if (endOfPage < range.lowest()) {
            first = range.lowest();
        } else if (from > range.last() || range.isEmpty()) {
            first = range.last() + 1;
        } else if (endOfPage < range.first()) {
            first = range.first();
        }
        if (tellsPositions && from != first) {
            before.add(WireBuffer.of(Messages.firstStreamPosition(first)));
        }
        return Math.max(from, range.first());
    }

    private static long saturatedAdd(long revision, long more) {
        return revision > Long.MAX_VALUE - more ? Long.MAX_VALUE : revision + more;
    }

    @Override
    void turn() {
        while (mayGoOn()) {
            if (!before.isEmpty()) {
                send(before.remove());
            } else if (left == 0 || next < range.first() || next > range.last()) {
                if (tellsPositions) {
                    send(Messages.lastStreamPosition(range.last()));
                }
                complete();
                return;
            } else {
                left--;
                sendEvent(writer.write(stream.sequenceOf((int) next)));
                next += forwards ? 1 : -1;
            }
        }
    }
}
