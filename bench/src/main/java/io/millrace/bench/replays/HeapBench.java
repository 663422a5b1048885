package io.millrace.bench.replays;

import io.millrace.bench.engines.Spread;
import io.millrace.bench.figures.Figure;
import io.millrace.bench.figures.Figures;
import io.millrace.bench.figures.Words;
import io.millrace.bench.machine.Database;
import io.millrace.bench.store.FlightStore;
import io.millrace.bench.workload.FlightFile;
import io.millrace.checkpoint.Position;
import io.millrace.projections.EventEnvelope;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.UUID;

/** Whether a small heap is enough for any number of events, and for large ones; and whether what is live stays flat. */
public final class HeapBench {
    private static final int MIB = 1 << 20;
    private static final int HEAP_MIB = 128;

    /** Live at the end ÷ live at the beginning, each the mean of a third of the samples: what is called flat. */
    private static final double FLAT = 1.1;

    private final Database database;
    private final Figures figures;

    private HeapBench(Database database, Figures figures) {
        this.database = database;
        this.figures = figures;
    }

    /**
     * Runs and prints.
     *
     * @param args {@code --stored N} events in a store in another process; {@code --generated N} events; {@code --large N}
     *     events of 1 MiB, by themselves and after {@code --small N} usual ones; {@code --figures FOLDER}
     */
    public static void main(String... args) throws Exception {
        Words words = Words.of(args);
        Figures figures = new Figures("heap", words.figures());
        try (Database database = Database.start()) {
            HeapBench bench = new HeapBench(database, figures);
            int stored = words.number("--stored", 3_000_000);
            try (FlightStore store = FlightStore.start(0)) {
                store.append(FlightFile.events(Optional.empty(), stored));
                bench.replayFlat("events from a store", "default", stored, store.connectionString());
                bench.replayFlat("events from a store", "adaptive", stored, store.connectionString());
            }
            int generated = words.number("--generated", 30_000_000);
            bench.replayFlat("generated events", "adaptive", generated, "generated");
            int large = words.number("--large", 400);
            try (FlightStore store = FlightStore.start(0, 2 * MIB)) {
                appendLarge(store, large);
                bench.replayFlat("events of 1 MiB", "default", large, store.connectionString());
                bench.replayFlat("events of 1 MiB", "adaptive", large, store.connectionString());
            }
            int small = words.number("--small", 50_000);
            try (FlightStore store = FlightStore.start(0, 2 * MIB)) {
                store.append(FlightFile.events(Optional.empty(), small));
                appendLarge(store, large);
                String of = "events, the last " + large + " of them of 1 MiB";
                bench.replay(of, "default", small + large, store.connectionString());
                bench.replay(of, "adaptive", small + large, store.connectionString());
            }
        }
    }

    private static void appendLarge(FlightStore store, int count) {
        String head = "{\"origin\":\"ATL\",\"delay_min\":1,\"distance_mi\":2,\"pad\":\"";
        String data = head + "x".repeat(MIB - head.length() - 2) + "\"}";
        EventEnvelope event = new EventEnvelope(
                new UUID(0, 0),
                "FlightDeparted",
                "flight-ATL",
                0,
                Position.inStream(0),
                Instant.EPOCH,
                data.getBytes(StandardCharsets.UTF_8),
                new byte[0]);
        for (int i = 0; i < count; i++) {
            store.append(List.of(event), 1);
        }
    }

    private void replayFlat(String of, String settings, int events, String from) throws Exception {
        List<Double> live = replay(of, settings, events, from);
        figures.add(Figure.atMost(
                FLAT, name(of, settings, events) + "live in the last third ÷ the first", flatness(live), "×"));
    }

    private static String name(String of, String settings, int events) {
        return "heap of " + HEAP_MIB + " MiB, " + events + " " + of + ", " + settings + ": ";
    }

    /** What was live after each collection. */
    private List<Double> replay(String of, String settings, int events, String from) throws Exception {
        database.execute(
                "DROP SCHEMA IF EXISTS millrace CASCADE; DROP SCHEMA IF EXISTS ours CASCADE;" + " CREATE SCHEMA ours");
        List<String> said = run(settings, events, from);
        String counted = database.text("SELECT sum(flights) FROM ours.airport_departures");
        if (!counted.equals(Integer.toString(events))) {
            throw new IllegalStateException("expected each event once: events=" + events + ", counted=" + counted);
        }
        String name = name(of, settings, events);
        List<Double> live = values(said, "live ");
        figures.add(Figure.of(name + "live after a collection", new Spread(live), "MiB"));
        figures.add(Figure.of(
                name + "in use, peaks of the heap's parts together", new Spread(values(said, "peak ")), "MiB"));
        figures.add(Figure.of(name + "resident, at most", new Spread(values(said, "rss ")), "MiB"));
        figures.add(Figure.of(name + "replayed", new Spread(values(said, "rate ")), "events/s"));
        return live;
    }

    private static Spread flatness(List<Double> live) {
        int third = Math.max(1, live.size() / 3);
        double first = mean(live.subList(0, third));
        return new Spread(List.of(mean(live.subList(live.size() - third, live.size())) / first));
    }

    private static double mean(List<Double> values) {
        return values.stream().mapToDouble(Double::doubleValue).average().orElseThrow();
    }

    private List<String> run(String settings, int events, String from) throws IOException, InterruptedException {
        List<String> command = new ArrayList<>(List.of(
                Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                "-Xmx" + HEAP_MIB + "m",
                "-XX:+ExitOnOutOfMemoryError",
                "-Dslf4j.internal.verbosity=ERROR",
                "-cp",
                System.getProperty("java.class.path"),
                HeapRun.class.getName()));
        command.addAll(List.of(database.url(), settings, Integer.toString(events), from));
        Process process = new ProcessBuilder(command)
                .redirectError(ProcessBuilder.Redirect.INHERIT)
                .start();
        List<String> said = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8)
                .lines()
                .toList();
        if (process.waitFor() != 0) {
            throw new IllegalStateException("expected a replay that ends well; what it said is above: " + said);
        }
        return said;
    }

    private static List<Double> values(List<String> said, String of) {
        return said.stream()
                .filter(line -> line.startsWith(of))
                .map(line -> Double.valueOf(line.substring(of.length())))
                .toList();
    }
}
