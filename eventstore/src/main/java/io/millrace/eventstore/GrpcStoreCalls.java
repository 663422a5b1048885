package io.millrace.eventstore;

import com.eventstore.dbclient.proto.streams.StreamsGrpc;
import com.eventstore.dbclient.proto.streams.StreamsOuterClass.ReadReq;
import com.eventstore.dbclient.proto.streams.StreamsOuterClass.ReadResp;
import io.grpc.CallOptions;
import io.grpc.Channel;
import io.grpc.ClientCall;
import io.grpc.ClientStreamTracer;
import io.grpc.Metadata;
import io.grpc.Status;
import io.millrace.projections.EventSourceException;
import java.time.Duration;
import java.util.Optional;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/** Makes the calls over gRPC. Safe for use by several threads; answers come on input/output threads. */
final class GrpcStoreCalls implements StoreCalls {
    private final Transport transport;
    private final NodeConnection node;

    GrpcStoreCalls(Transport transport, NodeConnection node) {
        this.transport = transport;
        this.node = node;
    }

    @Override
    public Call read(ReadReq request, Terms terms, Answers answers) {
        ReadCall call = new ReadCall(request, terms, answers);
        try {
            transport.execute(() -> node.whenConnected(call::connected));
        } catch (RejectedExecutionException closed) {
            throw new EventSourceException(
                    EventSourceException.Kind.UNREACHABLE, "the connection to " + target() + " was closed", closed);
        }
        return call;
    }

    @Override
    public void reconnect(Optional<Endpoint> leader) {
        node.reconnect(leader);
    }

    @Override
    public String target() {
        return node.target();
    }

    @Override
    public void close() {
        node.close();
    }

    /** One call. Its lock is never held while something else is called: answers may come inside. */
    private final class ReadCall extends ClientCall.Listener<ReadResp> implements Call {
        private final ReadReq request;
        private final Terms terms;
        private final Answers answers;
        private @Nullable ClientCall<ReadReq, ReadResp> started;
        private long requestedBefore;
        private boolean cancelled;
        private volatile long receivedBytes;

        ReadCall(ReadReq request, Terms terms, Answers answers) {
            this.request = request;
            this.terms = terms;
            this.answers = answers;
        }

        private void connected(@Nullable Channel channel, @Nullable Throwable error) {
            if (isCancelled()) {
                return;
            }
            if (channel == null) {
                Status status = error == null ? Status.UNAVAILABLE : Status.fromThrowable(error);
                answers.onEnd(status, new Metadata());
                return;
            }
            boolean requiresLeader = terms.asked() == Asked.PREFERRED_NODE
                    && transport.settings().prefersLeader();
            ClientCall<ReadReq, ReadResp> call = channel.newCall(StreamsGrpc.getReadMethod(), options());
            call.start(this, transport.settings().headers(requiresLeader));
            call.sendMessage(request);
            call.halfClose();
            begun(call);
        }

        private CallOptions options() {
            CallOptions options = CallOptions.DEFAULT.withStreamTracerFactory(new ClientStreamTracer.Factory() {
                @Override
                public ClientStreamTracer newClientStreamTracer(ClientStreamTracer.StreamInfo info, Metadata headers) {
                    return new ByteCount();
                }
            });
            Optional<Duration> deadline = terms.deadline();
            return deadline.isEmpty()
                    ? options
                    : options.withDeadlineAfter(deadline.get().toMillis(), TimeUnit.MILLISECONDS);
        }

        /** gRPC tells it of each part of a message as it is read. */
        private final class ByteCount extends ClientStreamTracer {
            @Override
            @SuppressWarnings("NonAtomicVolatileUpdate") // Only the connection's own thread counts.
            public void inboundWireSize(long bytes) {
                receivedBytes += bytes;
            }
        }

        @Override
        public long receivedBytes() {
            return receivedBytes;
        }

        private void begun(ClientCall<ReadReq, ReadResp> call) {
            long requested;
            synchronized (this) {
                started = call;
                requested = Math.min(Integer.MAX_VALUE, requestedBefore);
            }
            if (isCancelled()) {
                call.cancel("no longer wanted", null);
            } else if (requested > 0) {
                call.request((int) requested);
            }
        }

        private synchronized boolean isCancelled() {
            return cancelled;
        }

        @Override
        public void request(int messages) {
            ClientCall<ReadReq, ReadResp> call;
            synchronized (this) {
                call = started;
                if (call == null) {
                    requestedBefore += messages;
                    return;
                }
            }
            call.request(messages);
        }

        @Override
        public void cancel() {
            ClientCall<ReadReq, ReadResp> call;
            synchronized (this) {
                cancelled = true;
                call = started;
            }
            if (call != null) {
                call.cancel("no longer wanted", null);
            }
        }

        @Override
        public void onMessage(ReadResp message) {
            answers.onMessage(message);
        }

        @Override
        public void onClose(Status status, Metadata trailers) {
            answers.onEnd(status, trailers);
        }
    }
}
