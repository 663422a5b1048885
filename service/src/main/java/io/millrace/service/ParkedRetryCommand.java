package io.millrace.service;

import io.millrace.batching.ParkedRetry;
import io.millrace.batching.PoisonEvent;
import io.millrace.service.terminal.TextTable;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** Handles parked events after all. */
@Command(
        name = "retry",
        description = {
            "Handles the parked events of streams in their order, with the projection as it is now.",
            "",
            "Rows and the removal of the parked events are committed together. An event that fails again stays parked"
                    + " with its new error, and so does what follows it in its stream; the exit code is 1 then."
        })
final class ParkedRetryCommand implements Callable<Integer> {
    private final Program program;

    @Parameters(paramLabel = "PROJECTION", description = "The projection's name.")
    @SuppressWarnings("NullAway.Init") // picocli sets it
    private String name;

    @Mixin
    private final ConfigurationOption configurationOption = new ConfigurationOption();

    @Mixin
    private final ParkedStreams streams = new ParkedStreams();

    @Option(
            names = "--format",
            defaultValue = "text",
            paramLabel = "text|json",
            description = "A table, or one JSON object per stream. Default: ${DEFAULT-VALUE}.")
    private OutputFormat format = OutputFormat.TEXT;

    ParkedRetryCommand(Program program) {
        this.program = program;
    }

    /** As it is printed; the names of the components are those of the JSON. */
    private record Row(
            String projection,
            String stream,
            long retried,
            long failed,
            @Nullable String error) {
        static Row of(String projection, String stream, ParkedRetry.Result result) {
            return new Row(
                    projection,
                    stream,
                    result.settled(),
                    result.failed().size(),
                    result.failed().stream()
                            .findFirst()
                            .flatMap(PoisonEvent::error)
                            .orElse(null));
        }
    }

    @Override
    public Integer call() {
        List<Row> rows = new ArrayList<>();
        try (ParkedWork work = new ParkedWork(configurationOption.read(), name)) {
            for (String stream : streams.in(work.parked(), name)) {
                rows.add(Row.of(name, stream, work.retry().retry(stream)));
            }
        }
        print(rows);
        boolean failed = rows.stream().anyMatch(row -> row.failed() > 0);
        return (failed ? ExitCode.PROJECTION_FAILED : ExitCode.DONE).number();
    }

    private void print(List<Row> rows) {
        if (format == OutputFormat.JSON) {
            rows.forEach(row -> program.console().out().println(JsonLine.of(row)));
            return;
        }
        if (rows.isEmpty()) {
            program.console().out().println("Nothing is parked.");
            return;
        }
        TextTable table = new TextTable().left("stream").right("retried").right("failed");
        rows.forEach(row -> table.row(List.of(row.stream(), number(row.retried()), number(row.failed()))));
        table.lines(program.console().kind().columns())
                .forEach(program.console().out()::println);
        rows.stream()
                .filter(row -> row.error() != null)
                .forEach(row -> program.console().err().println("Still parked: " + row.error()));
    }

    private static String number(long value) {
        return String.format(Locale.ROOT, "%,d", value);
    }
}
