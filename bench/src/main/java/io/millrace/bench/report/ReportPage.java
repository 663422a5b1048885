package io.millrace.bench.report;

import com.fasterxml.jackson.databind.JsonNode;
import io.millrace.bench.figures.Words;
import io.millrace.service.cost.Cell;
import io.millrace.service.cost.Chart;
import io.millrace.service.cost.Report;
import io.millrace.service.cost.ReportFormat;
import io.millrace.service.cost.Table;
import io.millrace.service.cost.Table.Column;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/** Makes one report of what the measurements left: Markdown, JSON, and a page with charts that needs nothing else. */
public final class ReportPage {
    private static final int COLUMNS = 160;
    private static final List<String> MEASUREMENTS = List.of(
            "engines-airports",
            "engines-routes",
            "engines-documents",
            "parts",
            "endtoend-airports",
            "endtoend-routes",
            "endtoend-documents",
            "live",
            "heap",
            "snapshot",
            "many",
            "copy");
    private static final List<String> MEASURES = List.of(
            "clientMicros",
            "postgresMicros",
            "storeMicros",
            "roundTripsPerThousand",
            "commitsPerThousand",
            "walBytesPerThousand",
            "peakHeapMiB",
            "peakResidentMiB");
    private static final List<String> FAIRNESS = List.of(
            "Every contender has the same events, decoder, PostgreSQL, driver and (but for one connection by hand) pool, and a heap of 3 GiB of"
                    + " fixed, touched size; nobody is paced by the source.",
            "hand: decode, fold into a map, one unnest statement whose CTE moves the checkpoint by compare-and-set, one round"
                    + " trip; overlap: a second thread commits while the next batch is folded.",
            "upsert-each, jdbc-100: upserts and the checkpoint in one transaction. With reWriteBatchedInserts on (-rewrite:"
                    + " jdbc-100, pekko-100-batch, axon-tracking2-100-batch) PostgreSQL refuses every one of them, since"
                    + " a statement may not touch a row twice: they are listed as refused.",
            "Heap and RSS are peaks of the contender's process, whose heap of 3 GiB is touched before: how little is enough"
                    + " is measured apart, below heap.",
            "pekko-1 is exactlyOnce, pekko-N groupedWithin; -batch is executeBatch per group, as documented; -fold is a fold"
                    + " and an unnest that the user wrote. Blocking dispatcher of 4 threads.",
            "axon-pooled/trackingS-N has S segments and batches of N; its streams call back at once when asked for"
                    + " availability. JdbcTokenStore, Jackson. Pooled waits 100 ms whenever its work packages are full: that"
                    + " wait is Axon's.");

    private ReportPage() {}

    /**
     * Writes {@code report.md}, {@code report.json} and {@code report.html} into the folder of the figures.
     *
     * @param args {@code --figures FOLDER}
     */
    public static void main(String... args) throws IOException {
        Path folder = Words.of(args).figures();
        Report report = report(Kept.in(folder));
        Files.writeString(folder.resolve("report.md"), ReportFormat.MARKDOWN.print(report, COLUMNS));
        Files.writeString(folder.resolve("report.json"), ReportFormat.JSON.print(report, COLUMNS));
        Files.writeString(folder.resolve("report.html"), ReportFormat.HTML.print(report, COLUMNS));
        System.out.print(ReportFormat.TEXT.print(report, COLUMNS));
        System.out.println("Written to " + folder.resolve("report.html") + ", report.md and report.json");
    }

    private static Report report(Kept kept) throws IOException {
        List<Report.Section> sections = new ArrayList<>();
        List<JsonNode> promised =
                kept.figures().values().stream().flatMap(List::stream).toList();
        sections.add(figures("promised", "What was promised", Kept.promised(promised, true)));
        kept.laps().forEach((name, rows) -> sections.add(laps(name, rows)));
        kept.figures().forEach((name, all) -> {
            List<JsonNode> others = Kept.promised(all, false);
            if (!others.isEmpty()) {
                sections.add(figures("figures-" + name, name, others));
            }
        });
        kept.overTime().forEach((name, looks) -> sections.add(overTime(name, looks)));
        return new Report("How fast Millrace is", Map.of(), described(kept), sections, Optional.empty());
    }

    /** The machine, and what was left out of this run or failed in it. */
    private static List<String> described(Kept kept) throws IOException {
        List<String> lines = new ArrayList<>(Machine.describe());
        List<String> missing = MEASUREMENTS.stream()
                .filter(name -> !kept.figures().containsKey(name))
                .toList();
        if (!missing.isEmpty()) {
            lines.add("PARTIAL: not measured in this run: " + String.join(", ", missing) + ".");
        }
        return lines;
    }

    private static Report.Section figures(String key, String title, List<JsonNode> figures) {
        List<Column> columns = List.of(
                new Column("name", "measure", false),
                new Column("target", "promised", true),
                new Column("value", "median", true),
                new Column("spread", "rounds", true),
                new Column("unit", "unit", false),
                new Column("verdict", "", false),
                new Column("verdictShown", "verdict", false));
        List<List<Cell>> rows = figures.stream().map(ReportPage::figure).toList();
        List<String> notes = figures.stream()
                .filter(figure -> !figure.path("note").asText().isEmpty())
                .map(figure -> figure.path("name").asText() + ": "
                        + figure.path("note").asText())
                .toList();
        return new Report.Section(key, title, new Table(columns, rows), notes, Optional.empty());
    }

