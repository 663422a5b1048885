package io.millrace.bench.engines;

import io.millrace.batching.FlushPolicy;
import io.millrace.bench.machine.Database;
import io.millrace.bench.workload.AirportBoards;
import io.millrace.bench.workload.AirportTotals;
import io.millrace.bench.workload.FlightFile;
import io.millrace.bench.workload.RouteDays;
import io.millrace.bench.workload.Workload;
import io.millrace.projections.EventEnvelope;
import java.io.PrintStream;
import java.util.ArrayList;
import java.util.List;

/** Projection engines side by side, from events in memory: the engines alone. */
public final class EnginesBench {
    static final List<Integer> SIZES = List.of(100, 1_000, 10_000);

    /** Above the queue's bound, too: as large as batches are worth making. */
    private static final int LARGEST = 50_000;

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
                    List<Contender> all = contenders(database, workload);
                    List<String> names =
                            options.wanted(all.stream().map(Contender::name).toList());
                    List<Contender> wanted = all.stream()
                            .filter(contender -> names.contains(contender.name()))
                            .toList();
                    Race race = new Race(database, workload, events, options);
                    List<Laps> laps = race.run(wanted);
                    LapTable table = LapTable.of(workload.name(), laps, race.refused());
                    table.print(results);
                    table.writeTo(options.figures());
                    System.setOut(results);
                    Ratios.tell(workload.name(), laps, options.figures());
                    System.setOut(System.err);
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
        all.add(Ours.ofSize(database, workload, LARGEST));
        all.add(new Ours(database, workload, "default", FlushPolicy.DEFAULT));
        all.add(new Ours(database, workload, "adaptive", FlushPolicy.ADAPTIVE));
        all.addAll(Peers.of(database, workload));
        return all;
    }
}
