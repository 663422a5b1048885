package io.millrace.bench.engines;

import io.millrace.batching.FlushPolicy;
import io.millrace.bench.machine.Database;
import io.millrace.bench.machine.Usage;
import io.millrace.bench.workload.AirportBoards;
import io.millrace.bench.workload.AirportTotals;
import io.millrace.bench.workload.FlightFile;
import io.millrace.bench.workload.RouteDays;
import io.millrace.bench.workload.Workload;
import io.millrace.projections.EventEnvelope;
import java.io.PrintStream;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Optional;

/** Projection engines side by side, from events in memory: the engines alone. */
public final class EnginesBench {
    private static final int[] SIZES = {100, 1_000, 10_000};

    private EnginesBench() {}

    /**
     * Runs and prints.
     *
     * @param args see {@link Options}
     */
    public static void main(String... args) throws Exception {
        Options options = Options.of(args);
        PrintStream results = System.out;
        System.setOut(System.err); // One of the peers prints.
        List<EventEnvelope> events = FlightFile.events(options.flights(), options.events());
        try (Database database = Database.start()) {
            for (Workload workload : List.of(new AirportTotals(), new RouteDays(), new AirportBoards())) {
                if (options.wantsWorkload(workload.name())) {
                    List<Contender> wanted = contenders(database, workload).stream()
                            .filter(contender -> options.wants(contender.name()))
                            .toList();
                    print(results, workload, new Race(database, workload, events, options).run(wanted));
                }
            }
        }
    }

    private static List<Contender> contenders(Database database, Workload workload) {
        List<Contender> all = new ArrayList<>();
        for (int size : SIZES) {
            all.add(new ByHand(database, workload, size, false));
            all.add(new ByHand(database, workload, size, true));
            all.add(Ours.ofSize(database, workload, size));
        }
        all.add(new Ours(database, workload, "default", FlushPolicy.DEFAULT));
        all.add(new Ours(database, workload, "adaptive", FlushPolicy.ADAPTIVE));
        all.addAll(Peers.of(database, workload));
        return all;
    }

    private static void print(PrintStream results, Workload workload, List<Laps> all) {
        results.printf(
                Locale.ROOT,
                "%n%-22s %8s | %9s %21s | %7s %7s | %8s %8s %9s%n",
                workload.name(),
                "events",
                "median/s",
                "least – most",
                "µs own",
                "µs PG",
                "trips/k",
                "commits",
                "WAL/k");
        for (Laps laps : all) {
            Spread rates = laps.rates();
            results.printf(
                    Locale.ROOT,
                    "%-22s %,8d | %,9.0f %,9.0f – %,9.0f | %7.2f %7.2f | %8.2f %8.2f %,9.0f%n",
                    laps.contender().name(),
                    laps.events(),
                    rates.median(),
                    rates.least(),
                    rates.most(),
                    laps.cpu(Usage::client).median(),
                    laps.cpu(Usage::database).median(),
                    laps.perThousandEvents(Usage::roundTrips).median(),
                    laps.perThousandEvents(Usage::commits).median(),
                    laps.perThousandEvents(Usage::walBytes).median());
        }
        for (int size : SIZES) {
            ratio(results, all, "ours-" + size, "hand-" + size + "-overlap");
        }
    }

    private static void ratio(PrintStream results, List<Laps> all, String one, String other) {
        Optional<Laps> ours = named(all, one);
        Optional<Laps> theirs = named(all, other);
        if (ours.isPresent() && theirs.isPresent()) {
            Spread ratio = ours.get().ratioTo(theirs.get());
            results.printf(
                    Locale.ROOT,
                    "%s ÷ %s: %.2f (%.2f – %.2f)%n",
                    one,
                    other,
                    ratio.median(),
                    ratio.least(),
                    ratio.most());
        }
    }

    private static Optional<Laps> named(List<Laps> all, String name) {
        return all.stream().filter(laps -> laps.contender().name().equals(name)).findFirst();
    }
}