    private static List<Cell> figure(JsonNode figure) {
        String verdict = figure.path("verdict").asText();
        String bound = figure.path("atLeast").asBoolean() ? "≥ " : "≤ ";
        boolean promised = figure.path("target").isNumber();
        return List.of(
                text(figure.path("name").asText()),
                promised
                        ? new Cell(
                                figure.path("target").asDouble(),
                                bound + shown(figure.path("target").asDouble()))
                        : new Cell(null, ""),
                number(figure.path("value").asDouble()),
                text(shown(figure.path("least").asDouble()) + " – "
                        + shown(figure.path("most").asDouble())),
                text(figure.path("unit").asText()),
                text(verdict),
                text(verdict));
    }

    private static Report.Section laps(String key, List<JsonNode> rows) {
        List<Column> columns = List.of(
                new Column("name", "contender", false),
                new Column("events", "events", true),
                new Column("rate", "events/s", true),
                new Column("spread", "least – most", true),
                new Column("clientMicros", "client µs", true),
                new Column("postgresMicros", "PG µs", true),
                new Column("storeMicros", "store µs", true),
                new Column("roundTripsPerThousand", "trips/1k", true),
                new Column("commitsPerThousand", "commits/1k", true),
                new Column("walBytesPerThousand", "WAL B/1k", true),
                new Column("peakHeapMiB", "heap MiB", true),
                new Column("peakResidentMiB", "RSS MiB", true),
                new Column("refused", "", false));
        List<List<Cell>> cells = rows.stream().map(ReportPage::lap).toList();
        return new Report.Section(
                key,
                key.replace("engines-", "From memory: ")
                        .replace("endtoend-", "End to end, the store paced to 200,000 events/s: "),
                new Table(columns, cells),
                notes(key, rows),
                Optional.of(chart(rows)));
    }

    private static List<String> notes(String key, List<JsonNode> rows) {
        List<String> notes = new ArrayList<>();
        rows.stream()
                .filter(row -> row.has("refused"))
                .forEach(row -> notes.add(row.path("name").asText() + " is refused by PostgreSQL: "
                        + row.path("refused").asText()));
        if (key.equals("engines-airports")) {
            notes.addAll(FAIRNESS);
        }
        return notes;
    }

    private static List<Cell> lap(JsonNode row) {
        List<Cell> cells = new ArrayList<>();
        cells.add(text(row.path("name").asText()));
        if (row.has("refused")) {
            cells.add(new Cell(null, ""));
            cells.add(new Cell(null, "refused"));
            cells.add(new Cell(null, ""));
            MEASURES.forEach(name -> cells.add(new Cell(null, "")));
            cells.add(text(row.path("refused").asText()));
            return cells;
        }
        cells.add(number(row.path("events").asDouble()));
        cells.add(number(row.path("rate").asDouble()));
        cells.add(text(shown(row.path("least").asDouble()) + " – "
                + shown(row.path("most").asDouble())));
        MEASURES.forEach(name -> cells.add(number(row.path(name).asDouble())));
        cells.add(new Cell(null, ""));
        return cells;
    }

    private static Report.Section overTime(String name, List<JsonNode> looks) {
        List<Column> columns = List.of(
                new Column("seconds", "after s", true),
                new Column("rate", "events/s", true),
                new Column("batch", "events in a batch", true),
                new Column("deadTuples", "dead tuples", true),
                new Column("tableKib", "table KiB", true));
        List<List<Cell>> rows = looks.stream()
                .map(look -> columns.stream()
                        .map(column -> number(look.path(column.key()).asDouble()))
                        .toList())
                .toList();
        Chart chart = new Chart(
                Chart.Kind.LINE,
                true,
                "events/s, dead tuples",
                looks.stream()
                        .map(look -> shown(look.path("seconds").asDouble()) + " s")
                        .toList(),
                List.of(series("events/s", "rate", looks), series("dead tuples", "deadTuples", looks)),
                List.of());
        return new Report.Section(
                "overtime-" + name,
                "Over time: " + name.replace("-", ", ").replace("snapshot", "beside an open snapshot"),
                new Table(columns, rows),
                List.of(),
                Optional.of(chart));
    }

    /** On a logarithmic axis there is no place for nothing. */
    private static Chart.Series series(String title, String of, List<JsonNode> looks) {
        List<@Nullable Number> values = new ArrayList<>();
        looks.forEach(look -> {
            long value = Math.round(look.path(of).asDouble());
            values.add(value > 0 ? value : null);
        });
        return new Chart.Series(title, values);
    }

    private static Chart chart(List<JsonNode> all) {
        List<JsonNode> rows = all.stream().filter(row -> !row.has("refused")).toList();
        List<Integer> ours = new ArrayList<>();
        List<Number> rates = new ArrayList<>();
        for (JsonNode row : rows) {
            if (row.path("name").asText().startsWith("ours-")) {
                ours.add(rates.size());
            }
            rates.add(Math.round(row.path("rate").asDouble()));
        }
        return new Chart(
                Chart.Kind.BARS,
                true,
                "events/s",
                rows.stream().map(row -> row.path("name").asText()).toList(),
                List.of(new Chart.Series("events/s", List.copyOf(rates))),
                ours);
    }

    private static Cell text(String text) {
        return new Cell(text, text);
    }

    private static Cell number(double value) {
        return new Cell(value, shown(value));
    }

    private static String shown(double value) {
        return String.format(Locale.ROOT, Math.abs(value) >= 100 ? "%,.0f" : "%.2f", value);
    }
}
