package io.millrace.service.cost;

import io.millrace.checkpoint.Position;
import io.millrace.cost.Ladder;
import io.millrace.cost.LadderSettings;
import io.millrace.cost.Quantity;
import io.millrace.cost.RecordedStream;
import io.millrace.cost.RungCost;
import io.millrace.cost.Sweep;
import io.millrace.cost.Sweep.Mark;
import io.millrace.projections.Projection;
import io.millrace.projections.ReadModel;
import io.millrace.projections.RowKey;
import io.millrace.service.cost.Table.Column;
import java.math.BigDecimal;
import java.math.RoundingMode;
import java.time.Duration;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Collectors;

/** Makes the report of a ladder and its sweeps. */
public final class LadderReport {
    private static final int ROWS_TO_TELL = 5;

    private LadderReport() {}

    /** The report of one projection over one stream. */
    public static Report of(
            Projection projection, RecordedStream stream, LadderSettings settings, Ladder ladder, List<Sweep> sweeps) {
        Map<String, Object> facts = new LinkedHashMap<>();
        facts.put("projection", projection.name());
        facts.put("stream", stream.description());
        facts.put("events", stream.size());
        Map<String, Object> prices = new LinkedHashMap<>();
        prices.put("statement", settings.prices().single());
        prices.put("batch", settings.prices().batch());
        prices.put("perStatement", settings.prices().perStatement());
        facts.put("prices", prices);
        ladder.checkpoint().ifPresent(checkpoint -> facts.put("checkpoint", shown(checkpoint)));
        List<String> about = new ArrayList<>(List.of(
                "Stream: " + stream.description() + ".",
                "Prices in units: " + settings.prices().describe() + ".",
                ends(ladder)));
        if (settings.isAdaptive()) {
            about.add(String.format(
                    Locale.ROOT,
                    "Its batches are adaptive: they grow by how long a flush takes, which virtual time cannot tell; priced"
                            + " at batches of %,d, what they begin with.",
                    settings.batchSize()));
        }
        List<Report.Section> sections = new ArrayList<>(List.of(ladderSection(ladder)));
        sweeps.stream()
                .filter(sweep -> !sweep.points().isEmpty())
                .forEach(sweep -> sections.add(sweepSection(sweep, stream, settings)));
        return new Report(
                "What projection " + projection.name() + " costs, rung by rung",
                facts,
                about,
                sections,
                ladder.failure().map(failure -> String.valueOf(failure.getMessage())));
    }

    private static Report.Section ladderSection(Ladder ladder) {
        List<Column> columns = List.of(
                Column.number("rung", "rung"),
                Column.words("name", "how"),
                Column.number("roundTrips", "round trips"),
                Column.number("statements", "statements"),
                Column.number("units", "units"),
                Column.number("timesCheaper", "cheaper"),
                Column.hidden("givesUp"),
                Column.hidden("eventsRead"),
                Column.hidden("handled"),
                Column.hidden("flushes"),
                Column.hidden("longestWaitMs"),
                Column.hidden("largestBatch"),
                Column.hidden("largestBatchBytes"));
        return new Report.Section(
                "ladder",
                "The ladder",
                new Table(
                        columns, ladder.rungs().stream().map(LadderReport::row).toList()),
                notes(ladder),
                Optional.of(new Chart(
                        Chart.Kind.BARS,
                        true,
                        "units",
                        ladder.rungs().stream()
                                .map(rung -> rung.rung() + "  " + rung.name())
                                .toList(),
                        List.of(new Chart.Series(
                                "units",
                                ladder.rungs().stream()
                                        .<Number>map(RungCost::units)
                                        .collect(Collectors.toList()))),
                        List.of(LadderSettings.AS_IT_RUNS - 1))));
    }

    private static List<Cell> row(RungCost rung) {
        return List.of(
                Cell.exact(rung.rung()),
                Cell.text(rung.name()),
                Cell.exact(rung.roundTrips()),
                Cell.exact(rung.statements()),
                Cell.exact(rung.units()),
                rung.timesCheaper()
                        .map(times -> new Cell(times, times.toPlainString() + "x"))
                        .orElse(Cell.none("-")),
                Cell.text(rung.givesUp()),
                Cell.exact(rung.eventsRead()),
                Cell.exact(rung.handled()),
                Cell.exact(rung.flushes()),
                Cell.exact(rung.longestWait().toMillis()),
                Cell.exact(rung.largestBatch()),
                Cell.exact(rung.largestBytes()));
    }

    private static List<String> notes(Ladder ladder) {
        List<String> notes = new ArrayList<>();
        notes.add("What each rung gives up, against the one before (Millrace stands on rung "
                + LadderSettings.AS_IT_RUNS + "):");
        ladder.rungs().forEach(rung -> notes.add(rung.rung() + ": " + rung.givesUp()));
        return notes;
    }

