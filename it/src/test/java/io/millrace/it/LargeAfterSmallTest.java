package io.millrace.it;

import static io.millrace.projections.ColumnType.BIGINT;
import static io.millrace.projections.ColumnType.TEXT;
import static org.assertj.core.api.Assertions.assertThat;

import io.millrace.batching.Batch;
import io.millrace.batching.BatchCommitter;
import io.millrace.batching.CommitOutcome;
import io.millrace.batching.CommitOutcome.Committed;
import io.millrace.batching.ProjectorOptions;
import io.millrace.batching.ProjectorOptions.Until;
import io.millrace.batching.ProjectorRunner;
import io.millrace.batching.ProjectorState.Stopped;
import io.millrace.batching.QueueBounds;
import io.millrace.checkpoint.Checkpoint;
import io.millrace.embedded.EmbeddedEventStore;
import io.millrace.eventstore.EventStoreConnection;
import io.millrace.eventstore.ExpectedRevision;
import io.millrace.eventstore.NewEvent;
import io.millrace.projections.EventEnvelope;
import io.millrace.projections.EventSource;
import io.millrace.projections.Projection;
import io.millrace.projections.ReadModel;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.UUID;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.atomic.AtomicLong;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

/** Thousands of small events, then large ones without warning, while the database takes nothing. */
final class LargeAfterSmallTest {
    private static final int SMALL = 20_000;
    private static final int SMALL_BYTES = 100;
    private static final int LARGE = 100;
    private static final int LARGE_BYTES = 1_000_000;
    private static final int PER_APPEND = 500;

    /** Before the large ones come, but so late that all of them might be asked for. */
    private static final long BLOCKED_AFTER = SMALL - 2_000;

    private static final QueueBounds BOUNDS = new QueueBounds(10_000, 8 << 20);
    private static final Duration STANDS_STILL = Duration.ofSeconds(1);

    private final AtomicLong handedOn = new AtomicLong();
    private final AtomicLong taken = new AtomicLong();
    private final AtomicLong mostWaiting = new AtomicLong();
    private final Gate gate = new Gate();

    record Document(String text) {}

    private final Projection projection = Projection.named("sizes")
            .into(ReadModel.table("sizes")
                    .key("stream", TEXT)
                    .column("events", BIGINT)
                    .build())
            .on("Document", Document.class, (document, envelope, rows) -> {
                taken.addAndGet(envelope.sizeInBytes());
                rows.row(envelope.stream()).increment("events", 1);
            })
            .build();

    @Test
    void whatWaitsStaysWithinTheQueuesBytesAndOneEvent() throws Exception {
        try (EmbeddedEventStore server = EmbeddedEventStore.start();
                EventStoreConnection events = EventStoreConnection.open(server.connectionString());
                ProjectorRunner runner = new ProjectorRunner(
                        projection,
                        watched(events.source()),
                        gate,
                        ProjectorOptions.DEFAULT.withUntil(Until.FIRST_HEAD).withQueueBounds(BOUNDS))) {
            append(events, SMALL, SMALL_BYTES, PER_APPEND);
            append(events, LARGE, LARGE_BYTES, 1);

            runner.start();
            awaitNothingHandedOn();
            gate.open.countDown();
            runner.awaitEnd();

            assertThat(runner.state()).isEqualTo(new Stopped());
            assertThat(runner.summary().handled()).isEqualTo(SMALL + LARGE);
            assertThat(mostWaiting.get()).isLessThan(BOUNDS.maxBytes() + LARGE_BYTES);
        }
    }

    /** The same events, counted on their way into the queue. */
    private EventSource watched(EventSource source) {
        return (request, subscriber) -> source.subscribe(request, signal -> {
            if (signal instanceof EventEnvelope event) {
                long waiting = handedOn.addAndGet(event.sizeInBytes()) - taken.get();
                mostWaiting.accumulateAndGet(waiting, Math::max);
            }
            subscriber.onSignal(signal);
        });
    }

    private void awaitNothingHandedOn() throws InterruptedException {
        gate.reached.await();
        for (long before = -1; before != handedOn.get(); ) {
            before = handedOn.get();
            Thread.sleep(STANDS_STILL.toMillis());
        }
    }

    private static void append(EventStoreConnection events, int count, int bytes, int perAppend) {
        String frame = "{\"text\":\"\"}";
        byte[] data = frame.replace("\"\"", '"' + "x".repeat(bytes - frame.length()) + '"')
                .getBytes(StandardCharsets.UTF_8);
        for (int from = 0; from < count; from += perAppend) {
            List<NewEvent> some = IntStream.range(0, perAppend)
                    .mapToObj(i -> NewEvent.json(UUID.randomUUID(), "Document", data, new byte[0]))
                    .toList();
            events.appender().appendNow("sizes", ExpectedRevision.any(), some);
        }
    }

    /** Commits nothing, and for a while does not come back. */
    private static final class Gate implements BatchCommitter {
        final CountDownLatch reached = new CountDownLatch(1);
        final CountDownLatch open = new CountDownLatch(1);
        private long events;
        private Checkpoint checkpoint = Checkpoint.atStart("sizes");

        @Override
        public Checkpoint checkpoint() {
            return checkpoint;
        }

        @Override
        public CommitOutcome commit(Batch batch) {
            events += batch.events().size();
            if (events > BLOCKED_AFTER) {
                reached.countDown();
                try {
                    open.await();
                } catch (InterruptedException stopped) {
                    Thread.currentThread().interrupt();
                }
            }
            checkpoint = new Checkpoint(
                    checkpoint.projection(),
                    checkpoint.epoch(),
                    Optional.of(batch.checkpoint()),
                    batch.lastHandled(),
                    batch.number(),
                    Optional.empty(),
                    Optional.empty());
            return new Committed(checkpoint, 1, 1);
        }

        @Override
        public Optional<CommitOutcome> look() {
            return Optional.empty();
        }

        @Override
        public void close() {}
    }
}
