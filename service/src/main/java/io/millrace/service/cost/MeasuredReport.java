package io.millrace.service.cost;

import io.millrace.cost.Ladder;
import io.millrace.cost.MeasuredBill;
import io.millrace.cost.MeasuredRung;
import io.millrace.cost.MeasuredRung.Metric;
import io.millrace.cost.RungCost;
import io.millrace.cost.Spread;
import io.millrace.service.cost.Table.Column;
import java.math.BigDecimal;
import java.math.MathContext;
import java.math.RoundingMode;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.OptionalDouble;
import org.jspecify.annotations.Nullable;

/** Adds to a report what a real PostgreSQL was measured to take, and how that compares with the prices. */
public final class MeasuredReport {
    private static final double KIB = 1_024;
    /** The price list misleads where it is off by this factor. */
    private static final double MISLEADS = 2;

    /** As many as a price list may have. */
    private static final int PRICE_DECIMALS = 9;

    private MeasuredReport() {}

    /** The report with its measured sections. */
    public static Report with(Report report, Ladder ladder, MeasuredBill bill) {
        return report.with(new Report.Section(
                        "measured",
                        "The measured bill, per 1,000 events",
                        bill(bill),
                        conditions(bill),
                        Optional.empty()))
                .with(new Report.Section(
                        "spread",
                        "How far the runs lay apart, per 1,000 events, least to most",
                        spread(bill),
                        List.of(),
                        Optional.empty()))
                .with(new Report.Section(
                        "pricedAgainstMeasured",
                        "How many times cheaper than rung 1: priced, and measured",
                        ratios(ladder, bill),
                        judgement(ladder, bill),
                        Optional.of(chart(ladder, bill))));
    }

    private static List<String> conditions(MeasuredBill bill) {
        List<String> conditions = new ArrayList<>(List.of(String.format(
                Locale.ROOT,
                "PostgreSQL %s, fsync %s, synchronous_commit %s; medians of %s, rungs 1 and 2 two autocommits an event.",
                bill.server().version(),
                bill.server().fsync() ? "on" : "OFF: commits are cheaper here than where data is safe",
                bill.server().synchronousCommit(),
                runs(bill))));
        if (bill.othersWrite()) {
            conditions.add(String.format(
                    Locale.ROOT,
                    "WARNING: others write to this server (up to %,d KiB/s while nothing was measured): WAL and times are"
                            + " not those of the rungs alone.",
                    bill.idleWalBytesPerSecond() / 1_024));
        }
        return conditions;
    }

    /** How many runs came to their end, of each rung. */
    private static String runs(MeasuredBill bill) {
        int least = bill.rungs().stream().mapToInt(MeasuredRung::runs).min().orElse(0);
        int most = bill.rungs().stream().mapToInt(MeasuredRung::runs).max().orElse(0);
        if (least == most) {
            return most + " interleaved " + (most == 1 ? "run" : "runs");
        }
        return least + " to " + most + " interleaved runs, of the " + bill.runs() + " that were to be";
    }

    private static Table bill(MeasuredBill bill) {
        List<Column> columns = List.of(
                Column.number("rung", "rung"),
                Column.hidden("name"),
                Column.hidden("runs"),
                Column.number("roundTrips", "trips"),
                Column.number("statements", "statements"),
                Column.number("commits", "commits"),
                Column.number("rows", "rows"),
                Column.number("walKiB", "WAL KiB"),
                Column.number("deadTuples", "dead"),
                Column.number("serverCpuMs", "server ms"),
                Column.number("clientCpuMs", "client ms"),
                Column.number("seconds", "seconds"));
        return new Table(columns, bill.rungs().stream().map(MeasuredReport::row).toList());
    }

    private static List<Cell> row(MeasuredRung rung) {
        return List.of(
                Cell.exact(rung.rung()),
                Cell.text(rung.name()),
                Cell.exact(rung.runs()),
                cell(rung, Metric.ROUND_TRIPS, 1, 0),
                cell(rung, Metric.STATEMENTS, 1, 0),
                cell(rung, Metric.COMMITS, 1, 0),
                cell(rung, Metric.ROWS, 1, 0),
                cell(rung, Metric.WAL_BYTES, KIB, 1),
                cell(rung, Metric.DEAD_TUPLES, 1, 0),
                cell(rung, Metric.SERVER_CPU_MS, 1, 1),
                cell(rung, Metric.CLIENT_CPU_MS, 1, 1),
                cell(rung, Metric.SECONDS, 1, 3));
    }

    private static Cell cell(MeasuredRung rung, Metric metric, double unit, int decimals) {
        return rung.figure(metric)
                .map(spread -> new Cell(rounded(spread.median() / unit), decimal(spread.median() / unit, decimals)))
                .orElse(Cell.none("not measured"));
    }

