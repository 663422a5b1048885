package io.millrace.embedded;

import com.eventstore.dbclient.proto.streams.StreamsGrpc;
import com.eventstore.dbclient.proto.streams.StreamsOuterClass.AppendReq;
import com.eventstore.dbclient.proto.streams.StreamsOuterClass.AppendResp;
import com.eventstore.dbclient.proto.streams.StreamsOuterClass.DeleteReq;
import com.eventstore.dbclient.proto.streams.StreamsOuterClass.DeleteResp;
import com.eventstore.dbclient.proto.streams.StreamsOuterClass.ReadReq;
import com.eventstore.dbclient.proto.streams.StreamsOuterClass.TombstoneReq;
import com.eventstore.dbclient.proto.streams.StreamsOuterClass.TombstoneResp;
import io.grpc.MethodDescriptor;
import io.grpc.ServerServiceDefinition;
import io.grpc.StatusRuntimeException;
import io.grpc.stub.ServerCallStreamObserver;
import io.grpc.stub.ServerCalls;
import io.grpc.stub.StreamObserver;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.Executor;
import java.util.function.Supplier;

/** The protocol's Streams service: append, read, subscribe, delete, tombstone. */
final class StreamsService {
    private final Supplier<Store> store;
    private final FaultGate gate;
    private final Executor executor;
    private final int maxAppendBytes;
    private final Set<ResponsePump> subscriptions = ConcurrentHashMap.newKeySet();

    StreamsService(Supplier<Store> store, FaultGate gate, Executor executor, int maxAppendBytes) {
        this.store = store;
        this.gate = gate;
        this.executor = executor;
        this.maxAppendBytes = maxAppendBytes;
    }

    /** The subscriptions that are open now. */
    Set<ResponsePump> subscriptions() {
        return subscriptions;
    }

    void signalAll() {
        subscriptions.forEach(ResponsePump::signal);
    }

    ServerServiceDefinition definition() {
        MethodDescriptor<ReadReq, WireBuffer> read = StreamsGrpc.getReadMethod().toBuilder(
                        StreamsGrpc.getReadMethod().getRequestMarshaller(), new WireMarshaller())
                .build();
        return ServerServiceDefinition.builder(StreamsGrpc.SERVICE_NAME)
                .addMethod(read, ServerCalls.asyncServerStreamingCall(this::read))
                .addMethod(StreamsGrpc.getAppendMethod(), ServerCalls.asyncClientStreamingCall(this::append))
                .addMethod(StreamsGrpc.getDeleteMethod(), ServerCalls.asyncUnaryCall(this::delete))
                .addMethod(StreamsGrpc.getTombstoneMethod(), ServerCalls.asyncUnaryCall(this::tombstone))
                .build();
    }

    private void read(ReadReq request, StreamObserver<WireBuffer> responses) {
        CallContext call = new CallContext(
                store.get().log(),
                (ServerCallStreamObserver<WireBuffer>) responses,
                executor,
                gate,
                Access.OF_CALL.get(),
                FaultInterceptor.REQUIRES_LEADER.get());
        try {
            new ReadRequest(call, request.getOptions(), subscriptions).start();
        } catch (StatusRuntimeException refused) {
            responses.onError(refused);
        }
    }

    private StreamObserver<AppendReq> append(StreamObserver<AppendResp> response) {
        // One by one, each event would cost two changes of thread; how much one append may bring is bounded elsewhere.
        ServerCallStreamObserver<AppendResp> call = (ServerCallStreamObserver<AppendResp>) response;
        call.disableAutoRequest();
        call.request(Integer.MAX_VALUE);
        return new AppendCall(
                store.get().writer(),
                maxAppendBytes,
                Access.OF_CALL.get(),
                gate.redirect(FaultInterceptor.REQUIRES_LEADER.get()),
                response);
    }

    private void delete(DeleteReq request, StreamObserver<DeleteResp> response) {
        answer(response, () -> {
            DeleteReq.Options options = request.getOptions();
            String stream = options.getStreamIdentifier().getStreamName().toStringUtf8();
            long expected = Expected.of(options);
            refuseDeletion(stream);
            long position = Deletion.positionOf(store.get().writer().softDelete(stream, expected), stream, expected);
            return DeleteResp.newBuilder()
                    .setPosition(DeleteResp.Position.newBuilder()
                            .setCommitPosition(position)
                            .setPreparePosition(position))
                    .build();
        });
    }

    private void tombstone(TombstoneReq request, StreamObserver<TombstoneResp> response) {
        answer(response, () -> {
            TombstoneReq.Options options = request.getOptions();
            String stream = options.getStreamIdentifier().getStreamName().toStringUtf8();
            long expected = Expected.of(options);
            refuseDeletion(stream);
            long position = Deletion.positionOf(store.get().writer().tombstone(stream, expected), stream, expected);
            return TombstoneResp.newBuilder()
                    .setPosition(TombstoneResp.Position.newBuilder()
                            .setCommitPosition(position)
                            .setPreparePosition(position))
                    .build();
        });
    }

    private void refuseDeletion(String stream) {
        Access.OF_CALL.get().check(Access.Action.DELETE, stream);
        if (stream.isEmpty()) {
            throw Refusals.handlerThrew();
        }
        gate.redirect(FaultInterceptor.REQUIRES_LEADER.get()).ifPresent(notLeader -> {
            throw notLeader;
        });
    }

    private static <A> void answer(StreamObserver<A> response, Supplier<A> work) {
        try {
            response.onNext(work.get());
            response.onCompleted();
        } catch (StatusRuntimeException refused) {
            response.onError(refused);
        }
    }
}
