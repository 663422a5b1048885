package io.millrace.service;

import io.millrace.batching.ProjectorSummary;
import io.millrace.checkpoint.Position;
import io.millrace.service.terminal.TextTable;
import java.math.BigDecimal;
import java.math.RoundingMode;
import java.time.Duration;
import java.util.List;
import java.util.Locale;
import org.jspecify.annotations.Nullable;

/**
 * What one projection did in one run. The names of the components are those of the JSON.
 *
 * @param units what it cost by the reference price list
 * @param checkpoint where it stands now; null if it has no checkpoint yet
 */
record RunSummary(
        String projection,
        long events,
        long handled,
        long batches,
        long statements,
        long roundTrips,
        BigDecimal units,
        BigDecimal seconds,
        long eventsPerSecond,
        @Nullable String checkpoint) {
    static RunSummary of(String projection, ProjectorSummary done, BigDecimal units, Duration took) {
        double seconds = Math.max(1e-3, took.toNanos() / 1e9);
        return new RunSummary(
                projection,
                done.events(),
                done.handled(),
                done.batches(),
                done.statements(),
                done.roundTrips(),
                units,
                BigDecimal.valueOf(seconds).setScale(3, RoundingMode.HALF_UP),
                Math.round(done.events() / seconds),
                done.checkpoint().map(Position::toString).orElse(null));
    }

    /** What a projection did that nobody has run yet. */
    static RunSummary none(String projection) {
        return new RunSummary(projection, 0, 0, 0, 0, 0, BigDecimal.ZERO, BigDecimal.ZERO, 0, null);
    }

    /** What was done in this run and the one after it. */
    RunSummary and(RunSummary next) {
        BigDecimal both = seconds.add(next.seconds);
        return new RunSummary(
                projection,
                events + next.events,
                handled + next.handled,
                batches + next.batches,
                statements + next.statements,
                roundTrips + next.roundTrips,
                units.add(next.units),
                both,
                both.signum() == 0 ? 0 : Math.round((events + next.events) / both.doubleValue()),
                next.checkpoint);
    }

    String json() {
        return JsonLine.of(this);
    }

    static List<String> table(List<RunSummary> summaries, int columnsAtMost) {
        TextTable table = new TextTable()
                .left("projection")
                .right("events")
                .right("batches")
                .right("statements")
                .right("round trips")
                .right("units")
                .right("seconds")
                .right("events/s")
                .left("checkpoint");
        summaries.forEach(summary -> table.row(List.of(
                summary.projection(),
                number(summary.events()),
                number(summary.batches()),
                number(summary.statements()),
                number(summary.roundTrips()),
                String.format(Locale.ROOT, "%,.1f", summary.units()),
                String.format(Locale.ROOT, "%,.1f", summary.seconds()),
                number(summary.eventsPerSecond()),
                Shown.position(summary.checkpoint()))));
        return table.lines(columnsAtMost);
    }

    private static String number(long value) {
        return String.format(Locale.ROOT, "%,d", value);
    }
}
