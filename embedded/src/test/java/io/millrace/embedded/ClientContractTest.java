package io.millrace.embedded;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.eventstore.dbclient.AppendToStreamOptions;
import com.eventstore.dbclient.DeleteStreamOptions;
import com.eventstore.dbclient.EventData;
import com.eventstore.dbclient.EventStoreDBClient;
import com.eventstore.dbclient.EventStoreDBConnectionString;
import com.eventstore.dbclient.ExpectedRevision;
import com.eventstore.dbclient.NotLeaderException;
import com.eventstore.dbclient.Position;
import com.eventstore.dbclient.ReadAllOptions;
import com.eventstore.dbclient.ReadResult;
import com.eventstore.dbclient.ReadStreamOptions;
import com.eventstore.dbclient.RecordedEvent;
import com.eventstore.dbclient.ResolvedEvent;
import com.eventstore.dbclient.StreamDeletedException;
import com.eventstore.dbclient.StreamMetadata;
import com.eventstore.dbclient.StreamNotFoundException;
import com.eventstore.dbclient.WrongExpectedVersionException;
import io.grpc.StatusRuntimeException;
import java.util.List;
import java.util.UUID;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** What the unmodified client makes of the server's answers: results and its own exceptions. */
class ClientContractTest {
    private final EmbeddedEventStore store = EmbeddedEventStore.start();
    private final EventStoreDBClient client = connect(store.connectionString());

    private static EventStoreDBClient connect(String connectionString) {
        return EventStoreDBClient.create(EventStoreDBConnectionString.parseOrThrow(connectionString));
    }

    @AfterEach
    void stop() throws Exception {
        client.shutdown().get(20, TimeUnit.SECONDS);
        store.close();
    }

    @Test
    void discoversTheSingleNodeByGossip() throws Exception {
        EventStoreDBClient discovering = connect("esdb+discover://127.0.0.1:" + store.port() + "?tls=false");
        discovering.appendToStream("s-1", event("A", "{}")).get(20, TimeUnit.SECONDS);
        assertThat(revisions("s-1")).containsExactly(0L);
        discovering.shutdown().get(20, TimeUnit.SECONDS);
    }

    @Test
    void tellsTheCurrentRevisionWhenAnotherWasExpected() throws Exception {
        append("s-1", 3);
        assertThatThrownBy(() -> await(client.appendToStream(
                        "s-1",
                        AppendToStreamOptions.get().expectedRevision(ExpectedRevision.expectedRevision(1)),
                        event("A", "{}"))))
                .isInstanceOfSatisfying(WrongExpectedVersionException.class, wrong -> {
                    assertThat(wrong.getStreamName()).isEqualTo("s-1");
                    assertThat(wrong.getActualVersion()).isEqualTo(ExpectedRevision.expectedRevision(2));
                });
    }

    @Test
    void writesAnEventOnceHoweverOftenItIsAppended() throws Exception {
        EventData event = event("A", "{}");
        for (int i = 0; i < 3; i++) {
            await(client.appendToStream("s-1", event));
        }
        assertThat(revisions("s-1")).containsExactly(0L);
    }

    @Test
    void hidesASoftlyDeletedStreamUntilItIsAppendedTo() throws Exception {
        append("s-1", 3);
        await(client.deleteStream("s-1", DeleteStreamOptions.get()));
        assertThatThrownBy(() -> revisions("s-1")).isInstanceOf(StreamNotFoundException.class);
        append("s-1", 1);
        assertThat(revisions("s-1")).containsExactly(3L);
    }

    @Test
    void refusesEverythingOnATombstonedStream() throws Exception {
        append("s-1", 3);
        await(client.tombstoneStream("s-1", DeleteStreamOptions.get()));
        // The client leaves this one as it came.
        assertThatThrownBy(() -> revisions("s-1")).hasMessageContaining("Event stream 's-1' is deleted");
        assertThatThrownBy(() -> append("s-1", 1)).isInstanceOf(StreamDeletedException.class);
    }

    @Test
    void tombstonesAStreamThatNeverWas() throws Exception {
        await(client.tombstoneStream("never", DeleteStreamOptions.get()));
        assertThatThrownBy(() -> append("never", 1)).isInstanceOf(StreamDeletedException.class);
    }

    @Test
    void obeysStreamMetadata() throws Exception {
        append("s-1", 5);
        StreamMetadata metadata = new StreamMetadata();
        metadata.setMaxCount(2L);
        await(client.setStreamMetadata("s-1", metadata));
        assertThat(revisions("s-1")).containsExactly(3L, 4L);
        assertThat(await(client.getStreamMetadata("s-1")).getMaxCount()).isEqualTo(2L);
    }

    @Test
    void resolvesTheLinksOfACategory() throws Exception {
        append("cat-1", 1);
        append("cat-2", 1);
        ReadResult links =
                await(client.readStream("$ce-cat", ReadStreamOptions.get().resolveLinkTos()));
        assertThat(links.getEvents())
                .extracting(event ->
                        event.getEvent().getStreamId() + " " + event.getLink().getStreamId())
                .containsExactly("cat-1 $ce-cat", "cat-2 $ce-cat");
    }

