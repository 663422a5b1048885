package io.millrace.service;

import io.millrace.projections.Column;
import io.millrace.projections.Projection;
import io.millrace.projections.ReadModel;
import io.millrace.service.terminal.Console;
import io.millrace.service.terminal.LiveLines;
import io.millrace.service.terminal.TextTable;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.regex.Pattern;
import java.util.stream.Stream;

/** What the demo shows: the top rows of each read model, the way in, and what changes while it follows. */
final class DemoScreen {
    private static final int ROWS = 5;
    private static final long DRAW_EVERY_NANOS = Duration.ofSeconds(1).toNanos();
    private static final long SAY_EVERY_NANOS = Duration.ofSeconds(10).toNanos();
    private static final Pattern WHOLE_NUMBER = Pattern.compile("-?\\d{1,18}");

    private final Program program;
    private final Servers servers;
    private final List<Projection> projections;
    private long lastDrawnNanos = System.nanoTime();

    DemoScreen(Program program, Servers servers, List<Projection> projections) {
        this.program = program;
        this.servers = servers;
        this.projections = projections;
    }

    void printTables() {
        Console console = program.console();
        for (Projection projection : projections) {
            for (ReadModel model : projection.readModels()) {
                console.out().println();
                console.out().println(console.strong(model.table()) + ", kept by " + projection.name());
                topRows(model).forEach(console.out()::println);
            }
        }
        console.out().println();
    }

    private List<String> topRows(ReadModel model) {
        TextTable table = new TextTable();
        model.key().forEach(column -> table.left(column.name()));
        model.columns().forEach(column -> table.right(column.name()));
        String first = model.columns().stream()
                .map(Column::name)
                .findFirst()
                .orElse(model.key().get(0).name());
        servers.postgres()
                .topRows(model, first, ROWS)
                .forEach(row -> table.row(row.stream().map(DemoScreen::grouped).toList()));
        return table.lines();
    }

    private static String grouped(String value) {
        return WHOLE_NUMBER.matcher(value).matches() ? String.format(Locale.ROOT, "%,d", Long.parseLong(value)) : value;
    }

    void printWayIn(boolean once) {
        Console console = program.console();
        console.out().println();
        String psql =
                servers.embeddedPostgres().map(uri -> "psql '" + uri + "'").orElse("psql");
        if (once) {
            console.out().println("Without --once both servers stay up, and psql can look at the tables:");
        } else {
            console.out().println("Look for yourself while it runs:");
        }
        console.out().println("  " + psql);
        if (!once) {
            console.out().println();
            console.out().println("Following live events; Ctrl-C ends.");
        }
        console.out().flush();
    }

    /** Draws the tables anew on a terminal; elsewhere, says now and then how far it is. */
    void drawLive(List<RunSummary> summaries) {
        LiveLines lines = program.console().err();
        long now = System.nanoTime();
        if (now - lastDrawnNanos < (lines.isLive() ? DRAW_EVERY_NANOS : SAY_EVERY_NANOS)) {
            return;
        }
        lastDrawnNanos = now;
        if (lines.isLive()) {
            lines.show(liveTables());
        } else {
            summaries.forEach(summary -> lines.println(String.format(
                    Locale.ROOT,
                    "%s: %,d events in %,d batches, checkpoint %s",
                    summary.projection(),
                    summary.handled(),
                    summary.batches(),
                    summary.checkpoint())));
        }
    }

    private List<String> liveTables() {
        List<String> drawn = new ArrayList<>();
        projections.stream()
                .flatMap(projection -> projection.readModels().stream())
                .flatMap(model -> Stream.concat(Stream.of(""), topRows(model).stream()))
                .forEach(drawn::add);
        int columns = program.console().kind().columns() - 1;
        return drawn.stream()
                .map(line -> line.length() > columns ? line.substring(0, columns) : line)
                .toList();
    }
}
