package io.millrace.embedded;

import static org.assertj.core.api.Assertions.assertThat;

import com.eventstore.dbclient.proto.shared.Shared.Empty;
import com.eventstore.dbclient.proto.streams.StreamsGrpc;
import com.eventstore.dbclient.proto.streams.StreamsOuterClass.ReadReq;
import com.eventstore.dbclient.proto.streams.StreamsOuterClass.ReadResp;
import com.google.protobuf.ByteString;
import io.grpc.ManagedChannel;
import io.grpc.ManagedChannelBuilder;
import io.grpc.stub.ClientCallStreamObserver;
import io.grpc.stub.ClientResponseObserver;
import java.util.ArrayList;
import java.util.List;
import java.util.UUID;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

class BackPressureTest {
    private static final int EVENTS = 100_000;
    private static final int EVENT_BYTES = 1_000;
    private static final long MIB = 1 << 20;

    @Test
    void subscribersWhoDoNotReadCostLittleAndDelayNobody() throws Exception {
        try (EmbeddedEventStore store =
                EmbeddedEventStore.builder().systemProjections(false).start()) {
            fill(store);
            long before = usedAfterCollection();
            List<Blocked> blocked = new ArrayList<>();
            for (int i = 0; i < 4; i++) {
                blocked.add(new Blocked(store.port()));
            }
            for (Blocked each : blocked) {
                assertThat(each.first.await(20, TimeUnit.SECONDS)).isTrue();
            }
            try (RawSubscriber reader = new RawSubscriber(store.port())) {
                reader.subscribe("s-1").skipTo(Integer.toString(EVENTS - 1)).skipTo("caughtUp");
                reader.append("s-1", 1);
                assertThat(reader.next()).isEqualTo(Integer.toString(EVENTS));
            }
            assertThat(usedAfterCollection() - before).isLessThan(32 * MIB);
            blocked.forEach(Blocked::close);
        }
    }

    private static void fill(EmbeddedEventStore store) {
        ByteString data = ByteString.copyFromUtf8("\"" + "x".repeat(EVENT_BYTES) + "\"");
        for (int i = 0; i < EVENTS; i += 500) {
            store.writer()
                    .append(
                            "s-1",
                            ExpectedRevision.ANY,
                            IntStream.range(0, 500)
                                    .mapToObj(n -> new Proposed(UUID.randomUUID(), "A", true, ByteString.EMPTY, data))
                                    .toList());
        }
    }

    private static long usedAfterCollection() throws InterruptedException {
        Runtime runtime = Runtime.getRuntime();
        long least = Long.MAX_VALUE;
        for (int i = 0; i < 5; i++) {
            System.gc();
            Thread.sleep(50);
            least = Math.min(least, runtime.totalMemory() - runtime.freeMemory());
        }
        return least;
    }

    /** Asks for one message and never for another. */
    private static final class Blocked implements ClientResponseObserver<ReadReq, ReadResp>, AutoCloseable {
        private final CountDownLatch first = new CountDownLatch(1);
        private final ManagedChannel channel;

        Blocked(int port) {
            channel = ManagedChannelBuilder.forAddress("127.0.0.1", port)
                    .usePlaintext()
                    .build();
            Empty yes = Empty.getDefaultInstance();
            StreamsGrpc.newStub(channel)
                    .read(
                            ReadReq.newBuilder()
                                    .setOptions(ReadReq.Options.newBuilder()
                                            .setAll(ReadReq.Options.AllOptions.newBuilder()
                                                    .setStart(yes))
                                            .setSubscription(ReadReq.Options.SubscriptionOptions.getDefaultInstance())
                                            .setNoFilter(yes)
                                            .setUuidOption(ReadReq.Options.UUIDOption.newBuilder()
                                                    .setStructured(yes)))
                                    .build(),
                            this);
        }

        @Override
        public void beforeStart(ClientCallStreamObserver<ReadReq> call) {
            call.disableAutoRequestWithInitial(1);
        }

        @Override
        public void onNext(ReadResp message) {
            first.countDown();
        }

        @Override
        public void onError(Throwable failure) {}

        @Override
        public void onCompleted() {}

        @Override
        public void close() {
            channel.shutdownNow();
        }
    }
}
