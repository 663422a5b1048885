package io.millrace.eventstore;

import static io.millrace.eventstore.Samples.event;
import static io.millrace.eventstore.Samples.numbered;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import io.millrace.checkpoint.Position;
import io.millrace.embedded.EmbeddedEventStore;
import io.millrace.eventstore.AppendException.Kind;
import io.millrace.projections.EventEnvelope;
import io.millrace.projections.SourceSignal;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** Appends in order within a stream, and says why when it does not. */
class EventAppenderTest {
    private static final Duration PATIENCE = Duration.ofSeconds(20);

    private final EmbeddedEventStore store = EmbeddedEventStore.start();
    private final EventStoreConnection connection = EventStoreConnection.open(store.connectionString());
    private final EventAppender appender = connection.appender();

    @AfterEach
    void close() {
        connection.close();
        store.close();
    }

    private AppendException refusal(String stream, ExpectedRevision expected, NewEvent... events) {
        return catchThrowableOfType(AppendException.class, () -> appender.appendNow(stream, expected, List.of(events)));
    }

    @Test
    void tellsRevisionAndPosition() {
        assertThat(appender.appendNow("a-1", ExpectedRevision.noStream(), numbered("A", 1, 3))
                        .revision())
                .isEqualTo(2);
        Appended last = appender.appendNow("a-1", ExpectedRevision.exactly(2), numbered("A", 4, 4));
        assertThat(last.revision()).isEqualTo(3);
        assertThat(last.position().orElseThrow().isAfter(Position.inLog(0, 0))).isTrue();
    }

    @Test
    void tellsWhereTheStreamIsWhenItIsNotWhereExpected() {
        appender.appendNow("a-1", ExpectedRevision.any(), numbered("A", 1, 3));
        AppendException exists = refusal("a-1", ExpectedRevision.noStream(), event("A", "x"));
        assertThat(exists.kind()).isEqualTo(Kind.WRONG_REVISION);
        assertThat(exists.currentRevision()).hasValue(2);
        assertThat(exists.stream()).isEqualTo("a-1");
        assertThat(refusal("a-1", ExpectedRevision.exactly(7), event("A", "x")))
                .hasMessageContaining("last revision=2");
        assertThat(refusal("b-1", ExpectedRevision.exactly(0), event("A", "x")).currentRevision())
                .isEmpty();
    }

    @Test
    void writesTheSameEventsOnce() {
        List<NewEvent> events = numbered("A", 1, 3);
        appender.appendNow("a-1", ExpectedRevision.any(), events);
        appender.appendNow("a-1", ExpectedRevision.any(), events);
        assertThat(connection.reads().lastEvent("a-1").orElseThrow().revision()).isEqualTo(2);
    }

    @Test
    void refusesMoreThanTheStoreTakesAtOnce() {
        byte[] large = new byte[2_000_000];
        AppendException tooLarge =
                refusal("a-1", ExpectedRevision.any(), NewEvent.octets(UUID.randomUUID(), "A", large, new byte[0]));
        assertThat(tooLarge.kind()).isEqualTo(Kind.TOO_LARGE);
        assertThat(tooLarge).hasMessageContaining("1048576");
    }

    @Test
    void saysThatNobodyIsThereAndAppendsWhenTheStoreIsBack() {
        store.stop();
        AppendException away = refusal("a-1", ExpectedRevision.any(), event("A", "1"));
        assertThat(away.kind()).isEqualTo(Kind.UNREACHABLE);
        store.restart();
        assertThat(appendOnceReached(numbered("A", 1, 1))).isZero();
    }

    /** The connection waits a moment between its attempts, and refuses meanwhile. */
    private long appendOnceReached(List<NewEvent> events) {
        long patienceEnds = System.nanoTime() + Duration.ofSeconds(10).toNanos();
        while (true) {
            try {
                return appender.appendNow("a-1", ExpectedRevision.noStream(), events)
                        .revision();
            } catch (AppendException e) {
                if (e.kind() != Kind.UNREACHABLE || System.nanoTime() - patienceEnds > 0) {
                    throw e;
                }
                Thread.onSpinWait();
            }
        }
    }

    @Test
    void followsTheLeader() {
        try (EmbeddedEventStore follower = EmbeddedEventStore.start();
                EventStoreConnection toFollower = EventStoreConnection.open(follower.connectionString())) {
            follower.faults().pretendNotLeader("127.0.0.1", store.port());
            toFollower.appender().appendNow("a-1", ExpectedRevision.noStream(), numbered("A", 1, 2));
            assertThat(connection.reads().lastEvent("a-1").orElseThrow().revision())
                    .isEqualTo(1);
        }
    }

    @Test
    void keepsTheOrderWithinEachOfManyStreams() {
        List<CompletableFuture<Appended>> all = new ArrayList<>();
        for (int round = 0; round < 40; round++) {
            for (int stream = 0; stream < 23; stream++) {
                all.add(appender.append(
                        "flight-" + stream, ExpectedRevision.any(), numbered("A", round * 10, round * 10 + 9)));
            }
        }
        all.forEach(CompletableFuture::join);
        SignalRecorder recorder = new SignalRecorder();
        connection
                .source()
                .subscribe(Samples.fromStart(Samples.ALL, "A"), recorder)
                .request(100_000);
        recorder.awaitCount(SourceSignal.CaughtUp.class, 1, PATIENCE);
        Map<String, List<String>> byStream = new HashMap<>();
        for (EventEnvelope event : recorder.events()) {
            byStream.computeIfAbsent(event.stream(), stream -> new ArrayList<>())
                    .add(SignalRecorder.text(event));
        }
        assertThat(byStream).hasSize(23);
        assertThat(byStream.values()).allMatch(Samples.numbers(0, 399)::equals);
    }

    @Test
    void writesNothingBehindAGap() {
        store.faults().delay(Duration.ofMillis(200));
        CompletableFuture<Appended> refused = appender.append("a-1", ExpectedRevision.exactly(5), numbered("A", 1, 1));
        CompletableFuture<Appended> behind = appender.append("a-1", ExpectedRevision.any(), numbered("A", 2, 2));
        for (CompletableFuture<Appended> each : List.of(refused, behind)) {
            CompletionException failure = catchThrowableOfType(CompletionException.class, each::join);
            assertThat(failure.getCause()).isInstanceOf(AppendException.class);
        }
        assertThat(connection.reads().lastEvent("a-1")).isEmpty();
    }
}
