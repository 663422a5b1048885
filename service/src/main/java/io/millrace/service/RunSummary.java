package io.millrace.service;

import io.millrace.batching.ProjectorSummary;
import io.millrace.checkpoint.Position;
import io.millrace.service.terminal.TextTable;
import java.math.BigDecimal;
import java.math.RoundingMode;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import org.jspecify.annotations.Nullable;

/**
 * What one projection did in one run. The names of the components are those of the JSON.
 *
 * @param units what it cost by the reference price list
 * @param checkpoint where it stands now; null if it has no checkpoint yet
 * @param parked events put aside in this run
 * @param skipped events left out in this run
 * @param batchSize how many events a batch may have, as chosen last; 0 if nothing ran
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
        @Nullable String checkpoint,
        long parked,
        long skipped,
        int batchSize) {
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
                done.checkpoint().map(Position::toString).orElse(null),
                done.parked(),
                done.skipped(),
                done.batchSize());
    }

    /** What a projection did that nobody has run yet. */
    static RunSummary none(String projection) {
        return new RunSummary(projection, 0, 0, 0, 0, 0, BigDecimal.ZERO, BigDecimal.ZERO, 0, null, 0, 0, 0);
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
                next.checkpoint,
                parked + next.parked,
                skipped + next.skipped,
                next.batchSize);
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
        boolean poison = summaries.stream().anyMatch(summary -> summary.parked() + summary.skipped() > 0);
        if (poison) {
            table.right("parked").right("skipped");
        }
        summaries.forEach(summary -> table.row(summary.cells(poison)));
        return table.lines(columnsAtMost);
    }

    /** What was parked or skipped is shown once there is something of it. */
    private List<String> cells(boolean withPoison) {
        List<String> cells = new ArrayList<>(List.of(
                projection,
                number(events),
                number(batches),
                number(statements),
                number(roundTrips),
                String.format(Locale.ROOT, "%,.1f", units),
                String.format(Locale.ROOT, "%,.1f", seconds),
                number(eventsPerSecond),
                Shown.position(checkpoint)));
        if (withPoison) {
            cells.add(number(parked));
            cells.add(number(skipped));
        }
        return cells;
    }

    private static String number(long value) {
        return String.format(Locale.ROOT, "%,d", value);
    }
}