    private static Report.Section sweepSection(Sweep sweep, RecordedStream stream, LadderSettings settings) {
        boolean live = sweep.setting().equals("flush.live");
        List<Column> columns = List.of(
                Column.words("value", sweep.setting()),
                Column.number("flushes", "flushes"),
                Column.number("statements", "statements"),
                Column.number("units", "units"),
                Column.number("largestBatch", live ? "" : "largest batch"),
                Column.number("largestBatchBytes", live ? "" : "holds"),
                Column.number("averageWaitMs", live ? "average wait" : ""),
                Column.number("longestWaitMs", live ? "longest wait" : ""),
                Column.words("mark", " "),
                Column.hidden("set"),
                Column.hidden("knee"),
                Column.hidden("everything"),
                Column.hidden("cut"));
        return new Report.Section(
                live ? "freshness" : "batchSizes",
                live
                        ? "How long live events wait for each other, at " + rate(stream.interval()) + " events/s"
                        : "How large batches are",
                new Table(
                        columns, sweep.points().stream().map(LadderReport::row).toList()),
                List.of(advice(sweep, live, settings)),
                Optional.of(new Chart(
                        Chart.Kind.LINE,
                        !live,
                        "units",
                        sweep.points().stream().map(Sweep.Point::value).toList(),
                        List.of(new Chart.Series(
                                "units",
                                sweep.points().stream()
                                        .<Number>map(point -> point.cost().units())
                                        .collect(Collectors.toList()))),
                        List.of(sweep.points().indexOf(sweep.knee())))));
    }

    private static List<Cell> row(Sweep.Point point) {
        RungCost cost = point.cost();
        List<String> marks = new ArrayList<>();
        if (point.is(Mark.KNEE)) {
            marks.add("<- the knee");
        }
        if (point.is(Mark.SET)) {
            marks.add("(as set)");
        }
        if (point.is(Mark.EVERYTHING)) {
            marks.add("(all at hand)");
        }
        if (point.is(Mark.CUT)) {
            marks.add("(cut by bytes or rows)");
        }
        return List.of(
                Cell.text(point.value()),
                Cell.exact(cost.flushes()),
                Cell.exact(cost.statements()),
                Cell.exact(cost.units()),
                Cell.count(cost.largestBatch()),
                new Cell(cost.largestBytes(), Quantity.bytes(cost.largestBytes())),
                new Cell(cost.averageWait().toMillis(), Quantity.time(cost.averageWait())),
                new Cell(cost.longestWait().toMillis(), Quantity.time(cost.longestWait())),
                Cell.text(String.join(" ", marks)),
                new Cell(point.is(Mark.SET), ""),
                new Cell(point.is(Mark.KNEE), ""),
                new Cell(point.is(Mark.EVERYTHING), ""),
                new Cell(point.is(Mark.CUT), ""));
    }

    private static String advice(Sweep sweep, boolean live, LadderSettings settings) {
        Sweep.Point knee = sweep.knee();
        Sweep.Point set = sweep.set();
        String why = live
                ? "no longer wait saves another tenth, and a live event shows after "
                        + Quantity.time(knee.cost().longestWait()) + " at most"
                : "no larger batch saves another tenth, each shows history later, and this one holds "
                        + Quantity.bytes(knee.cost().largestBytes()) + " of events";
        if (!live && settings.isAdaptive()) {
            return "Adaptive batches find their size by themselves. Of those that stay, " + knee.value()
                    + " is worth it: " + why + ".";
        }
        if (knee.equals(set)) {
            return sweep.setting() + ": " + set.value() + " is well set: " + why + ".";
        }
        return "Set " + sweep.setting() + ": " + knee.value() + (live ? ", where the wait may be" : "") + ". It "
                + against(knee.cost().units(), set.cost().units()) + set.value() + "; " + why + ".";
    }

    private static String against(BigDecimal costs, BigDecimal set) {
        return costs.compareTo(set) < 0
                ? "saves " + percent(set.subtract(costs), set) + " against "
                : "costs " + percent(costs.subtract(set), set) + " more than ";
    }

    private static String percent(BigDecimal part, BigDecimal whole) {
        return whole.signum() == 0
                ? "nothing"
                : part.multiply(BigDecimal.valueOf(100)).divide(whole, 0, RoundingMode.HALF_UP) + " %";
    }

    private static String rate(Duration interval) {
        return BigDecimal.valueOf(1_000_000_000)
                .divide(BigDecimal.valueOf(interval.toNanos()), 3, RoundingMode.HALF_UP)
                .stripTrailingZeros()
                .toPlainString();
    }

    private static String ends(Ladder ladder) {
        String rows = ladder.rows().entrySet().stream()
                .map(table -> table.getKey().table() + " " + rows(table.getKey(), table.getValue()))
                .sorted()
                .collect(Collectors.joining("; "));
        return (ladder.isPartial() ? "It came to: " : "Every rung ends with the same rows: ") + rows
                + ladder.checkpoint().map(at -> "; checkpoint " + shown(at)).orElse("") + ".";
    }

    private static String rows(ReadModel model, Map<RowKey, Map<String, Object>> rows) {
        if (rows.size() > ROWS_TO_TELL) {
            return String.format(Locale.ROOT, "%,d rows", rows.size());
        }
        return rows.entrySet().stream()
                .sorted(Map.Entry.comparingByKey())
                .map(row -> key(row.getKey()) + " -> " + values(model, row.getValue()))
                .collect(Collectors.joining(", "));
    }

    private static String key(RowKey key) {
        return key.values().stream().map(Object::toString).collect(Collectors.joining("/"));
    }

    private static String values(ReadModel model, Map<String, Object> row) {
        return model.columns().stream()
                .map(column -> String.valueOf(row.get(column.name())))
                .collect(Collectors.joining("/"));
    }

    /** One number where commit and prepare are the same. */
    private static String shown(Position position) {
        return position instanceof Position.InLog log && log.commit() == log.prepare()
                ? Long.toString(log.commit())
                : position.toString();
    }
}
