package io.millrace.bench.live;

import io.millrace.bench.figures.Figures;
import io.millrace.bench.figures.Words;
import io.millrace.bench.machine.Database;
import io.millrace.bench.store.FlightStore;
import io.millrace.bench.workload.FlightFile;
import io.millrace.projections.EventEnvelope;
import java.util.List;
import java.util.Optional;

/** How soon a live event is visible: at a hundred a second, and in bursts. */
public final class LiveBench {
    private LiveBench() {}

    /**
     * Runs and prints.
     *
     * @param args {@code --seconds N} at a hundred events a second; {@code --burst N} events, 20,000 at most;
     *     {@code --rounds N} of bursts; {@code --figures FOLDER}
     */
    public static void main(String... args) throws Exception {
        Words words = Words.of(args);
        List<EventEnvelope> flights = FlightFile.events(Optional.empty(), words.number("--burst", 20_000));
        Figures figures = new Figures("live", words.figures());
        try (FlightStore store = FlightStore.start(0);
                Database database = Database.start()) {
            database.execute("CREATE SCHEMA ours");
            new Bursts(store, database, flights, words.number("--rounds", 5)).run(figures);
            new HundredASecond(store, database, flights, words.number("--seconds", 60)).run(figures);
        }
    }
}
