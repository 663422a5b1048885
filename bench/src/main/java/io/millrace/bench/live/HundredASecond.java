package io.millrace.bench.live;

import io.millrace.bench.engines.Spread;
import io.millrace.bench.figures.Figure;
import io.millrace.bench.figures.Figures;
import io.millrace.bench.machine.Database;
import io.millrace.bench.store.FlightStore;
import io.millrace.bench.store.OurProjector;
import io.millrace.eventstore.ExpectedRevision;
import io.millrace.eventstore.NewEvent;
import io.millrace.projections.EventEnvelope;
import java.io.IOException;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.locks.LockSupport;
import java.util.function.DoubleBinaryOperator;

/**
 * An event every 10 ms, and half-way between the acknowledgements of any two a bare commit of one row over a connection of
 * its own: the same disk, the same machine, the same minute, and as long a rest of the disk before it. (The rest counts: of
 * two bare commits, one 6.3 ms after the other and the other 3.7 ms after the one, the first took 1.09 and 1.14 of the
 * second's time.) A commit that could not begin when it was due, since the one before it had to wait, counts from then on:
 * events that have to wait count so, too, as nobody puts them off. For one thread.
 */
final class HundredASecond {
    private static final long PERIOD_NANOS = 10_000_000;
    /** A minute, of both: what is called once an event is compiled late at this pace, and a service lives for days. */
    private static final int WARM_UP = 6_000;

    /** By so much it changes with each event, what is held for the usual time that an acknowledgement takes. */
    private static final long STEP_NANOS = 1_000;

    private static final int PARTS = 5;
    private static final double MOST_MEDIAN = 1.5;
    private static final double MOST_P99 = 3;

    private final FlightStore store;
    private final Database database;
    private final List<EventEnvelope> flights;
    private final int count;
    private final long[] acknowledgedAt;
    private final double[] commitMillis;
    private final List<CompletableFuture<?>> acknowledged = new ArrayList<>();
    /** From when an event was due until it was acknowledged: as many take longer as take less. */
    private final AtomicLong usualNanos = new AtomicLong();

    HundredASecond(FlightStore store, Database database, List<EventEnvelope> flights, int seconds) {
        this.store = store;
        this.database = database;
        this.flights = flights;
        this.count = WARM_UP + seconds * 100;
        this.acknowledgedAt = new long[count];
        this.commitMillis = new double[count];
    }

    void run(Figures figures) throws Exception {
        List<NewEvent> events = new ArrayList<>(count);
        for (int i = 0; i < count; i++) {
            events.add(FlightStore.asNew(flights.get(i % flights.size())));
        }
        long before = Long.parseLong(database.text("SELECT sum(flights) FROM ours.airport_departures"));
        Visible visible = new Visible();
        try (OurProjector projector = LiveProjector.open(store, database, visible)) {
            projector.start();
            appendAndCommit(events);
            visible.awaitEvents(count);
        }
        LiveProjector.verify(database, before + count);
        double[] afterAppend = new double[count];
        for (int i = 0; i < count; i++) {
            afterAppend[i] = (visible.visibleAt(events.get(i).eventId()) - acknowledgedAt[i]) / 1e6;
        }
        tell(figures, afterAppend);
    }

    private void appendAndCommit(List<NewEvent> events) throws Exception {
        ExecutorService committing = Executors.newSingleThreadExecutor();
        long begin = System.nanoTime() + 100 * PERIOD_NANOS;
        try {
            Future<?> commits = committing.submit(() -> {
                commit(begin + PERIOD_NANOS / 2);
                return null;
            });
            for (int i = 0; i < count; i++) {
                pauseUntil(begin + i * PERIOD_NANOS);
                append(events.get(i), i, begin + i * PERIOD_NANOS);
            }
            commits.get();
            for (CompletableFuture<?> append : acknowledged) {
                append.get();
            }
        } finally {
            committing.shutdownNow();
        }
    }

    /** The acknowledgement counts from when it comes, not from when somebody who waits for it wakes up. */
    private void append(NewEvent event, int i, long due) {
        acknowledged.add(store.connection()
                .appender()
                .append("flight-live", ExpectedRevision.any(), List.of(event))
                .thenAccept(appended -> {
                    long now = System.nanoTime();
                    acknowledgedAt[i] = now;
                    usualNanos.updateAndGet(usual -> usual + (now - due > usual ? STEP_NANOS : -STEP_NANOS));
                })
                .toCompletableFuture());
    }

    private void commit(long begin) throws Exception {
        database.execute("DROP TABLE IF EXISTS bare; CREATE TABLE bare (id text PRIMARY KEY, n bigint NOT NULL);"
                + " INSERT INTO bare VALUES ('one', 0)");
        try (Connection connection = database.connect("");
                PreparedStatement update = connection.prepareStatement("UPDATE bare SET n = n + 1 WHERE id = ?")) {
            for (int i = 0; i < count; i++) {
                long due = begin + i * PERIOD_NANOS + usualNanos.get();
                long from = System.nanoTime() > due ? due : pauseUntil(due);
                update.setString(1, "one");
                update.executeUpdate();
                commitMillis[i] = (System.nanoTime() - from) / 1e6;
            }
        }
    }

    /** Returns when it woke up, which is a little later. */
    private static long pauseUntil(long nanos) {
        long now = System.nanoTime();
        while (now < nanos) {
            LockSupport.parkNanos(nanos - now);
            now = System.nanoTime();
        }
        return now;
    }

    private void tell(Figures figures, double[] afterAppend) throws IOException {
        String what = "live at 100/s: ";
        String row = "append acknowledged to row visible, ";
        figures.add(Figure.of(what + "bare commit, p50", each(commitMillis, afterAppend, 0.5, (c, v) -> c), "ms"));
        figures.add(Figure.of(what + row + "p50", each(commitMillis, afterAppend, 0.5, (c, v) -> v), "ms"));
        figures.add(Figure.of(what + "bare commit, p99", each(commitMillis, afterAppend, 0.99, (c, v) -> c), "ms"));
        figures.add(Figure.of(what + row + "p99", each(commitMillis, afterAppend, 0.99, (c, v) -> v), "ms"));
        figures.add(Figure.atMost(
                MOST_MEDIAN,
                what + "visible ÷ bare commit, p50",
                each(commitMillis, afterAppend, 0.5, this::ratio),
                "×"));
        figures.add(Figure.atMost(
                MOST_P99,
                what + "visible ÷ bare commit, p99",
                each(commitMillis, afterAppend, 0.99, this::ratio),
                "×"));
    }

    private double ratio(double commit, double visible) {
        return visible / commit;
    }

    /** In each fifth of the time. */
    private Spread each(double[] commits, double[] visibles, double quantile, DoubleBinaryOperator of) {
        List<Double> values = new ArrayList<>();
        int length = (count - WARM_UP) / PARTS;
        for (int part = 0; part < PARTS; part++) {
            int from = WARM_UP + part * length;
            values.add(of.applyAsDouble(
                    quantile(commits, from, from + length, quantile),
                    quantile(visibles, from, from + length, quantile)));
        }
        return new Spread(values);
    }

    private static double quantile(double[] values, int from, int to, double quantile) {
        double[] sorted = Arrays.copyOfRange(values, from, to);
        Arrays.sort(sorted);
        return sorted[(int) Math.min(sorted.length - 1L, Math.round(sorted.length * quantile))];
    }
}
