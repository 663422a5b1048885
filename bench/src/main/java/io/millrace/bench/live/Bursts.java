package io.millrace.bench.live;

import io.millrace.bench.engines.Spread;
import io.millrace.bench.figures.Figure;
import io.millrace.bench.figures.Figures;
import io.millrace.bench.machine.Database;
import io.millrace.bench.store.FlightStore;
import io.millrace.bench.store.OurProjector;
import io.millrace.projections.EventEnvelope;
import java.util.ArrayList;
import java.util.List;

/**
 * Many events at once, to a projector that is live. In each round they are appended while nobody reads; then a projector
 * catches up on them; then as many are appended while it is live. For one thread.
 */
final class Bursts {
    private static final int WARM_UP = 4;
    private static final double MOST = 1.5;

    private final FlightStore store;
    private final Database database;
    private final List<EventEnvelope> burst;
    private final int rounds;
    private long total;

    Bursts(FlightStore store, Database database, List<EventEnvelope> burst, int rounds) {
        this.store = store;
        this.database = database;
        this.burst = burst;
        this.rounds = rounds;
    }

    /** In milliseconds. */
    private record Round(double appending, double catchingUp, double live) {
        double ratio() {
            return live / Math.max(appending, catchingUp);
        }
    }

    void run(Figures figures) throws Exception {
        run(figures, 1);
        run(figures, 100);
    }

    private void run(Figures figures, int perAppend) throws Exception {
        List<Round> all = new ArrayList<>();
        for (int i = 0; i < WARM_UP + rounds; i++) {
            Round round = round(perAppend);
            if (i >= WARM_UP) {
                all.add(round);
            }
        }
        String what = "burst of " + burst.size() + ", " + perAppend + " an append: ";
        figures.add(Figure.of(what + "appending alone", spread(all.stream().map(Round::appending)), "ms"));
        figures.add(Figure.of(what + "catching up alone", spread(all.stream().map(Round::catchingUp)), "ms"));
        figures.add(Figure.of(
                what + "live, first append to last row", spread(all.stream().map(Round::live)), "ms"));
        figures.add(Figure.atMost(
                MOST,
                what + "live ÷ the longer of the others",
                spread(all.stream().map(Round::ratio)),
                "×"));
    }

    private static Spread spread(java.util.stream.Stream<Double> values) {
        return new Spread(values.toList());
    }

    private Round round(int perAppend) throws Exception {
        long begin = System.nanoTime();
        store.append(burst, perAppend);
        double appending = millisSince(begin, System.nanoTime());
        Visible visible = new Visible();
        try (OurProjector projector = LiveProjector.open(store, database, visible)) {
            projector.start();
            long shown = visible.awaitEvents(burst.size());
            double catchingUp = millisSince(visible.firstReceivedAt(), shown);
            visible.forget();
            long first = System.nanoTime();
            store.append(burst, perAppend);
            double live = millisSince(first, visible.awaitEvents(burst.size()));
            total += 2L * burst.size();
            LiveProjector.verify(database, total);
            return new Round(appending, catchingUp, live);
        }
    }

    private static double millisSince(long begin, long end) {
        return (end - begin) / 1e6;
    }
}
