package io.millrace.bench.endtoend;

import com.eventstore.dbclient.proto.streams.StreamsOuterClass.ReadResp.ReadEvent.RecordedEvent;
import io.millrace.bench.machine.Database;
import io.millrace.bench.store.FlightStore;
import io.millrace.bench.store.StubRead;
import io.millrace.bench.workload.Workload;
import io.millrace.bench.workload.Workload.Fold;
import io.millrace.checkpoint.Position;
import io.millrace.projections.EventEnvelope;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.SQLException;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.UUID;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;

/**
 * The best by hand: the generated stub's own thread decodes and folds, one statement for rows and checkpoint, one round
 * trip, committed while the next batch is folded. Keeps of an event what it needs: the data and the position.
 */
final class HandLane implements Lane {
    private static final String SCHEMA = "hand";
    private static final UUID NO_ID = new UUID(0, 0);
    private static final Position NO_POSITION = Position.inStream(0);
    private static final byte[] NO_METADATA = {};

    private final FlightStore store;
    private final Database database;
    private final Workload workload;
    private final int events;
    private final int batchSize;

    HandLane(FlightStore store, Database database, Workload workload, int events, int batchSize) {
        this.store = store;
        this.database = database;
        this.workload = workload;
        this.events = events;
        this.batchSize = batchSize;
    }

    /** All events in the order of the log, which many appends at once have mixed. */
    static List<EventEnvelope> read(FlightStore store, int events) throws Exception {
        List<EventEnvelope> inLog = new ArrayList<>(events);
        StubRead.run(store.stub(), events, event -> inLog.add(enveloped(event)));
        return inLog;
    }

    private static EventEnvelope enveloped(RecordedEvent event) {
        return new EventEnvelope(
                NO_ID,
                "FlightDeparted",
                "",
                0,
                NO_POSITION,
                Instant.EPOCH,
                event.getData().toByteArray(),
                NO_METADATA);
    }

    @Override
    public String name() {
        return "hand-" + batchSize + "-overlap";
    }

    @Override
    public Run begin() throws SQLException {
        database.execute("DROP SCHEMA IF EXISTS hand CASCADE; CREATE SCHEMA hand;" + workload.createTable(SCHEMA)
                + "; CREATE TABLE hand.checkpoint (projection text PRIMARY KEY, position bigint NOT NULL);"
                + " INSERT INTO hand.checkpoint VALUES ('flights', -1)");
        return new HandRun(database.connect(""));
    }

    private final class HandRun implements Run {
        private final Connection connection;
        private final PreparedStatement flush;
        private final ExecutorService committing = Executors.newSingleThreadExecutor();
        private Fold fold = workload.newFold();
        private Fold other = workload.newFold();
        private Future<?> underWay = committing.submit(() -> {});
        private int folded;
        private long checkpoint = -1;

        HandRun(Connection connection) throws SQLException {
            this.connection = connection;
            this.flush = connection.prepareStatement(
                    "WITH moved AS (UPDATE hand.checkpoint SET position = ? WHERE projection = 'flights'"
                            + " AND position = ? RETURNING 1) "
                            + workload.insertFolded(SCHEMA) + " WHERE EXISTS (SELECT FROM moved)"
                            + workload.onConflict());
        }

        @Override
        public void run() throws Exception {
            StubRead.run(store.stub(), events, new Taking());
            underWay.get();
        }

        private final class Taking implements StubRead.Handler {
            private int seen;

            @Override
            public void take(RecordedEvent event) throws Exception {
                long position = event.getCommitPosition();
                fold.add(enveloped(event));
                folded++;
                seen++;
                if (folded == batchSize || seen == events) {
                    swapAndCommit(position);
                }
            }
        }

        private void swapAndCommit(long position) throws Exception {
            underWay.get();
            Fold full = fold;
            long expected = checkpoint;
            underWay = committing.submit(() -> {
                commit(full, expected, position);
                full.clear();
                return null;
            });
            fold = other;
            other = full;
            folded = 0;
            checkpoint = position;
        }

        private void commit(Fold full, long expected, long position) throws SQLException {
            flush.setLong(1, position);
            flush.setLong(2, expected);
            full.bind(connection, flush, 3);
            if (flush.executeUpdate() == 0) {
                throw new IllegalStateException("expected the checkpoint at " + expected);
            }
        }

        @Override
        public void close() throws SQLException {
            committing.shutdownNow();
            connection.close();
        }
    }
}
