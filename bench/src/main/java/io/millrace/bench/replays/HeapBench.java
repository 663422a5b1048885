package io.millrace.bench.replays;

import io.millrace.bench.engines.Spread;
import io.millrace.bench.figures.Figure;
import io.millrace.bench.figures.Figures;
import io.millrace.bench.figures.Words;
import io.millrace.bench.machine.Database;
import io.millrace.bench.replays.HeapProcess.Look;
import io.millrace.bench.store.FlightStore;
import io.millrace.bench.workload.FlightFile;
import io.millrace.checkpoint.Position;
import io.millrace.projections.EventEnvelope;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Optional;
import java.util.UUID;

/**
 * Whether a small heap is enough for any number of events, and for large ones; and whether what is live stays flat.
 *
 * <p>What is live in the middle of the flow includes the events on their way. Of small ones there are thousands, always
 * about as many; of 1 MiB there are anything between one and what the queue takes, for seconds on end, so that no number
 * of looks tells that from growth. There the replay is held up now and then until nothing is on its way, and what is live
 * then is judged: something kept of each event shows in it as soon as it comes to 3 KiB ({@code --leak 3072} tries that out).
 * Both are told; warm-up and end are left out of both.
 */
public final class HeapBench {
    private static final int MIB = 1 << 20;
    private static final int HEAP_MIB = 128;
    private static final String WELL = "each event once, within the heap";
    private static final String LIVE = "live after a collection";
    private static final String KEPT = "live with no event on its way";
    private static final int AT_ONCE = 8;
    private static final int EVENTS_PER_REST = 60;
    private static final int FEWEST_RESTS = 3;

    /** Until pools and buffers are there; and until adaptive batches of small events have found their size. */
    private static final double WARM_UP = 0.1;

    private static final int WARM_UP_EVENTS = 100_000;

    /** At the end of the log the queue runs empty. */
    private static final double END = 0.95;

    /** What is called flat: the median in the last third of the looks ÷ that in the first. */
    private static final double FLAT = 1.1;

    private final Database database;
    private final Figures figures;
    private final int leak;

    private HeapBench(Database database, Figures figures, int leak) {
        this.database = database;
        this.figures = figures;
        this.leak = leak;
    }