    private static Table spread(MeasuredBill bill) {
        List<Column> columns = new ArrayList<>(List.of(Column.number("rung", "rung"), Column.hidden("name")));
        columns.addAll(range("seconds", "seconds"));
        columns.addAll(range("serverCpuMs", "server ms"));
        columns.addAll(range("clientCpuMs", "client ms"));
        columns.addAll(range("walKiB", "WAL KiB"));
        columns.addAll(range("roundTrips", "trips"));
        columns.addAll(range("statements", "statements"));
        columns.addAll(range("commits", "commits"));
        columns.addAll(range("rows", "rows"));
        columns.addAll(range("deadTuples", "dead"));
        return new Table(
                columns, bill.rungs().stream().map(MeasuredReport::ends).toList());
    }

    private static List<Column> range(String key, String heading) {
        return List.of(Column.number(key, heading), Column.hidden(key + "Least"), Column.hidden(key + "Most"));
    }

    private static List<Cell> ends(MeasuredRung rung) {
        List<Cell> cells = new ArrayList<>(List.of(Cell.exact(rung.rung()), Cell.text(rung.name())));
        cells.addAll(ends(rung, Metric.SECONDS, 1, 3));
        cells.addAll(ends(rung, Metric.SERVER_CPU_MS, 1, 1));
        cells.addAll(ends(rung, Metric.CLIENT_CPU_MS, 1, 1));
        cells.addAll(ends(rung, Metric.WAL_BYTES, KIB, 1));
        cells.addAll(ends(rung, Metric.ROUND_TRIPS, 1, 0));
        cells.addAll(ends(rung, Metric.STATEMENTS, 1, 0));
        cells.addAll(ends(rung, Metric.COMMITS, 1, 0));
        cells.addAll(ends(rung, Metric.ROWS, 1, 0));
        cells.addAll(ends(rung, Metric.DEAD_TUPLES, 1, 0));
        return cells;
    }

    /** What people read as a range; machines get the median and both ends. */
    private static List<Cell> ends(MeasuredRung rung, Metric metric, double unit, int decimals) {
        if (rung.figure(metric).isEmpty()) {
            return List.of(Cell.none("not measured"), Cell.none(""), Cell.none(""));
        }
        Spread spread = rung.figure(metric).get();
        String least = decimal(spread.least() / unit, decimals);
        String most = decimal(spread.most() / unit, decimals);
        return List.of(
                new Cell(rounded(spread.median() / unit), least.equals(most) ? most : least + " - " + most),
                new Cell(rounded(spread.least() / unit), ""),
                new Cell(rounded(spread.most() / unit), ""));
    }

    private static BigDecimal rounded(double value) {
        return new BigDecimal(value).round(new MathContext(5)).stripTrailingZeros();
    }

    private static String decimal(double value, int decimals) {
        return String.format(Locale.ROOT, "%,." + decimals + "f", value);
    }

    private static Table ratios(Ladder ladder, MeasuredBill bill) {
        List<Column> columns = List.of(
                Column.number("rung", "rung"),
                Column.hidden("name"),
                Column.number("priced", "priced"),
                Column.number("time", "time"),
                Column.number("serverCpu", "server CPU"),
                Column.number("wal", "WAL"));
        List<List<Cell>> rows = new ArrayList<>();
        for (int i = 0; i < bill.rungs().size(); i++) {
            MeasuredRung rung = bill.rungs().get(i);
            RungCost priced = ladder.rungs().get(i);
            rows.add(List.of(
                    Cell.exact(rung.rung()),
                    Cell.text(rung.name()),
                    times(priced.timesCheaper()
                            .map(BigDecimal::doubleValue)
                            .map(OptionalDouble::of)
                            .orElse(OptionalDouble.empty())),
                    times(ratio(bill, rung, Metric.SECONDS)),
                    times(ratio(bill, rung, Metric.SERVER_CPU_MS)),
                    times(ratio(bill, rung, Metric.WAL_BYTES))));
        }
        return new Table(columns, rows);
    }

    private static Cell times(OptionalDouble times) {
        return times.isPresent()
                ? new Cell(rounded(times.getAsDouble()), decimal(times.getAsDouble(), 1) + "x")
                : Cell.none("not measured");
    }

    private static OptionalDouble ratio(MeasuredBill bill, MeasuredRung rung, Metric metric) {
        Optional<Spread> first = bill.rungs().get(0).figure(metric);
        Optional<Spread> here = rung.figure(metric).filter(spread -> spread.median() > 0);
        return first.isPresent() && here.isPresent()
                ? OptionalDouble.of(first.get().median() / here.get().median())
                : OptionalDouble.empty();
    }

