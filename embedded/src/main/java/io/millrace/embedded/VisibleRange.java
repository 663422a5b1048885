package io.millrace.embedded;

/**
 * Which revisions of a stream are shown now, by its metadata: from {@link #first()} to {@link #last()}. As on a real
 * server, events can't be read while they may be older than time.
 */
final class VisibleRange {
    private static final long TICKS_PER_SECOND = 10_000_000;
    /** The first of January of the year 1, where the real server's time begins. */
    private static final long BEGINNING_OF_TIME = -621_355_968_000_000_000L;

    private final long lowest;
    private final long first;
    private final long last;

    VisibleRange(EventLog log, StreamState stream) {
        this.last = stream.lastRevision();
        this.lowest = stream.firstByCount();
        long maxAge = stream.metadata().maxAgeSeconds();
        this.first = maxAge == 0 || lowest > last
                ? lowest
                : firstNotOlder(log, stream, lowest, beginningOf(log.nowTicks(), maxAge));
    }

    private static long beginningOf(long nowTicks, long maxAge) {
        long oldest = nowTicks - maxAge * TICKS_PER_SECOND;
        if (oldest < BEGINNING_OF_TIME) {
            throw Refusals.unexpected("ReadStreamResult: Error");
        }
        return oldest;
    }

    /** What {@link #first()} would be if no event were too old. */
    long lowest() {
        return lowest;
    }

    /** Above {@link #last()} when nothing is shown. */
    long first() {
        return first;
    }

    /** The newest revision, shown or not; -1 when the stream never had one. */
    long last() {
        return last;
    }

    boolean isEmpty() {
        return first > last;
    }

    private static long firstNotOlder(EventLog log, StreamState stream, long from, long oldest) {
        RecordCursor cursor = new RecordCursor(log);
        long low = from;
        long high = stream.size();
        while (low < high) {
            long middle = (low + high) >>> 1;
            if (cursor.load(stream.sequenceOf((int) middle)).created < oldest) {
                low = middle + 1;
            } else {
                high = middle;
            }
        }
        return low;
    }
}
