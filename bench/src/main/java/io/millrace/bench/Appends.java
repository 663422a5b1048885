package io.millrace.bench;

import com.eventstore.dbclient.proto.shared.Shared.Empty;
import com.eventstore.dbclient.proto.shared.Shared.StreamIdentifier;
import com.eventstore.dbclient.proto.shared.Shared.UUID;
import com.eventstore.dbclient.proto.streams.StreamsGrpc.StreamsStub;
import com.eventstore.dbclient.proto.streams.StreamsOuterClass.AppendReq;
import com.eventstore.dbclient.proto.streams.StreamsOuterClass.AppendResp;
import com.google.protobuf.ByteString;
import io.grpc.stub.StreamObserver;
import java.util.SplittableRandom;
import java.util.concurrent.Semaphore;
import java.util.concurrent.atomic.AtomicReference;

/** Appends events of 100 bytes of JSON over the generated stub, spread over a thousand streams. */
final class Appends {
    private static final int STREAMS = 1_000;
    private static final ByteString DATA = ByteString.copyFromUtf8("{\"pad\":\"" + "x".repeat(90) + "\"}");

    private final StreamsStub stub;
    private final SplittableRandom random = new SplittableRandom(1);
    private int calls;

    Appends(StreamsStub stub) {
        this.stub = stub;
    }

    /** Returns once all are acknowledged; {@code events} must be a multiple of {@code perCall}. */
    long run(String type, int events, int perCall, int callsInFlight) throws Exception {
        Semaphore free = new Semaphore(callsInFlight);
        AtomicReference<Throwable> failure = new AtomicReference<>();
        for (int sent = 0; sent < events && failure.get() == null; sent += perCall) {
            free.acquire();
            call(type, perCall, new Answer(free, failure));
        }
        free.acquire(callsInFlight);
        if (failure.get() != null) {
            throw new IllegalStateException("an append was expected to succeed", failure.get());
        }
        return events;
    }

    private void call(String type, int events, Answer answer) {
        StreamObserver<AppendReq> call = stub.append(answer);
        call.onNext(AppendReq.newBuilder()
                .setOptions(AppendReq.Options.newBuilder()
                        .setStreamIdentifier(StreamIdentifier.newBuilder()
                                .setStreamName(ByteString.copyFromUtf8("bench-" + calls++ % STREAMS)))
                        .setAny(Empty.getDefaultInstance()))
                .build());
        for (int i = 0; i < events; i++) {
            call.onNext(AppendReq.newBuilder()
                    .setProposedMessage(AppendReq.ProposedMessage.newBuilder()
                            .setId(UUID.newBuilder()
                                    .setStructured(UUID.Structured.newBuilder()
                                            .setMostSignificantBits(random.nextLong())
                                            .setLeastSignificantBits(random.nextLong())))
                            .putMetadata("type", type)
                            .putMetadata("content-type", "application/json")
                            .setData(DATA))
                    .build());
        }
        call.onCompleted();
    }

    private record Answer(Semaphore free, AtomicReference<Throwable> failure) implements StreamObserver<AppendResp> {
        @Override
        public void onNext(AppendResp response) {}

        @Override
        public void onError(Throwable cause) {
            failure.compareAndSet(null, cause);
            free.release();
        }

        @Override
        public void onCompleted() {
            free.release();
        }
    }
}
