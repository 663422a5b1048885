package io.millrace.service;

import io.millrace.service.configuration.Configuration;
import io.millrace.service.terminal.TextTable;
import io.millrace.sql.ParkedEvents;
import io.millrace.sql.ParkedEvents.ParkedStream;
import java.util.Collection;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** What is parked, a row per stream. */
@Command(
        name = "list",
        description = {
            "Prints a row per parked stream: how many of its events are parked, and of the first one the number, how"
                    + " often it was tried again, when it was parked, and why.",
            "",
            "`millrace parked show` takes the number."
        })
final class ParkedListCommand implements Callable<Integer> {
    private static final int ERROR_SHOWN = 60;

    private final Program program;

    @Parameters(paramLabel = "PROJECTION", arity = "0..1", description = "Only of this projection.")
    private @Nullable String name;

    @Mixin
    private final ConfigurationOption configurationOption = new ConfigurationOption();

    @Option(
            names = "--format",
            defaultValue = "text",
            paramLabel = "text|json",
            description = "A table, or one JSON object per stream. Default: ${DEFAULT-VALUE}.")
    private OutputFormat format = OutputFormat.TEXT;

    ParkedListCommand(Program program) {
        this.program = program;
    }

    /** As it is printed; the names of the components are those of the JSON. */
    private record Row(
            String projection,
            String stream,
            long events,
            long first,
            int retries,
            String parkedAt,
            @Nullable String error) {
        static Row of(ParkedStream parked) {
            return new Row(
                    parked.projection(),
                    parked.stream(),
                    parked.events(),
                    parked.sequence(),
                    parked.retries(),
                    parked.parkedAt().toString(),
                    parked.error().orElse(null));
        }
    }

    @Override
    public Integer call() {
        Configuration configuration = configurationOption.read();
        try (Servers servers = new Servers(configuration)) {
            ParkedEvents parked = servers.postgres().parkedEvents();
            Collection<String> projections = Optional.ofNullable(name)
                    .map(List::of)
                    .orElseGet(() -> List.copyOf(parked.counts().keySet()));
            List<Row> rows = projections.stream()
                    .flatMap(projection -> parked.streams(projection).stream())
                    .map(Row::of)
                    .toList();
            List<String> lines = format == OutputFormat.JSON
                    ? rows.stream().map(JsonLine::of).toList()
                    : table(rows, program.console().kind().columns());
            lines.forEach(program.console().out()::println);
        }
        return ExitCode.DONE.number();
    }

    private static List<String> table(List<Row> rows, int columns) {
        if (rows.isEmpty()) {
            return List.of("Nothing is parked.");
        }
        TextTable table = new TextTable()
                .left("projection")
                .left("stream")
                .right("events")
                .right("first")
                .right("retries")
                .left("parked at")
                .left("error");
        rows.forEach(row -> table.row(List.of(
                row.projection(),
                row.stream(),
                String.format(Locale.ROOT, "%,d", row.events()),
                Long.toString(row.first()),
                Integer.toString(row.retries()),
                row.parkedAt().substring(0, Math.min(19, row.parkedAt().length())),
                shortened(row.error()))));
        return table.lines(columns);
    }

    /** What the event is stands beside it already. */
    private static String shortened(@Nullable String error) {
        String line = error == null
                ? "(follows one that was discarded)"
                : error.lines().findFirst().orElse("");
        int at = line.indexOf(": ", line.indexOf(": event ") + 8);
        String problem = line.contains(": event ") && at > 0 ? line.substring(at + 2) : line;
        return problem.length() <= ERROR_SHOWN ? problem : problem.substring(0, ERROR_SHOWN - 1) + "…";
    }
}
