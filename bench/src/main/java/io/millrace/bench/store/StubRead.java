package io.millrace.bench.store;

import static java.util.Objects.requireNonNull;

import com.eventstore.dbclient.proto.shared.Shared.Empty;
import com.eventstore.dbclient.proto.streams.StreamsGrpc.StreamsStub;
import com.eventstore.dbclient.proto.streams.StreamsOuterClass.ReadReq;
import com.eventstore.dbclient.proto.streams.StreamsOuterClass.ReadReq.Options;
import com.eventstore.dbclient.proto.streams.StreamsOuterClass.ReadResp;
import com.eventstore.dbclient.proto.streams.StreamsOuterClass.ReadResp.ReadEvent.RecordedEvent;
import io.grpc.Context;
import io.grpc.Context.CancellableContext;
import io.grpc.stub.ClientCallStreamObserver;
import io.grpc.stub.ClientResponseObserver;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/** Reads the flights over the generated stub: the least that a reader has to do. */
public final class StubRead implements ClientResponseObserver<ReadReq, ReadResp> {
    private static final int WINDOW = 1_000;

    /** Messages asked for at a time; one at a time would measure the hand-over between the client's threads. */
    private static final int AHEAD = 2_000;

    private final int expected;
    private final Handler handler;
    private final CompletableFuture<Integer> all = new CompletableFuture<>();
    private @Nullable ClientCallStreamObserver<ReadReq> call;
    private int messages;
    private int seen;

    private StubRead(int expected, Handler handler) {
        this.expected = expected;
        this.handler = handler;
    }

    /** Takes an event; blocking pushes back. */
    @FunctionalInterface
    public interface Handler {
        void take(RecordedEvent event) throws Exception;
    }

    /** Subscribes to {@code $all} from its start, until so many flights came and were taken. */
    public static void run(StreamsStub stub, int events, Handler handler) throws Exception {
        try (CancellableContext context = Context.current().withCancellation()) {
            StubRead read = new StubRead(events, handler);
            context.run(() -> stub.read(flights(), read));
            read.all.get(5, TimeUnit.MINUTES);
        }
    }

    private static ReadReq flights() {
        Empty yes = Empty.getDefaultInstance();
        return ReadReq.newBuilder()
                .setOptions(Options.newBuilder()
                        .setAll(Options.AllOptions.newBuilder().setStart(yes))
                        .setSubscription(Options.SubscriptionOptions.getDefaultInstance())
                        .setFilter(Options.FilterOptions.newBuilder()
                                .setStreamIdentifier(Options.FilterOptions.Expression.newBuilder()
                                        .addPrefix("flight-"))
                                .setMax(WINDOW)
                                .setCheckpointIntervalMultiplier(1))
                        .setUuidOption(Options.UUIDOption.newBuilder().setStructured(yes)))
                .build();
    }

    @Override
    public void beforeStart(ClientCallStreamObserver<ReadReq> started) {
        started.disableAutoRequestWithInitial(2 * AHEAD);
        call = started;
    }

    @Override
    public void onNext(ReadResp message) {
        if (++messages % AHEAD == 0) {
            requireNonNull(call).request(AHEAD);
        }
        if (message.hasEvent()) {
            take(message.getEvent().getEvent());
        }
    }

    private void take(RecordedEvent event) {
        try {
            handler.take(event);
        } catch (Exception failure) {
            all.completeExceptionally(failure);
        }
        if (++seen == expected) {
            all.complete(seen);
        }
    }

    @Override
    public void onError(Throwable failure) {
        all.completeExceptionally(failure);
    }

    @Override
    public void onCompleted() {
        all.completeExceptionally(new IllegalStateException("expected a subscription that does not end"));
    }
}
