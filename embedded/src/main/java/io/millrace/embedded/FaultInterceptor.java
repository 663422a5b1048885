package io.millrace.embedded;

import io.grpc.Context;
import io.grpc.ForwardingServerCallListener.SimpleForwardingServerCallListener;
import io.grpc.Metadata;
import io.grpc.ServerCall;
import io.grpc.ServerCallHandler;
import io.grpc.ServerInterceptor;
import io.grpc.StatusRuntimeException;
import java.util.concurrent.Future;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;

/** Lets a call in, refuses it, leaves it hanging or delays it, as the fault switches say. */
final class FaultInterceptor implements ServerInterceptor {
    /** Whether the client sent {@code requires-leader: true}. */
    static final Context.Key<Boolean> REQUIRES_LEADER = Context.keyWithDefault("requires-leader", false);

    private static final Metadata.Key<String> HEADER =
            Metadata.Key.of("requires-leader", Metadata.ASCII_STRING_MARSHALLER);

    private final FaultGate gate;
    private final ScheduledExecutorService timer;

    FaultInterceptor(FaultGate gate, ScheduledExecutorService timer) {
        this.gate = gate;
        this.timer = timer;
    }

    @Override
    public <Q, A> ServerCall.Listener<Q> interceptCall(
            ServerCall<Q, A> call, Metadata headers, ServerCallHandler<Q, A> next) {
        if (gate.isRefusing()) {
            close(call, Refusals.notReady());
            return new ServerCall.Listener<>() {};
        }
        if (gate.frozen) {
            return new ServerCall.Listener<>() {};
        }
        Context context = Context.current().withValue(REQUIRES_LEADER, "true".equalsIgnoreCase(headers.get(HEADER)));
        ServerCall.Listener<Q> listener = io.grpc.Contexts.interceptCall(context, call, headers, next);
        long delay = gate.delayNanos;
        return delay == 0 ? listener : new Delayed<>(listener, delay);
    }

    static void close(ServerCall<?, ?> call, StatusRuntimeException refusal) {
        Metadata trailers = refusal.getTrailers();
        call.close(refusal.getStatus(), trailers == null ? new Metadata() : trailers);
    }

    /** Passes on that the client has sent everything only after a while: the answer comes late. */
    private final class Delayed<Q> extends SimpleForwardingServerCallListener<Q> {
        private final long nanos;

        Delayed(ServerCall.Listener<Q> listener, long nanos) {
            super(listener);
            this.nanos = nanos;
        }

        @Override
        public void onHalfClose() {
            Future<?> unused = timer.schedule(() -> delegate().onHalfClose(), nanos, TimeUnit.NANOSECONDS);
        }
    }
}
