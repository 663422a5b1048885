package io.millrace.service;

import java.util.List;
import picocli.CommandLine.Option;

/** {@code --format}, for the commands that end with a summary. */
final class FormatOption {
    @Option(
            names = "--format",
            defaultValue = "text",
            paramLabel = "text|json",
            description = "How results are printed: a table, or one JSON object per line. Default: ${DEFAULT-VALUE}.")
    private OutputFormat format = OutputFormat.TEXT;

    OutputFormat format() {
        return format;
    }

    /** Prints what was done, as the last lines. */
    void print(Program program, List<RunSummary> summaries) {
        List<String> lines = format == OutputFormat.JSON
                ? summaries.stream().map(RunSummary::json).toList()
                : RunSummary.table(summaries, program.console().kind().columns());
        lines.forEach(program.console().out()::println);
    }
}
