package io.millrace.eventstore;

import static io.millrace.eventstore.Samples.fromStart;
import static io.millrace.eventstore.Samples.numbered;
import static org.assertj.core.api.Assertions.assertThat;

import com.eventstore.dbclient.proto.streams.StreamsOuterClass.ReadResp;
import io.grpc.stub.StreamObserver;
import io.millrace.embedded.EmbeddedEventStore;
import io.millrace.projections.Source;
import io.millrace.projections.SourceSignal;
import java.time.Duration;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** Caught up is said once there was nothing more, also for servers that never say it. */
class CaughtUpTest {
    private static final Duration PATIENCE = Duration.ofSeconds(20);

    private final EmbeddedEventStore store = EmbeddedEventStore.start();
    private final Intermediary oldServer = new Intermediary(store.port());
    private final EventStoreConnection connection = EventStoreConnection.open(oldServer.connectionString());
    private final SignalRecorder recorder = new SignalRecorder();

    CaughtUpTest() {
        oldServer.behaveInSubscriptions((behind, request, client) -> behind.read(request, new WithoutCaughtUp(client)));
    }

    static List<Source> sources() {
        return List.of(
                Samples.ALL,
                new Source.StreamsStartingWith(List.of("viewing-")),
                new Source.SingleStream("viewing-1"),
                new Source.SingleStream("empty-1"));
    }

    @AfterEach
    void close() {
        connection.close();
        oldServer.close();
        store.close();
    }

    @ParameterizedTest
    @MethodSource("sources")
    void saysItForAServerThatNeverDoes(Source source) {
        connection.appender().appendNow("viewing-1", ExpectedRevision.any(), numbered("Viewed", 1, 10));
        connection.appender().appendNow("viewing-1", ExpectedRevision.any(), numbered("Rated", 1, 10));
        connection.source().subscribe(fromStart(source, "Viewed"), recorder).request(100);
        recorder.awaitCount(SourceSignal.CaughtUp.class, 1, PATIENCE);
        boolean empty = source.equals(new Source.SingleStream("empty-1"));
        assertThat(recorder.events()).hasSize(empty ? 0 : 10);
        if (!empty) {
            assertThat(recorder.positions())
                    .endsWith(connection.reads().head(source).orElseThrow());
        }
    }

    @Test
    void doesNotSayItWhileEventsAreHeldBackForTheConsumer() throws InterruptedException {
        connection.appender().appendNow("viewing-1", ExpectedRevision.any(), numbered("Viewed", 1, 10));
        connection
                .source()
                .subscribe(fromStart(Samples.ALL, "Viewed"), recorder)
                .request(5);
        recorder.awaitEvents(5, PATIENCE);
        Thread.sleep(5_000);
        assertThat(recorder.all(SourceSignal.CaughtUp.class)).isEmpty();
        assertThat(recorder.all(SourceSignal.Interrupted.class)).isEmpty();
    }

    @Test
    void passesOnThatTheServerFellBehind() {
        connection
                .source()
                .subscribe(fromStart(Samples.ALL, "Viewed"), recorder)
                .request(5);
        recorder.awaitCount(SourceSignal.CaughtUp.class, 1, PATIENCE);
        store.faults().fallBehind();
        recorder.awaitCount(SourceSignal.FellBehind.class, 1, PATIENCE);
    }

    /** What servers before 23.10 send. */
    private record WithoutCaughtUp(StreamObserver<ReadResp> client) implements StreamObserver<ReadResp> {
        @Override
        public void onNext(ReadResp message) {
            if (!message.hasCaughtUp()) {
                client.onNext(message);
            }
        }

        @Override
        public void onError(Throwable error) {
            client.onError(error);
        }

        @Override
        public void onCompleted() {
            client.onCompleted();
        }
    }
}
