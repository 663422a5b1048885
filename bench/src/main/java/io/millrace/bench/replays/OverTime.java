package io.millrace.bench.replays;

import io.millrace.batching.Batch;
import io.millrace.batching.CommitOutcome;
import io.millrace.batching.ProjectorListener;
import io.millrace.bench.machine.Database;
import java.sql.Connection;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.concurrent.Executors;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicLong;

/** Looks at a replay from outside every second: how far it is, in what batches, and what has become of the table. */
final class OverTime implements ProjectorListener, AutoCloseable {
    private static final long EVERY_MS = 1_000;

    private final AtomicLong handled = new AtomicLong();
    private final AtomicInteger batchSize = new AtomicInteger();
    private final List<String> lines = new ArrayList<>();
    private final Connection connection;
    private final String look;
    private final ScheduledExecutorService timer = Executors.newSingleThreadScheduledExecutor();
    private final long begin = System.nanoTime();
    private long handledBefore;

    OverTime(Database database, String table) throws SQLException {
        this.connection = database.connect("");
        this.look = "SELECT pg_stat_get_dead_tuples(c.oid), pg_relation_size(c.oid) FROM pg_class c"
                + " WHERE c.oid = to_regclass('ours." + table + "')";
        var unused = timer.scheduleAtFixedRate(this::look, EVERY_MS, EVERY_MS, TimeUnit.MILLISECONDS);
    }

    @Override
    public void committed(Batch batch, CommitOutcome.Committed outcome, Duration took) {
        handled.addAndGet(batch.events().size());
        batchSize.set(batch.events().size());
    }

    private synchronized void look() {
        long now = handled.get();
        try (Statement statement = connection.createStatement();
                ResultSet row = statement.executeQuery(look)) {
            if (row.next()) {
                lines.add(String.format(
                        Locale.ROOT,
                        "  after %4.1f s: %,9d events/s in batches of %,d; %,d dead tuples, %,d KiB",
                        (System.nanoTime() - begin) / 1e9,
                        now - handledBefore,
                        batchSize.get(),
                        row.getLong(1),
                        row.getLong(2) / 1024));
            }
            handledBefore = now;
        } catch (SQLException e) {
            lines.add("  could not look: " + e.getMessage());
        }
    }

    synchronized void print() {
        lines.forEach(System.out::println);
    }

    @Override
    public void close() throws SQLException {
        timer.shutdownNow();
        synchronized (this) {
            connection.close();
        }
    }
}
