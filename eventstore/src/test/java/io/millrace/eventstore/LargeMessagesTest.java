package io.millrace.eventstore;

import static io.millrace.eventstore.Samples.ALL;
import static io.millrace.eventstore.Samples.fromStart;
import static org.assertj.core.api.Assertions.assertThat;

import com.eventstore.dbclient.proto.shared.Shared;
import com.eventstore.dbclient.proto.streams.StreamsOuterClass.ReadResp;
import com.eventstore.dbclient.proto.streams.StreamsOuterClass.ReadResp.ReadEvent;
import com.eventstore.dbclient.proto.streams.StreamsOuterClass.ReadResp.ReadEvent.RecordedEvent;
import com.google.protobuf.ByteString;
import io.grpc.stub.ServerCallStreamObserver;
import io.grpc.stub.StreamObserver;
import io.millrace.embedded.EmbeddedEventStore;
import java.time.Duration;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** A store that sends thousands of small events, and then large ones, as fast as it may. */
class LargeMessagesTest {
    private static final Duration PATIENCE = Duration.ofSeconds(20);
    private static final int MIB = 1 << 20;
    private static final int SMALL = 20_000;
    private static final int SMALL_BYTES = 100;
    private static final int LARGE = 200;

    /** What gRPC lets HTTP/2's flow control window grow to. */
    private static final int WINDOW_MIB = 8;

    private final EmbeddedEventStore store = EmbeddedEventStore.start();
    private final Intermediary intermediary = new Intermediary(store.port());
    private final EventStoreConnection connection = EventStoreConnection.open(intermediary.connectionString());
    private final SignalRecorder recorder = new SignalRecorder();
    private final AtomicInteger sent = new AtomicInteger();

    @AfterEach
    void close() {
        connection.close();
        intermediary.close();
        store.close();
    }

    @Test
    void theyStayInTheStoreAsFarAsNobodyAllowsTheirBytes() throws InterruptedException {
        intermediary.behaveInSubscriptions((behind, request, client) -> sendAll(client));
        var reading = connection.source().subscribe(fromStart(ALL, "Any"), recorder);
        reading.request(10 * SMALL, SMALL * SMALL_BYTES + 2 * MIB + 1);

        recorder.awaitEvents(SMALL + 3, PATIENCE);
        awaitNothingSent();

        assertThat(recorder.eventCount()).isEqualTo(SMALL + 3);
        // One is held back; one is on the server's way out, and one more as it is being said to be full.
        assertThat(sent.get() - SMALL).isLessThanOrEqualTo(3 + 1 + WINDOW_MIB + 2);

        reading.request(LARGE);
        recorder.awaitEvents(SMALL + LARGE, PATIENCE);
    }

    /** Whenever there is room between client and server. */
    private void sendAll(StreamObserver<ReadResp> to) {
        ServerCallStreamObserver<ReadResp> client = (ServerCallStreamObserver<ReadResp>) to;
        client.onNext(Intermediary.confirmation());
        client.setOnReadyHandler(() -> {
            while (client.isReady() && sent.get() < SMALL + LARGE) {
                client.onNext(event(sent.incrementAndGet()));
            }
        });
    }

    private void awaitNothingSent() throws InterruptedException {
        for (int before = -1; before != sent.get(); ) {
            before = sent.get();
            Thread.sleep(500);
        }
    }

    private static ReadResp event(int number) {
        RecordedEvent event = RecordedEvent.newBuilder()
                .setId(Shared.UUID
                        .newBuilder()
                        .setStructured(Shared.UUID.Structured.newBuilder().setLeastSignificantBits(number)))
                .setStreamIdentifier(Shared.StreamIdentifier.newBuilder().setStreamName(ByteString.copyFromUtf8("s")))
                .setStreamRevision(number)
                .setCommitPosition(number)
                .setPreparePosition(number)
                .setData(ByteString.copyFrom(new byte[number <= SMALL ? SMALL_BYTES : MIB]))
                .putMetadata("type", "Any")
                .putMetadata("created", "17953878265000999")
                .build();
        return ReadResp.newBuilder()
                .setEvent(ReadEvent.newBuilder().setEvent(event).setCommitPosition(number))
                .build();
    }
}
