package io.millrace.bench.endtoend;

import io.millrace.batching.FlushPolicy;
import io.millrace.bench.engines.LapTable;
import io.millrace.bench.engines.Spread;
import io.millrace.bench.figures.Figure;
import io.millrace.bench.figures.Figures;
import io.millrace.bench.figures.Turns;
import io.millrace.bench.figures.Words;
import io.millrace.bench.machine.Database;
import io.millrace.bench.machine.Usage;
import io.millrace.bench.store.FlightStore;
import io.millrace.bench.store.OurProjector;
import io.millrace.bench.workload.AirportBoards;
import io.millrace.bench.workload.AirportTotals;
import io.millrace.bench.workload.FlightFile;
import io.millrace.bench.workload.RouteDays;
import io.millrace.bench.workload.Workload;
import io.millrace.projections.EventEnvelope;
import java.io.IOException;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Optional;

/**
 * From an event store in another process into PostgreSQL: by hand and by Millrace, beside what the store gives to somebody
 * who does nothing with it. All lanes run in every round, in another order each time; every run is verified.
 */
public final class EndToEndBench {
    private static final int[] SIZES = {100, 1_000, 10_000};
    private static final int LARGEST = 50_000;

    private final Workload workload;
    private final Words words;
    private final List<EventEnvelope> events;
    private final List<String> expected;
    private final FlightStore store;
    private final Database database;

    private EndToEndBench(
            Workload workload, Words words, List<EventEnvelope> events, FlightStore store, Database database) {
        this.workload = workload;
        this.words = words;
        this.events = events;
        this.expected = workload.expectedRows(events).stream().sorted().toList();
        this.store = store;
        this.database = database;
    }

    /**
     * Runs and prints.
     *
     * @param args {@code --events N} in the store; {@code --rounds N}; {@code --warm-up N}, rounds that do not count;
     *     {@code --pace N}, events a second that the store gives, 0 for as many as it can; {@code --only NAMES};
     *     {@code --workload NAMES};
     *     {@code --figures FOLDER}
     */
    public static void main(String... args) throws Exception {
        Words words = Words.of(args);
        List<EventEnvelope> events = FlightFile.events(Optional.empty(), words.number("--events", 600_000));
        try (FlightStore store = FlightStore.start(words.number("--pace", 200_000));
                Database database = Database.start()) {
            store.append(events);
            List<EventEnvelope> inLog = HandLane.read(store, events.size());
            for (Workload workload : List.of(new AirportTotals(), new RouteDays(), new AirportBoards())) {
                if (words.wants("--workload", workload.name())) {
                    new EndToEndBench(workload, words, inLog, store, database).run();
                }
            }
        }
    }

    private void run() throws Exception {
        List<Laps> all =
                lanes().stream().map(lane -> new Laps(lane, events.size())).toList();
        for (int warm = 0; warm < words.number("--warm-up", 2); warm++) {
            for (Laps laps : all) {
                measure(laps.lane());
            }
        }
        Turns turns = new Turns();
        for (int round = 0; round < words.number("--rounds", 5); round++) {
            for (Laps laps : turns.next(all)) {
                laps.add(measure(laps.lane()));
            }
        }
        String name = "endtoend-" + workload.name();
        LapTable table = new LapTable(name, all.stream().map(Laps::row).toList());
        table.print(System.out);
        table.writeTo(words.figures());
        compare(all, new Figures(name, words.figures()));
    }

    private List<Lane> lanes() {
        List<Lane> lanes = new ArrayList<>();
        lanes.add(new DrainLane(store, events.size()));
        for (int size : SIZES) {
            lanes.add(new HandLane(store, database, workload, events.size(), size));
            lanes.add(ours(Integer.toString(size), OurProjector.ofSize(size)));
        }
        lanes.add(ours(Integer.toString(LARGEST), OurProjector.ofSize(LARGEST)));
        lanes.add(ours("default", FlushPolicy.DEFAULT));
        lanes.add(ours("adaptive", FlushPolicy.ADAPTIVE));
        return lanes.stream().filter(lane -> words.wants("--only", lane.name())).toList();
    }

    private Lane ours(String settings, FlushPolicy policy) {
        return new OurLane(store, database, workload, settings, policy);
    }

    private Laps.Lap measure(Lane lane) throws Exception {
        System.err.println("running " + lane.name());
        try (Lane.Run run = lane.begin()) {
            var storeBefore = store.cpu();
            Usage before = Usage.before(database);
            run.run();
            Usage usage = Usage.since(before, database);
            Laps.Lap lap = new Laps.Lap(usage, store.cpu().minus(storeBefore));
            verify(lane);
            return lap;
        }
    }

    private void verify(Lane lane) throws Exception {
        if (lane instanceof DrainLane) {
            return;
        }
        String schema = lane instanceof HandLane ? "hand" : OurProjector.SCHEMA;
        List<String> rows = new ArrayList<>(
                database.texts("SELECT " + workload.rowText() + " FROM " + schema + "." + workload.table() + " AS t"));
        Collections.sort(rows);
        if (!rows.equals(expected)) {
            throw new IllegalStateException("expected the rows of a plain fold from " + lane.name() + ": " + rows.size()
                    + " of " + expected.size() + ", the first of them " + rows.get(0));
        }
    }

    private void compare(List<Laps> all, Figures figures) throws IOException {
        for (int size : SIZES) {
            ratio(all, 0.95, "ours-" + size, "hand-" + size + "-overlap", figures);
        }
        ratio(all, 0.90, "ours-adaptive", "drain", figures);
        ratio(all, 0.65, "ours-default", "drain", figures);
        Optional<Laps> best = bestFixed(all);
        if (best.isPresent()) {
            ratio(all, 0.95, "ours-adaptive", best.get().lane().name(), figures);
        }
    }

    private static Optional<Laps> bestFixed(List<Laps> all) {
        return all.stream()
                .filter(laps -> laps.lane().name().matches("ours-[0-9]+"))
                .max((one, other) ->
                        Double.compare(one.rates().median(), other.rates().median()));
    }

    private void ratio(List<Laps> all, double target, String one, String other, Figures figures) throws IOException {
        Optional<Laps> ours = named(all, one);
        Optional<Laps> theirs = named(all, other);
        if (ours.isPresent() && theirs.isPresent()) {
            Spread ratio = ours.get().ratioTo(theirs.get());
            figures.add(Figure.atLeast(target, workload.name() + ", end to end: " + one + " ÷ " + other, ratio, "×"));
        }
    }

    private static Optional<Laps> named(List<Laps> all, String name) {
        return all.stream().filter(laps -> laps.lane().name().equals(name)).findFirst();
    }
}
