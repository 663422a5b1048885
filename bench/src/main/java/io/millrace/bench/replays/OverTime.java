package io.millrace.bench.replays;

import com.fasterxml.jackson.databind.json.JsonMapper;
import io.millrace.batching.Batch;
import io.millrace.batching.CommitOutcome;
import io.millrace.batching.ProjectorListener;
import io.millrace.bench.machine.Database;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
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

/** Looks at a replay from outside four times a second: how far it is, in what batches, and what has become of the table. */
final class OverTime implements ProjectorListener, AutoCloseable {
    private static final long EVERY_MS = 250;
    private static final JsonMapper JSON = new JsonMapper();

    private final AtomicLong handled = new AtomicLong();
    private final AtomicInteger batchSize = new AtomicInteger();
    private final List<Look> looks = new ArrayList<>();
    private final Connection connection;
    private final String look;
    private final ScheduledExecutorService timer = Executors.newSingleThreadScheduledExecutor();
    private final long begin = System.nanoTime();
    private long handledBefore;
    private double secondsBefore;

    /**
     * What was seen.
     *
     * @param seconds since it began
     * @param rate events a second since the look before
     * @param batch events in the last batch
     * @param deadTuples of the read model's table, as PostgreSQL counts them; it does so every second or so
     * @param tableKib its size
     */
    record Look(double seconds, double rate, int batch, long deadTuples, long tableKib) {}

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
            double seconds = (System.nanoTime() - begin) / 1e9;
            if (row.next()) {
                looks.add(new Look(
                        seconds,
                        (now - handledBefore) / (seconds - secondsBefore),
                        batchSize.get(),
                        row.getLong(1),
                        row.getLong(2) / 1024));
            }
            handledBefore = now;
            secondsBefore = seconds;
        } catch (SQLException e) {
            System.err.println("could not look at the replay: " + e.getMessage());
        }
    }

    synchronized void print() {
        looks.forEach(look -> System.out.printf(
                Locale.ROOT,
                "  after %5.2f s: %,9.0f events/s in batches of %,d; %,d dead tuples, %,d KiB%n",
                look.seconds(),
                look.rate(),
                look.batch(),
                look.deadTuples(),
                look.tableKib()));
    }

    /** As {@code overtime-NAME.json}: an array of objects. */
    synchronized void writeTo(Path folder, String name) throws IOException {
        Files.write(folder.resolve("overtime-" + name + ".json"), JSON.writeValueAsBytes(looks));
    }

    @Override
    public void close() throws SQLException {
        timer.shutdownNow();
        synchronized (this) {
            connection.close();
        }
    }
}
