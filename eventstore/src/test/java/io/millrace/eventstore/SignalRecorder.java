package io.millrace.eventstore;

import io.millrace.checkpoint.Position;
import io.millrace.projections.EventEnvelope;
import io.millrace.projections.EventSource;
import io.millrace.projections.SourceSignal;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.function.Predicate;

/** Keeps what a subscription said, in order, and lets a test wait for it. */
final class SignalRecorder implements EventSource.Subscriber {
    private final List<SourceSignal> signals = new ArrayList<>();
    private final List<EventEnvelope> events = new ArrayList<>();

    @Override
    public synchronized void onSignal(SourceSignal signal) {
        signals.add(signal);
        if (signal instanceof EventEnvelope event) {
            events.add(event);
        }
        notifyAll();
    }

    synchronized List<SourceSignal> signals() {
        return List.copyOf(signals);
    }

    synchronized List<EventEnvelope> events() {
        return List.copyOf(events);
    }

    synchronized int eventCount() {
        return events.size();
    }

    synchronized <S extends SourceSignal> List<S> all(Class<S> kind) {
        return signals.stream().filter(kind::isInstance).map(kind::cast).toList();
    }

    List<String> data() {
        return events().stream().map(SignalRecorder::text).toList();
    }

    static String text(EventEnvelope event) {
        return new String(event.data(), java.nio.charset.StandardCharsets.UTF_8);
    }

    /** The positions that checkpoints and events said, in order. */
    List<Position> positions() {
        return signals().stream()
                .filter(signal -> signal instanceof EventEnvelope || signal instanceof SourceSignal.CheckpointReached)
                .map(signal -> signal instanceof EventEnvelope event
                        ? event.position()
                        : ((SourceSignal.CheckpointReached) signal).position())
                .toList();
    }

    void awaitEvents(int count, Duration patience) {
        await(recorder -> recorder.events.size() >= count, count + " events", patience);
    }

    <S extends SourceSignal> void awaitCount(Class<S> kind, int count, Duration patience) {
        await(
                recorder -> recorder.signals.stream().filter(kind::isInstance).count() >= count,
                count + " times " + kind.getSimpleName(),
                patience);
    }

    private synchronized void await(Predicate<SignalRecorder> condition, String what, Duration patience) {
        long end = System.nanoTime() + patience.toNanos();
        while (!condition.test(this)) {
            long leftMs = TimeUnit.NANOSECONDS.toMillis(end - System.nanoTime());
            if (leftMs <= 0) {
                throw new AssertionError("expected " + what + " within " + patience + ", but there are " + events.size()
                        + " events, and the last signals are "
                        + signals.subList(Math.max(0, signals.size() - 10), signals.size()));
            }
            try {
                wait(leftMs);
            } catch (InterruptedException interrupt) {
                Thread.currentThread().interrupt();
                throw new AssertionError("interrupted", interrupt);
            }
        }
    }
}