    /**
     * Runs and prints.
     *
     * @param args {@code --stored N} events in a store in another process; {@code --generated N} events; {@code --large N}
     *     events of 1 MiB; {@code --before N} small events, after which suddenly {@code --then N} of 1 MiB follow,
     *     {@code --rounds N} times; {@code --leak N} bytes kept of each event, to see that it is noticed; {@code --figures FOLDER}
     */
    public static void main(String... args) throws Exception {
        Words words = Words.of(args);
        Figures figures = new Figures("heap", words.figures());
        try (Database database = Database.start()) {
            HeapBench bench = new HeapBench(database, figures, words.number("--leak", 0));
            int stored = words.number("--stored", 3_000_000);
            try (FlightStore store = FlightStore.start(0)) {
                store.append(FlightFile.events(Optional.empty(), stored));
                bench.small("events from a store", "default", stored, store.connectionString());
                bench.small("events from a store", "adaptive", stored, store.connectionString());
            }
            bench.small("generated events", "adaptive", words.number("--generated", 30_000_000), "generated");
            int large = words.number("--large", 1_200);
            try (FlightStore store = FlightStore.start(0, 2 * MIB)) {
                appendLarge(store, large);
                bench.large("default", large, store.connectionString());
                bench.large("adaptive", large, store.connectionString());
            }
            int before = words.number("--before", 200_000);
            int then = words.number("--then", 300);
            try (FlightStore store = FlightStore.start(0, 2 * MIB)) {
                store.append(FlightFile.events(Optional.empty(), before));
                appendLarge(store, then);
                int rounds = words.number("--rounds", 3);
                bench.sudden("default", before, then, rounds, store.connectionString());
                bench.sudden("adaptive", before, then, rounds, store.connectionString());
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
        for (int left = count; left > 0; left -= AT_ONCE) {
            store.append(Collections.nCopies(Math.min(left, AT_ONCE), event), 1);
        }
    }

    private void small(String of, String settings, int events, String from) throws Exception {
        String name = name(events + " " + of, settings);
        HeapProcess run = run(settings, events, from, 0);
        if (ended(name, run, events)) {
            double warm = Math.max(WARM_UP_EVENTS, WARM_UP * events);
            judge(name + LIVE, tell(name + LIVE, run.looks("live"), warm, END * events));
            tellPeaks(name, List.of(run));
        }
    }

    private void large(String settings, int events, String from) throws Exception {
        String name = name(events + " events of 1 MiB", settings);
        HeapProcess run = run(settings, events, from, Math.max(FEWEST_RESTS, events / EVENTS_PER_REST));
        if (ended(name, run, events)) {
            double warm = WARM_UP * events;
            tell(name + LIVE, run.looks("live"), warm, END * events);
            judge(name + KEPT, tell(name + KEPT, run.looks("kept"), warm, END * events));
            tellPeaks(name, List.of(run));
        }
    }

    /** What is live must change here: that every round ends well is what is judged. */
    private void sudden(String settings, int before, int then, int rounds, String from) throws Exception {
        String name = name(before + " small events, then " + then + " of 1 MiB", settings);
        List<HeapProcess> well = new ArrayList<>();
        List<String> failures = new ArrayList<>();
        for (int i = 0; i < rounds; i++) {
            HeapProcess run = run(settings, before + then, from, 0);
            failure(run, before + then).ifPresentOrElse(failures::add, () -> well.add(run));
        }
        figures.add(Figure.allOf(rounds, name + WELL, well.size(), String.join(" ", failures)));
        tellPeaks(name, well);
    }

    private static String name(String what, String settings) {
        return "heap of " + HEAP_MIB + " MiB, " + what + ", " + settings + ": ";
    }

    private HeapProcess run(String settings, int events, String from, int rests) throws Exception {
        database.execute(
                "DROP SCHEMA IF EXISTS millrace CASCADE; DROP SCHEMA IF EXISTS ours CASCADE;" + " CREATE SCHEMA ours");
        return HeapProcess.run(
                HEAP_MIB,
                database.url(),
                settings,
                Integer.toString(events),
                from,
                Integer.toString(rests),
                Integer.toString(leak));
    }

    private boolean ended(String name, HeapProcess run, int events) throws Exception {
        Optional<String> failure = failure(run, events);
        if (failure.isPresent()) {
            figures.add(Figure.failed(name + WELL, failure.get()));
        }
        return failure.isEmpty();
    }

    /** Empty if it came to its end, with each event in the read model once. */
    private Optional<String> failure(HeapProcess run, int events) throws Exception {
        if (run.failure().isPresent()) {
            return run.failure();
        }
        String counted = database.text("SELECT sum(flights) FROM ours.airport_departures");
        return counted.equals(Integer.toString(events))
                ? Optional.empty()
                : Optional.of("Expected each event once: events=" + events + ", counted=" + counted + ".");
    }

    private Optional<Thirds> tell(String name, List<Look> looks, double from, double to) throws IOException {
        Optional<Thirds> thirds = Thirds.of(looks, from, to);
        if (thirds.isPresent()) {
            figures.add(Figure.of(name + ", first third", thirds.get().first(), "MiB"));
            figures.add(Figure.of(name + ", last third", thirds.get().last(), "MiB"));
        }
        return thirds;
    }

    private void judge(String name, Optional<Thirds> thirds) throws IOException {
        String flat = name + ", last third ÷ first";
        figures.add(
                thirds.isPresent()
                        ? Figure.atMost(FLAT, flat, thirds.get().ratio(), "×")
                        : Figure.failed(flat, "There were too few events for three looks at the heap."));
    }

    private void tellPeaks(String name, List<HeapProcess> runs) throws IOException {
        if (!runs.isEmpty()) {
            figures.add(Figure.of(name + "in use before a collection, at most", each(runs, "before"), "MiB"));
            figures.add(Figure.of(name + "in use after a collection, at most", each(runs, "after"), "MiB"));
            figures.add(Figure.of(name + "resident, at most", each(runs, "rss"), "MiB"));
            figures.add(Figure.of(name + "replayed", each(runs, "rate"), "events/s"));
        }
    }

    private static Spread each(List<HeapProcess> runs, String what) {
        return new Spread(runs.stream().map(run -> run.value(what)).toList());
    }
}
