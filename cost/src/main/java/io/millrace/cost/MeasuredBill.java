package io.millrace.cost;

import io.millrace.batching.CommitOutcome;
import io.millrace.cost.MeasuredRung.Metric;
import io.millrace.projections.Projection;
import io.millrace.sql.MeasuredDatabase;
import io.millrace.sql.MeasuredDatabase.Way;
import io.millrace.sql.ServerCounters;
import java.lang.management.ManagementFactory;
import java.lang.management.ThreadMXBean;
import java.time.Duration;
import java.util.ArrayList;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.TreeMap;
import java.util.function.BiConsumer;

/**
 * What the rungs of a ladder take of a real PostgreSQL: each the same run as in the ladder, with a committer that writes
 * for real.
 *
 * @param runs of each rung, taken in turn, as it was asked for
 * @param idleWalBytesPerSecond what the server wrote at most while nothing was measured: before, between and after
 * @param failure why the projection ended half way, and nothing more was measured; empty if it didn't, as it should be
 */
public record MeasuredBill(
        MeasuredDatabase.Server server,
        int runs,
        List<MeasuredRung> rungs,
        long idleWalBytesPerSecond,
        Optional<Throwable> failure) {
    private static final int WARM_UP_EVENTS = 300;
    private static final Duration IDLE = Duration.ofMillis(500);
    private static final double PER = 1_000;
    private static final double NANOS_PER_MS = 1e6;
    private static final double NANOS_PER_SECOND = 1e9;
    /** A quiet server writes less, a busy one far more. */
    private static final long QUIET_BYTES_PER_SECOND = 4_096;

    public MeasuredBill {
        rungs = List.copyOf(rungs);
    }

    /** Whether others wrote to the server while it was measured, so that its WAL is not ours alone. */
    public boolean othersWrite() {
        return idleWalBytesPerSecond > QUIET_BYTES_PER_SECOND;
    }

    /**
     * Measures every rung so many times, in turn.
     *
     * @param progress told the run and the rung that begin, both counted from 1
     */
    public static MeasuredBill measure(
            Projection projection,
            RecordedStream stream,
            LadderSettings settings,
            MeasuredDatabase database,
            int runs,
            BiConsumer<Integer, Integer> progress) {
        if (runs < 1) {
            throw new IllegalArgumentException("expected at least 1 run: runs=" + runs);
        }
        Measuring measuring = new Measuring(projection, settings.prices(), database);
        List<Rung> rungs = settings.rungs();
        RecordedStream some = beginning(stream);
        rungs.forEach(rung -> measuring.run(rung, some));
        measuring.failure = Optional.empty(); // the measured runs meet it again
        Map<Integer, List<Map<Metric, Double>>> samples = new TreeMap<>();
        long idle = measuring.idleWalBytesPerSecond();
        for (int run = 1; run <= runs && measuring.failure.isEmpty(); run++) {
            for (int i = 0; i < rungs.size() && measuring.failure.isEmpty(); i++) {
                Rung rung = rungs.get((i + run - 1) % rungs.size());
                progress.accept(run, i + 1);
                Map<Metric, Double> sample = measuring.run(rung, stream);
                if (measuring.failure.isEmpty()) {
                    samples.computeIfAbsent(rung.number(), number -> new ArrayList<>())
                            .add(sample);
                }
            }
            idle = Math.max(idle, measuring.idleWalBytesPerSecond());
        }
        return new MeasuredBill(
                database.server(),
                runs,
                rungs.stream()
                        .map(rung -> summary(rung, samples.getOrDefault(rung.number(), List.of())))
                        .toList(),
                idle,
                measuring.failure);
    }

    /** What is run before anything counts, so that code is compiled and pages are there. */
    private static RecordedStream beginning(RecordedStream stream) {
        return new RecordedStream(
                stream.description(),
                stream.history()
                        .subList(0, Math.min(WARM_UP_EVENTS, stream.history().size())),
                stream.live()
                        .subList(
                                0,
                                stream.history().size() > WARM_UP_EVENTS
                                        ? 0
                                        : Math.min(WARM_UP_EVENTS, stream.live().size())),
                stream.interval());
    }

    private static MeasuredRung summary(Rung rung, List<Map<Metric, Double>> samples) {
        Map<Metric, Spread> figures = new EnumMap<>(Metric.class);
        for (Metric metric : Metric.values()) {
            List<Double> values = samples.stream()
                    .filter(sample -> sample.containsKey(metric))
                    .map(sample -> sample.get(metric))
                    .toList();
            if (!values.isEmpty()) {
                figures.put(metric, Spread.of(values));
            }
        }
        return new MeasuredRung(rung.number(), rung.name(), samples.size(), figures);
    }

    private static final class Measuring {
        private final ThreadMXBean threads = ManagementFactory.getThreadMXBean();
        private final Projection projection;
        private final PriceList prices;
        private final MeasuredDatabase database;
        private Optional<Throwable> failure = Optional.empty();

        Measuring(Projection projection, PriceList prices, MeasuredDatabase database) {
            this.projection = projection;
            this.prices = prices;
            this.database = database;
        }

        Map<Metric, Double> run(Rung rung, RecordedStream stream) {
            try (CountingCommitter committer = new CountingCommitter(database.committer(way(rung)))) {
                VirtualRun run = new VirtualRun(rung, projection, stream, prices, committer);
                database.read();
                ServerCounters idle = database.read();
                ServerCounters before = database.read();
                ServerCounters looking = before.since(idle);
                long cpuNanos = clientCpuNanos();
                long startedNanos = System.nanoTime();
                VirtualRun.Result result = run.run();
                long tookNanos = System.nanoTime() - startedNanos;
                long clientNanos = clientCpuNanos() - cpuNanos;
                ServerCounters took = database.read().since(before).without(looking);
                failure =
                        failure.or(result::failure).or(() -> committer.trouble().map(Measuring::refused));
                return sample(took, committer, tookNanos, clientNanos, PER / Math.max(1, result.handled()));
            }
        }

        private static Throwable refused(CommitOutcome outcome) {
            return new IllegalStateException("expected every batch to be committed at once, but " + outcome);
        }

        private static Map<Metric, Double> sample(
                ServerCounters took, CountingCommitter sent, long tookNanos, long clientNanos, double factor) {
            Map<Metric, Double> sample = new EnumMap<>(Metric.class);
            sample.put(Metric.ROUND_TRIPS, sent.roundTrips() * factor);
            sample.put(Metric.STATEMENTS, sent.statements() * factor);
            put(sample, Metric.COMMITS, took.commits(), factor);
            put(sample, Metric.ROWS, took.rows(), factor);
            sample.put(Metric.WAL_BYTES, took.walBytes() * factor);
            put(sample, Metric.DEAD_TUPLES, took.deadTuples(), factor);
            put(sample, Metric.SERVER_CPU_MS, took.cpuNanos(), factor / NANOS_PER_MS);
            sample.put(Metric.CLIENT_CPU_MS, clientNanos * factor / NANOS_PER_MS);
            sample.put(Metric.SECONDS, tookNanos * factor / NANOS_PER_SECOND);
            return sample;
        }

        private static void put(Map<Metric, Double> sample, Metric metric, OptionalLong value, double factor) {
            value.ifPresent(number -> sample.put(metric, number * factor));
        }

        private long clientCpuNanos() {
            return threads.getCurrentThreadCpuTime();
        }

        long idleWalBytesPerSecond() {
            ServerCounters before = database.read();
            try {
                Thread.sleep(IDLE.toMillis());
            } catch (InterruptedException e) {
                Thread.currentThread().interrupt();
            }
            return database.read().since(before).walBytes() * 1_000 / IDLE.toMillis();
        }
    }

    private static Way way(Rung rung) {
        if (rung.sending() == Sending.SINGLES) {
            return Way.SINGLE_STATEMENTS;
        }
        return switch (rung.statements()) {
            case PER_CHANGE -> Way.STATEMENT_PER_CHANGE;
            case PER_ROW -> Way.STATEMENT_PER_ROW;
            case AS_SENT -> Way.STATEMENT_PER_SHAPE;
        };
    }
}
