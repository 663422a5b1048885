package io.millrace.embedded;

/** Which revisions of a stream are shown now, by its metadata: from {@link #first()} to {@link #last()}. */
final class VisibleRange {
    private static final long TICKS_PER_SECOND = 10_000_000;

    private final long first;
    private final long last;

    VisibleRange(EventLog log, StreamState stream) {
        this.last = stream.lastRevision();
        long byCount = stream.firstByCount();
        long maxAge = stream.metadata().maxAgeSeconds();
        this.first = maxAge == 0 || byCount > last
                ? byCount
                : firstNotOlder(log, stream, byCount, log.nowTicks() - maxAge * TICKS_PER_SECOND);
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
