package io.millrace.embedded;

import com.google.protobuf.MessageLite;
import io.grpc.StatusRuntimeException;
import io.grpc.stub.ServerCallStreamObserver;
import java.util.concurrent.Executor;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicReference;
import org.jspecify.annotations.Nullable;

/**
 * Sends the messages of one call while the client takes them, and waits without a thread while it does not.
 *
 * <p>{@link #signal()} may come from any thread; {@link #turn()} runs on one thread at a time and never blocks. A call
 * costs its cursor and what gRPC's buffer holds below its readiness threshold, however far behind the client is.
 */
abstract class ResponsePump {
    /** After so many messages others get their turn. */
    private static final int MESSAGES_PER_TURN = 512;

    /**
     * Events that come within so long after the last ones were sent are sent together: one by one, each takes 20 µs of CPU
     * time here and as much where it is read. Whoever appends now and then is not kept waiting.
     */
    private static final long REST_NANOS = TimeUnit.MILLISECONDS.toNanos(1);

    private final ServerCallStreamObserver<WireBuffer> client;
    private final Executor executor;
    private final FaultGate gate;
    private final AtomicInteger signals = new AtomicInteger();
    private final AtomicReference<@Nullable Runnable> ending = new AtomicReference<>();
    private final AtomicBoolean fellBehind = new AtomicBoolean();
    private final Runnable onOver;
    private volatile boolean over;
    private volatile long workedNanos = System.nanoTime() - REST_NANOS;
    private int budget;
    private int looked;
    private long notBeforeNanos = System.nanoTime();
    private long wakesUpNanos = System.nanoTime();

    ResponsePump(CallContext call, Runnable onOver) {
        this.client = call.client();
        this.executor = call.executor();
        this.gate = call.gate();
        this.onOver = onOver;
        client.setOnReadyHandler(this::signal);
        client.setOnCancelHandler(() -> end(() -> {}));
    }

    /** There may be something to do: events, room, or an end. */
    final void signal() {
        if (signals.getAndIncrement() == 0) {
            executor.execute(this::work);
        }
    }

    /** The same, where events were appended. */
    final void signalEvents() {
        if (signals.getAndIncrement() == 0) {
            long rest = workedNanos + REST_NANOS - System.nanoTime();
            if (rest > 0) {
                gate.after(rest, () -> executor.execute(this::work));
            } else {
                executor.execute(this::work);
            }
        }
    }

    /** Ends the call with this action instead of whatever it would have sent next. */
    final void end(Runnable action) {
        if (ending.compareAndSet(null, action)) {
            signal();
        }
    }

    final void complete() {
        end(client::onCompleted);
    }

    final void fail(RuntimeException cause) {
        end(() -> client.onError(cause));
    }

    final void reset() {
        end(() -> client.onNext(WireBuffer.poison()));
    }

    /** Says once that the client fell behind; what follows is history until it has caught up. */
    final void fallBehind() {
        fellBehind.set(true);
        signal();
    }

    /** Whether {@link #fallBehind()} was called since this was asked. */
    final boolean hasFallenBehind() {
        return fellBehind.getAndSet(false);
    }

    final boolean isOver() {
        return over;
    }

    /** Sends what there is while {@link #mayGoOn()}. */
    abstract void turn();

    /** Whether the client takes another message, no fault holds it back, and others need not have their turn yet. */
    final boolean mayGoOn() {
        return budget > 0 && ending.get() == null && client.isReady() && gate.isOpen(this);
    }

    final boolean isBlocked() {
        return !client.isReady();
    }

    final void send(WireBuffer message) {
        budget--;
        client.onNext(message);
    }

    final void send(MessageLite message) {
        send(WireBuffer.of(message));
    }

    /** An event, which faults count and pace. */
    final void sendEvent(WireBuffer message) {
        send(message);
        gate.eventSent(this);
    }

    /** Records that were looked at and not sent take time too. */
    final void lookedAt() {
        if ((++looked & 4095) == 0) {
            budget = 0;
        }
    }

    /** When the next message is due, where events are paced. */
    final long notBeforeNanos() {
        return notBeforeNanos;
    }

    final void notBeforeNanos(long nanos) {
        notBeforeNanos = nanos;
    }

    /** Whether it must be woken after so long: not where it will be woken before anyway. */
    final boolean wakesUpAfter(long nowNanos, long nanos) {
        if (wakesUpNanos - nowNanos > 0) {
            return false;
        }
        wakesUpNanos = nowNanos + nanos;
        return true;
    }

    private void work() {
        int seen;
        do {
            seen = signals.get();
            if (over) {
                return;
            }
            if (ending.get() == null) {
                budget = MESSAGES_PER_TURN;
                try {
                    turn();
                } catch (StatusRuntimeException refused) {
                    fail(refused);
                }
                workedNanos = System.nanoTime();
            }
            Runnable end = ending.get();
            if (end != null) {
                over = true;
                onOver.run();
                end.run();
                return;
            }
            if (budget <= 0) {
                executor.execute(this::work);
                return;
            }
        } while (!signals.compareAndSet(seen, 0));
    }
}
