package io.millrace.bench;

import static java.util.Objects.requireNonNull;

import com.eventstore.dbclient.proto.shared.Shared.Empty;
import com.eventstore.dbclient.proto.streams.StreamsGrpc.StreamsStub;
import com.eventstore.dbclient.proto.streams.StreamsOuterClass.ReadReq;
import com.eventstore.dbclient.proto.streams.StreamsOuterClass.ReadReq.Options;
import com.eventstore.dbclient.proto.streams.StreamsOuterClass.ReadResp;
import io.grpc.Context;
import io.grpc.Context.CancellableContext;
import io.grpc.stub.ClientCallStreamObserver;
import io.grpc.stub.ClientResponseObserver;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/** Reads every event of a type over the generated stub, and does nothing with it: what a reader can hope for at most. */
final class Drain implements ClientResponseObserver<ReadReq, ReadResp> {
    private static final int WINDOW = 1_000;

    /** Messages asked for at a time; one at a time would measure the hand-over between the client's threads. */
    private static final int AHEAD = 2_000;

    private final int expected;
    private final CompletableFuture<Integer> all = new CompletableFuture<>();
    private @Nullable ClientCallStreamObserver<ReadReq> call;
    private int messages;
    private int seen;

    private Drain(int expected) {
        this.expected = expected;
    }

    /** Subscribes to {@code $all} from its start, until so many events of this type came. */
    static long run(StreamsStub stub, String type, int events) throws Exception {
        try (CancellableContext context = Context.current().withCancellation()) {
            Drain drain = new Drain(events);
            context.run(() -> stub.read(subscription(type), drain));
            return drain.all.get(5, TimeUnit.MINUTES);
        }
    }

    private static ReadReq subscription(String type) {
        Empty yes = Empty.getDefaultInstance();
        return ReadReq.newBuilder()
                .setOptions(Options.newBuilder()
                        .setAll(Options.AllOptions.newBuilder().setStart(yes))
                        .setSubscription(Options.SubscriptionOptions.getDefaultInstance())
                        .setFilter(Options.FilterOptions.newBuilder()
                                .setEventType(Options.FilterOptions.Expression.newBuilder()
                                        .addPrefix(type))
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
        if (message.hasEvent() && ++seen == expected) {
            all.complete(seen);
        }
    }

    @Override
    public void onError(Throwable failure) {
        all.completeExceptionally(failure);
    }

    @Override
    public void onCompleted() {
        all.completeExceptionally(new IllegalStateException("a subscription that does not end was expected"));
    }
}
