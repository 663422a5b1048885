package io.millrace.bench.replays;

import io.millrace.batching.FlushPolicy;
import io.millrace.batching.ProjectorOptions.Until;
import io.millrace.bench.engines.Spread;
import io.millrace.bench.figures.Figure;
import io.millrace.bench.figures.Figures;
import io.millrace.bench.figures.Words;
import io.millrace.bench.machine.Database;
import io.millrace.bench.store.OurProjector;
import io.millrace.bench.workload.AirportTotals;
import io.millrace.bench.workload.FlightFile;
import io.millrace.bench.workload.Workload;
import io.millrace.projections.EventEnvelope;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.Statement;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Optional;

/**
 * A replay while another session keeps an old snapshot, beside one that nobody disturbs. The events come from memory:
 * nothing but PostgreSQL holds anybody up.
 */
public final class SnapshotBench {
    private static final double MOST = 2;

    private final Workload workload = new AirportTotals();
    private final Path folder;
    private final Database database;
    private final List<EventEnvelope> events;
    private final List<String> expected;

    private SnapshotBench(Database database, List<EventEnvelope> events, Path folder) {
        this.folder = folder;
        this.database = database;
        this.events = events;
        this.expected = workload.expectedRows(events).stream().sorted().toList();
    }

    /**
     * Runs and prints.
     *
     * @param args {@code --events N}; {@code --rounds N}; {@code --figures FOLDER}
     */
    public static void main(String... args) throws Exception {
        Words words = Words.of(args);
        List<EventEnvelope> events = FlightFile.events(Optional.empty(), words.number("--events", 1_000_000));
        Figures figures = new Figures("snapshot", words.figures());
        try (Database database = Database.start()) {
            SnapshotBench bench = new SnapshotBench(database, events, words.figures());
            int rounds = words.number("--rounds", 5);
            bench.compare("default", FlushPolicy.DEFAULT, rounds, figures);
            bench.compare("adaptive", FlushPolicy.ADAPTIVE, rounds, figures);
        }
    }

    private void compare(String settings, FlushPolicy policy, int rounds, Figures figures) throws Exception {
        replay(settings, policy); // To be warm.
        List<Double> alone = new ArrayList<>();
        List<Double> disturbed = new ArrayList<>();
        List<Double> ratios = new ArrayList<>();
        for (int round = 0; round < rounds; round++) {
            boolean aloneFirst = round % 2 == 0; // in turns, as either may be better off after the other
            if (aloneFirst) {
                alone.add(replay(settings, policy));
            }
            disturbed.add(replayDisturbed(settings, policy));
            if (!aloneFirst) {
                alone.add(replay(settings, policy));
            }
            ratios.add(disturbed.get(round) / alone.get(round));
        }
        String name = "replay of " + events.size() + " from memory, " + settings + ": ";
        figures.add(Figure.of(name + "undisturbed", new Spread(alone), "s"));
        figures.add(Figure.of(name + "beside an open snapshot", new Spread(disturbed), "s"));
        figures.add(Figure.atMost(MOST, name + "beside an open snapshot ÷ undisturbed", new Spread(ratios), "×"));
    }

    private double replay(String settings, FlushPolicy policy) throws Exception {
        prepare();
        try (OverTime overTime = new OverTime(database, workload.table())) {
            double seconds = seconds(policy, overTime);
            overTime.writeTo(folder, settings + "-undisturbed");
            return seconds;
        }
    }

    private double replayDisturbed(String settings, FlushPolicy policy) throws Exception {
        prepare();
        try (Connection other = database.connect("");
                Statement statement = other.createStatement();
                OverTime overTime = new OverTime(database, workload.table())) {
            statement.execute("BEGIN ISOLATION LEVEL REPEATABLE READ");
            statement.execute("SELECT 1");
            double seconds = seconds(policy, overTime);
            overTime.print();
            overTime.writeTo(folder, settings + "-snapshot");
            statement.execute("ROLLBACK");
            return seconds;
        }
    }

    private void prepare() throws Exception {
        database.execute(
                "DROP SCHEMA IF EXISTS millrace CASCADE; DROP SCHEMA IF EXISTS ours CASCADE;" + " CREATE SCHEMA ours");
    }

    private double seconds(FlushPolicy policy, OverTime overTime) throws Exception {
        try (OurProjector projector = OurProjector.open(
                database.url(),
                workload.projection(),
                new GeneratedSource(events, events.size()),
                policy,
                Until.FIRST_HEAD,
                overTime)) {
            long begin = System.nanoTime();
            projector.start();
            projector.awaitEnd();
            double seconds = (System.nanoTime() - begin) / 1e9;
            verify();
            return seconds;
        }
    }

    private void verify() throws Exception {
        List<String> rows = new ArrayList<>(database.texts("SELECT t::text FROM ours." + workload.table() + " AS t"));
        Collections.sort(rows);
        if (!rows.equals(expected)) {
            throw new IllegalStateException("expected the rows of a plain fold: " + rows.size() + " of "
                    + expected.size() + ", the first of them " + rows.get(0));
        }
    }
}
