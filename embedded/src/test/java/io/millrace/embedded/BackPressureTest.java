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
import java.lang.management.ManagementFactory;
import java.lang.management.MemoryMXBean;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.UUID;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.stream.IntStream;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class BackPressureTest {
    private static final double MIB = 1 << 20;
    private static final int MANY = 100_000;
    private static final int SUBSCRIBERS = 4;

    @ParameterizedTest
    @CsvSource({"1000000, 100", "100000, 1000"})
    void subscribersWhoDoNotReadCostLittleAndDelayNobody(int events, int bytes) throws Exception {
        try (EmbeddedEventStore store =
                EmbeddedEventStore.builder().systemProjections(false).start()) {
            fill(store, events, bytes);
            double before = usedMibAfterCollection();
            List<Subscriber> blocked = new ArrayList<>();
            for (int i = 0; i < SUBSCRIBERS; i++) {
                blocked.add(new Subscriber(store.port(), 1));
            }
            for (Subscriber each : blocked) {
                assertThat(each.first.await(20, TimeUnit.SECONDS)).isTrue();
            }
            try (Subscriber reader = new Subscriber(store.port(), Integer.MAX_VALUE);
                    RawSubscriber follower = new RawSubscriber(store.port())) {
                assertThat(reader.many.await(60, TimeUnit.SECONDS)).isTrue();
                follower.subscribe("s-2").skipTo("caughtUp");
                follower.append("s-2", 1);
                assertThat(follower.next()).isEqualTo("0");
            }
            double more = usedMibAfterCollection() - before;
            System.out.printf(
                    Locale.ROOT,
                    "%,d events of %,d bytes: heap %.1f MiB, with %d blocked subscribers %+.1f MiB%n",
                    events,
                    bytes,
                    before,
                    SUBSCRIBERS,
                    more);
            assertThat(more).isLessThan(32);
            blocked.forEach(Subscriber::close);
        }
    }

    private static void fill(EmbeddedEventStore store, int events, int bytes) {
        ByteString data = ByteString.copyFromUtf8("\"" + "x".repeat(bytes - 2) + "\"");
        for (int i = 0; i < events; i += 500) {
            long first = i;
            store.writer()
                    .append(
                            "s-1",
                            ExpectedRevision.ANY,
                            IntStream.range(0, 500)
                                    .mapToObj(n ->
                                            new Proposed(new UUID(0, first + n), "A", true, ByteString.EMPTY, data))
                                    .toList());
        }
    }

    private static double usedMibAfterCollection() throws InterruptedException {
        MemoryMXBean memory = ManagementFactory.getMemoryMXBean();
        long least = Long.MAX_VALUE;
        for (int i = 0; i < 3; i++) {
            memory.gc();
            Thread.sleep(50);
            least = Math.min(least, memory.getHeapMemoryUsage().getUsed());
        }
        return least / MIB;
    }

    /** Asks for so many messages of {@code $all} and never for another. */
    private static final class Subscriber implements ClientResponseObserver<ReadReq, ReadResp>, AutoCloseable {
        private final CountDownLatch first = new CountDownLatch(1);
        private final CountDownLatch many = new CountDownLatch(MANY);
        private final CountDownLatch ended = new CountDownLatch(1);
        private final int messages;
        private final ManagedChannel channel;

        Subscriber(int port, int messages) {
            this.messages = messages;
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
            call.disableAutoRequestWithInitial(messages);
        }

        @Override
        public void onNext(ReadResp message) {
            first.countDown();
            many.countDown();
        }

        @Override
        public void onError(Throwable failure) {
            ended.countDown();
        }

        @Override
        public void onCompleted() {
            ended.countDown();
        }

        /** Returns once the client has let go of what it had asked for and not yet read; the heap is measured then. */
        @Override
        public void close() {
            channel.shutdownNow();
            try {
                assertThat(ended.await(60, TimeUnit.SECONDS)).isTrue();
            } catch (InterruptedException e) {
                Thread.currentThread().interrupt();
            }
        }
    }
}