    private static List<String> judgement(Ladder ladder, MeasuredBill bill) {
        List<String> notes = new ArrayList<>();
        List<String> unknown = new ArrayList<>();
        for (int i = 1; i < bill.rungs().size(); i++) {
            MeasuredRung rung = bill.rungs().get(i);
            double priced = ladder.rungs()
                    .get(i)
                    .timesCheaper()
                    .map(BigDecimal::doubleValue)
                    .orElse(0.0);
            OptionalDouble time = ratio(bill, rung, Metric.SECONDS);
            if (priced <= 0 || time.isEmpty()) {
                unknown.add(Integer.toString(rung.rung()));
            } else if (Math.max(priced / time.getAsDouble(), time.getAsDouble() / priced) > MISLEADS) {
                notes.add(String.format(
                        Locale.ROOT,
                        "The price list misleads on rung %d: priced %.1fx cheaper than rung 1, it took %.1fx less"
                                + " time.",
                        rung.rung(),
                        priced,
                        time.getAsDouble()));
            }
        }
        if (!unknown.isEmpty()) {
            notes.add("Of these rungs there is nothing to compare: " + String.join(", ", unknown) + ".");
        } else if (notes.isEmpty() && bill.failure().isEmpty()) {
            notes.add("On no rung is the price list off by more than a factor of two.");
        }
        impliedPrices(ladder, bill).ifPresent(notes::add);
        notes.add("The list knows nothing of rows, WAL, dead tuples and CPU: it prices waiting, not work.");
        return notes;
    }

    /** Rungs 3 and 4 differ in their statements alone, rung 2 sends singles: three prices from three times. */
    private static Optional<String> impliedPrices(Ladder ladder, MeasuredBill bill) {
        Optional<Spread> singles = bill.rungs().get(1).figure(Metric.SECONDS);
        Optional<Spread> unfolded = bill.rungs().get(2).figure(Metric.SECONDS);
        Optional<Spread> folded = bill.rungs().get(3).figure(Metric.SECONDS);
        RungCost many = ladder.rungs().get(2);
        RungCost few = ladder.rungs().get(3);
        if (singles.isEmpty() || unfolded.isEmpty() || folded.isEmpty() || many.statements() == few.statements()) {
            return Optional.empty();
        }
        double perThousand = 1_000.0 / Math.max(1, few.handled());
        double statement = (unfolded.get().median() - folded.get().median())
                / ((many.statements() - few.statements()) * perThousand);
        double batch =
                (folded.get().median() - statement * few.statements() * perThousand) / (few.roundTrips() * perThousand);
        double single = singles.get().median() / (ladder.rungs().get(1).statements() * perThousand);
        if (statement <= 0 || batch <= 0) {
            return Optional.empty();
        }
        String aSingle = price(single / batch);
        String aStatement = price(statement / batch);
        return Optional.of("By these times, where a batch costs 1, a statement in it costs " + aStatement
                + " and a single statement " + aSingle + " (--price statement=" + aSingle + ",batch=1,per-statement="
                + aStatement + ").");
    }

    /** In three digits, however small. */
    private static String price(double price) {
        return new BigDecimal(price)
                .round(new MathContext(3))
                .setScale(PRICE_DECIMALS, RoundingMode.HALF_UP)
                .stripTrailingZeros()
                .toPlainString();
    }

    private static Chart chart(Ladder ladder, MeasuredBill bill) {
        List<@Nullable Number> priced = new ArrayList<>();
        ladder.rungs().forEach(rung -> priced.add(rung.timesCheaper().orElse(null)));
        return new Chart(
                Chart.Kind.BARS,
                true,
                "times cheaper than rung 1",
                bill.rungs().stream()
                        .map(rung -> rung.rung() + "  " + rung.name())
                        .toList(),
                List.of(
                        new Chart.Series("priced", priced),
                        new Chart.Series("time", values(bill, Metric.SECONDS)),
                        new Chart.Series("server CPU", values(bill, Metric.SERVER_CPU_MS)),
                        new Chart.Series("WAL", values(bill, Metric.WAL_BYTES))),
                List.of());
    }

    private static List<@Nullable Number> values(MeasuredBill bill, Metric metric) {
        List<@Nullable Number> values = new ArrayList<>();
        for (MeasuredRung rung : bill.rungs()) {
            OptionalDouble ratio = ratio(bill, rung, metric);
            values.add(ratio.isPresent() ? rounded(ratio.getAsDouble()) : null);
        }
        return values;
    }
}
