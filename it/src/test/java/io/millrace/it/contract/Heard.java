package io.millrace.it.contract;

import com.eventstore.dbclient.Checkpointer;
import com.eventstore.dbclient.Position;
import com.eventstore.dbclient.ResolvedEvent;
import com.eventstore.dbclient.Subscription;
import com.eventstore.dbclient.SubscriptionListener;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.function.Predicate;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/** A subscription's listener that keeps all it hears, in order. Thread-safe. */
class Heard extends SubscriptionListener implements Checkpointer, AutoCloseable {
    private static final Duration WITHIN = Duration.ofSeconds(30);

    private final List<Signal> signals = new ArrayList<>();
    private @Nullable CompletableFuture<Subscription> subscription;

    /** Waits for the confirmation; {@link #close} ends the subscription. */
    Heard with(CompletableFuture<Subscription> started) {
        subscription = started;
        Outcome.of(started);
        return this;
    }

    @Override
    public void onConfirmation(Subscription source) {
        add(new Signal.Confirmed());
    }

    @Override
    public void onEvent(Subscription source, ResolvedEvent event) {
        add(new Signal.Delivered(event));
    }

    @Override
    public void onCaughtUp(Subscription source) {
        add(new Signal.CaughtUp());
    }

    @Override
    public void onCancelled(Subscription source, Throwable cause) {
        add(new Signal.Ended(cause));
    }

    @Override
    public CompletableFuture<Void> onCheckpoint(Subscription source, Position position) {
        add(new Signal.Checkpoint(position));
        return CompletableFuture.completedFuture(null);
    }

    private synchronized void add(Signal signal) {
        signals.add(signal);
        notifyAll();
    }

    synchronized List<Signal> signals() {
        return List.copyOf(signals);
    }

    /** {@code confirmed, #0, #1, caughtUp}: events by their revision, that of the link where there is one. */
    List<String> outline() {
        return signals().stream().map(Signal::toString).toList();
    }

    List<ResolvedEvent> events() {
        return only(Signal.Delivered.class).map(Signal.Delivered::event).toList();
    }

    List<Position> checkpoints() {
        return only(Signal.Checkpoint.class).map(Signal.Checkpoint::position).toList();
    }

    <S extends Signal> Stream<S> only(Class<S> kind) {
        return signals().stream().filter(kind::isInstance).map(kind::cast);
    }

    Heard awaitCaughtUp() {
        return await("caughtUp", heard -> heard.only(Signal.CaughtUp.class).count() > 0);
    }

    Heard awaitEvents(int count) {
        return await(count + " events", heard -> heard.events().size() >= count);
    }

    Heard awaitCheckpoints(int count) {
        return await(count + " checkpoints", heard -> heard.checkpoints().size() >= count);
    }

    Throwable awaitEnd() {
        await("an end", heard -> heard.only(Signal.Ended.class).count() > 0);
        return only(Signal.Ended.class).findFirst().orElseThrow().cause();
    }

    Heard await(String what, Predicate<Heard> condition) {
        if (!hears(condition, WITHIN)) {
            throw new AssertionError(what + " was expected: " + outline());
        }
        return this;
    }

    /** Whether this comes true in time. */
    synchronized boolean hears(Predicate<Heard> condition, Duration within) {
        long deadline = System.nanoTime() + within.toNanos();
        while (!condition.test(this)) {
            long leftMs = (deadline - System.nanoTime()) / 1_000_000;
            if (leftMs <= 0) {
                return false;
            }
            try {
                wait(leftMs);
            } catch (InterruptedException e) {
                Thread.currentThread().interrupt();
                throw new AssertionError("interrupted", e);
            }
        }
        return true;
    }

    void stop() {
        if (subscription != null) {
            Outcome.of(subscription).stop();
        }
    }

    @Override
    public void close() {
        stop();
    }
}
