package io.millrace.bench.replays;

import static io.millrace.projections.ColumnType.BIGINT;
import static io.millrace.projections.ColumnType.INTEGER;
import static io.millrace.projections.ColumnType.TEXT;

import com.fasterxml.jackson.annotation.JsonProperty;
import io.millrace.batching.FlushPolicy;
import io.millrace.batching.ProjectorOptions.Until;
import io.millrace.bench.engines.Spread;
import io.millrace.bench.figures.Figure;
import io.millrace.bench.figures.Figures;
import io.millrace.bench.figures.Words;
import io.millrace.bench.machine.Database;
import io.millrace.bench.store.FlightStore;
import io.millrace.bench.store.OurProjector;
import io.millrace.bench.workload.FlightFile;
import io.millrace.projections.EventSource;
import io.millrace.projections.Projection;
import io.millrace.projections.ReadModel;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.stream.IntStream;

/** Ten projections over the same events, as {@code run} lets them share a subscription and flushes, beside one. */
public final class ManyBench {
    private static final int MANY = 10;
    private static final double MOST = 4;

    private final FlightStore store;
    private final Database database;
    private final int events;

    record Flight(
            String origin,
            @JsonProperty("delay_min") int delayMinutes,
            @JsonProperty("distance_mi") int distanceMiles) {}

    private ManyBench(FlightStore store, Database database, int events) {
        this.store = store;
        this.database = database;
        this.events = events;
    }

    /**
     * Runs and prints.
     *
     * @param args {@code --events N}; {@code --rounds N}; {@code --figures FOLDER}
     */
    public static void main(String... args) throws Exception {
        Words words = Words.of(args);
        int events = words.number("--events", 200_000);
        Figures figures = new Figures("many", words.figures());
        try (FlightStore store = FlightStore.start(0);
                Database database = Database.start()) {
            store.append(FlightFile.events(Optional.empty(), events));
            ManyBench bench = new ManyBench(store, database, events);
            int rounds = words.number("--rounds", 5);
            bench.compare("default", FlushPolicy.DEFAULT, rounds, figures);
            bench.compare("adaptive", FlushPolicy.ADAPTIVE, rounds, figures);
        }
    }

    private void compare(String settings, FlushPolicy policy, int rounds, Figures figures) throws Exception {
        seconds(1, policy); // To be warm.
        seconds(MANY, policy);
        List<Double> one = new ArrayList<>();
        List<Double> many = new ArrayList<>();
        List<Double> ratios = new ArrayList<>();
        for (int round = 0; round < rounds; round++) {
            boolean oneFirst = round % 2 == 0; // in turns, as either may be better off after the other
            if (oneFirst) {
                one.add(seconds(1, policy));
            }
            many.add(seconds(MANY, policy));
            if (!oneFirst) {
                one.add(seconds(1, policy));
            }
            ratios.add(many.get(round) / one.get(round));
        }
        String name = events + " events, " + settings + ": ";
        figures.add(Figure.of(name + "one projection", new Spread(one), "s"));
        figures.add(Figure.of(name + "ten projections", new Spread(many), "s"));
        figures.add(Figure.atMost(MOST, name + "ten projections ÷ one", new Spread(ratios), "×"));
    }

    private double seconds(int count, FlushPolicy policy) throws Exception {
        database.execute(
                "DROP SCHEMA IF EXISTS millrace CASCADE; DROP SCHEMA IF EXISTS ours CASCADE;" + " CREATE SCHEMA ours");
        List<Projection> projections =
                IntStream.range(0, count).mapToObj(ManyBench::projection).toList();
        try (OurProjector projector = open(projections, policy)) {
            long begin = System.nanoTime();
            projector.start();
            projector.awaitEnd();
            double seconds = (System.nanoTime() - begin) / 1e9;
            verify(count);
            return seconds;
        }
    }

    private OurProjector open(List<Projection> projections, FlushPolicy policy) {
        EventSource source = store.connection().source();
        return projections.size() == 1
                ? OurProjector.open(database.url(), projections.get(0), source, policy, Until.FIRST_HEAD)
                : OurProjector.openTogether(database.url(), projections, source, policy, Until.FIRST_HEAD);
    }

    private void verify(int count) throws Exception {
        for (int i = 0; i < count; i++) {
            String counted = database.text("SELECT sum(flights) FROM ours.departures_" + i);
            if (!counted.equals(Integer.toString(events))) {
                throw new IllegalStateException(
                        "expected each event once: projection=" + i + ", events=" + events + ", counted=" + counted);
            }
        }
    }

    private static Projection projection(int number) {
        ReadModel model = ReadModel.table("departures_" + number)
                .key("origin", TEXT)
                .column("flights", BIGINT)
                .column("delay_sum", BIGINT)
                .column("delay_max", INTEGER)
                .column("distance_sum", BIGINT)
                .build();
        return Projection.named("departures-" + number)
                .fromStreamsStartingWith("flight-")
                .into(model)
                .on(
                        "FlightDeparted",
                        Flight.class,
                        (flight, rows) -> rows.row(flight.origin())
                                .increment("flights", 1)
                                .increment("delay_sum", flight.delayMinutes())
                                .max("delay_max", flight.delayMinutes())
                                .increment("distance_sum", flight.distanceMiles()))
                .build();
    }
}