    @Test
    void writesNoLinksWhereSystemProjectionsAreOff() throws Exception {
        try (EmbeddedEventStore plain =
                EmbeddedEventStore.builder().systemProjections(false).start()) {
            EventStoreDBClient other = connect(plain.connectionString());
            await(other.appendToStream("cat-1", event("A", "{}")));
            assertThatThrownBy(() -> await(other.readStream("$ce-cat", ReadStreamOptions.get())))
                    .isInstanceOf(StreamNotFoundException.class);
            other.shutdown().get(20, TimeUnit.SECONDS);
        }
    }

    @Test
    void readsAllBackwardsFromTheEnd() throws Exception {
        append("s-1", 2);
        List<ResolvedEvent> newest = await(client.readAll(
                        ReadAllOptions.get().backwards().fromEnd().maxCount(50)))
                .getEvents();
        List<Position> positions = newest.stream()
                .map(ResolvedEvent::getOriginalEvent)
                .map(RecordedEvent::getPosition)
                .toList();
        assertThat(positions)
                .isSortedAccordingTo(
                        (one, other) -> Long.compareUnsigned(other.getCommitUnsigned(), one.getCommitUnsigned()));
        assertThat(newest)
                .extracting(event -> event.getOriginalEvent().getStreamId())
                .contains("s-1", "$streams");
    }

    @Test
    void keepsBinaryDataAndMetadata() throws Exception {
        EventData event = EventData.builderAsBinary(UUID.randomUUID(), "B", new byte[] {0, 1, -1})
                .metadataAsBytes("{\"m\":1}".getBytes(UTF_8))
                .build();
        await(client.appendToStream("s-1", event));
        RecordedEvent read = await(client.readStream("s-1", ReadStreamOptions.get()))
                .getEvents()
                .get(0)
                .getEvent();
        assertThat(read.getEventData()).containsExactly(0, 1, -1);
        // The client adds its trace to it.
        assertThat(new String(read.getUserMetadata(), UTF_8)).startsWith("{\"m\":1");
        assertThat(read.getContentType()).isEqualTo("application/octet-stream");
        assertThat(read.getEventId()).isEqualTo(event.getEventId());
    }

    @Test
    void saysWhereTheLeaderIs() throws Exception {
        await(client.appendToStream("s-1", event("A", "{}")));
        store.faults().pretendNotLeader("127.0.0.1", 4711);
        assertThatThrownBy(() -> append("s-1", 1))
                .isInstanceOfSatisfying(
                        NotLeaderException.class,
                        notLeader -> assertThat(notLeader.getLeaderEndpoint().getPort())
                                .isEqualTo(4711));
    }

    @Test
    void refusesAnAppendThatIsTooLarge() {
        assertThatThrownBy(() -> await(client.appendToStream("s-1", event("A", "x".repeat(2_000_000)))))
                .isInstanceOf(StatusRuntimeException.class)
                .hasMessageContaining("Maximum Append Size of 1048576 Exceeded");
    }

    @Test
    void takesLargerAppendsWhereItWasToldTo() throws Exception {
        try (EmbeddedEventStore large =
                EmbeddedEventStore.builder().maxAppendSize(16 << 20).start()) {
            EventStoreDBClient other = connect(large.connectionString());
            await(other.appendToStream("s-1", event("A", "x".repeat(15_000_000))));
            other.shutdown().get(20, TimeUnit.SECONDS);
        }
    }

    @Test
    void speaksTlsAndAsksForPasswords() throws Exception {
        try (EmbeddedEventStore secured =
                EmbeddedEventStore.builder().user("admin", "changeit").tls().start()) {
            EventStoreDBClient admin = connect(secured.connectionString());
            await(admin.appendToStream("s-1", event("A", "{}")));
            admin.shutdown().get(20, TimeUnit.SECONDS);

            EventStoreDBClient stranger = connect(secured.connectionString().replace("admin:changeit", "admin:wrong"));
            assertThatThrownBy(() -> await(stranger.appendToStream("s-1", event("A", "{}"))))
                    .hasMessageContaining("UNAUTHENTICATED");
            stranger.shutdown().get(20, TimeUnit.SECONDS);
        }
    }

    private void append(String stream, int count) throws Exception {
        for (int i = 0; i < count; i++) {
            await(client.appendToStream(stream, event("A", "{\"n\":" + i + "}")));
        }
    }

    private List<Long> revisions(String stream) throws Exception {
        return await(client.readStream(stream, ReadStreamOptions.get())).getEvents().stream()
                .map(event -> event.getEvent().getRevision())
                .toList();
    }

    private static EventData event(String type, String json) {
        return EventData.builderAsJson(type, json.getBytes(UTF_8)).build();
    }

    /** The result, or what the client's future failed with. */
    private static <T> T await(Future<T> future) throws Exception {
        try {
            return future.get(20, TimeUnit.SECONDS);
        } catch (ExecutionException failed) {
            if (failed.getCause() instanceof Exception cause) {
                throw cause;
            }
            throw failed;
        }
    }
}
