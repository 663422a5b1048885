package io.millrace.bench.live;

import io.millrace.batching.Batch;
import io.millrace.batching.CommitOutcome;
import io.millrace.batching.ProjectorListener;
import io.millrace.projections.EventEnvelope;
import java.time.Duration;
import java.util.Map;
import java.util.UUID;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.TimeUnit;

/**
 * When events became visible to others: when the commit's answer was heeded, which is a little later than what another
 * session could have seen. To watch the rows instead would take the processors that are measured.
 */
final class Visible implements ProjectorListener {
    private static final Duration LONGEST = Duration.ofMinutes(3);

    private final Map<UUID, Long> visibleAt = new ConcurrentHashMap<>();
    private long events;
    private long firstReceivedAt;
    private long lastVisibleAt;

    @Override
    public synchronized void received(int count, long bytes) {
        if (firstReceivedAt == 0) {
            firstReceivedAt = System.nanoTime();
        }
    }

    @Override
    public void committed(Batch batch, CommitOutcome.Committed outcome, Duration took) {
        long now = System.nanoTime();
        for (EventEnvelope event : batch.events()) {
            visibleAt.put(event.eventId(), now);
        }
        synchronized (this) {
            events += batch.events().size();
            lastVisibleAt = now;
            notifyAll();
        }
    }

    /** Waits until so many events are visible since {@link #forget}; returns when the last one became so. */
    synchronized long awaitEvents(long count) throws InterruptedException {
        long until = System.nanoTime() + LONGEST.toNanos();
        while (events < count) {
            long left = until - System.nanoTime();
            if (left <= 0) {
                throw new IllegalStateException(
                        "expected " + count + " visible events within " + LONGEST.toSeconds() + " s: events=" + events);
            }
            TimeUnit.NANOSECONDS.timedWait(this, left);
        }
        return lastVisibleAt;
    }

    synchronized long firstReceivedAt() {
        return firstReceivedAt;
    }

    /** By {@link System#nanoTime}; for one that is visible. */
    long visibleAt(UUID event) {
        Long at = visibleAt.get(event);
        if (at == null) {
            throw new IllegalStateException("expected a visible event: eventId=" + event);
        }
        return at;
    }

    /** Counts from zero again. */
    synchronized void forget() {
        visibleAt.clear();
        events = 0;
    }
}
