package io.millrace.service.cost;

import static io.millrace.cost.ReferenceStream.VIEWS_PER_VIEWER;

import io.millrace.cost.Ladder;
import io.millrace.cost.LadderSettings;
import io.millrace.cost.MeasuredBill;
import io.millrace.cost.MeasuredRung;
import io.millrace.cost.MeasuredRung.Metric;
import io.millrace.cost.RecordedStream;
import io.millrace.cost.ReferenceStream;
import io.millrace.cost.RungCost;
import io.millrace.cost.Spread;
import io.millrace.cost.Sweep;
import io.millrace.sql.MeasuredDatabase.Server;
import java.time.Duration;
import java.util.ArrayList;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.function.BiFunction;

/** Reports for tests: that of the reference stream, and measured bills made by hand. */
final class Reports {
    static final RecordedStream STREAM = ReferenceStream.DEFAULT.recorded(Duration.ofMillis(100));
    static final Ladder LADDER = Ladder.climb(VIEWS_PER_VIEWER, STREAM, LadderSettings.DEFAULT);

    private Reports() {}

    static Report reference() {
        return LadderReport.of(
                VIEWS_PER_VIEWER,
                STREAM,
                LadderSettings.DEFAULT,
                LADDER,
                List.of(
                        Sweep.ofBatchSizes(VIEWS_PER_VIEWER, STREAM, LadderSettings.DEFAULT),
                        Sweep.ofFreshness(VIEWS_PER_VIEWER, STREAM, LadderSettings.DEFAULT)));
    }

    /**
     * A bill on which a batch takes 1 ms, a statement in it 0.25 ms and a single one 2 ms, so that no rung is off by
     * two; WAL is the less the higher the rung, everything else the same on all.
     */
    static MeasuredBill bill() {
        return bill(Set.of(), (rung, seconds) -> seconds);
    }

    /**
     * The same, with other times on some rungs.
     *
     * @param missing what could not be measured
     */
    static MeasuredBill bill(Set<Metric> missing, BiFunction<RungCost, Double, Double> seconds) {
        List<MeasuredRung> rungs = new ArrayList<>();
        for (RungCost rung : LADDER.rungs()) {
            double ms = rung.rung() <= 2 ? 2.0 * rung.statements() : rung.roundTrips() + 0.25 * rung.statements();
            Map<Metric, Spread> figures = new EnumMap<>(Metric.class);
            for (Metric metric : Metric.values()) {
                figures.put(metric, new Spread(2_000, 1_234, 5_678_901));
            }
            double took = seconds.apply(rung, ms / rung.handled());
            figures.put(Metric.WAL_BYTES, new Spread(2_048_000.0 / rung.rung(), 1_234, 5_678_901));
            figures.put(Metric.SECONDS, new Spread(took, took / 2, took * 2));
            figures.keySet().removeAll(missing);
            rungs.add(new MeasuredRung(rung.rung(), rung.name(), 3, figures));
        }
        return bill(rungs, 0, Optional.empty());
    }

    static MeasuredBill bill(List<MeasuredRung> rungs, long idleWalBytesPerSecond, Optional<Throwable> failure) {
        return new MeasuredBill(new Server("18.6", 180_006, true, "on"), 3, rungs, idleWalBytesPerSecond, failure);
    }

    static Report.Section section(Report report, String key) {
        return report.sections().stream()
                .filter(section -> section.key().equals(key))
                .findFirst()
                .orElseThrow();
    }
}
