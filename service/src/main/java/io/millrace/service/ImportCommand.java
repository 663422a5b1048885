package io.millrace.service;

import io.millrace.eventstore.AppendException;
import io.millrace.service.configuration.Configuration;
import io.millrace.service.configuration.EventStoreSetting;
import io.millrace.service.imports.AlreadyImportedException;
import io.millrace.service.imports.BadLineException;
import io.millrace.service.imports.ColumnTyping;
import io.millrace.service.imports.ImportPlan;
import io.millrace.service.imports.Importer;
import io.millrace.service.imports.InputFile;
import io.millrace.service.imports.Template;
import io.millrace.service.terminal.Progress;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Locale;
import java.util.Set;
import java.util.concurrent.Callable;
import picocli.CommandLine.ArgGroup;
import picocli.CommandLine.Command;
import picocli.CommandLine.ITypeConverter;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.TypeConversionException;

/** From a file into the event store. */
@Command(
        name = "import",
        description = {
            "Appends each row of a CSV or NDJSON file, gzip or not, as an event to the event store.",
            "",
            "CSV needs a header line; a row becomes a JSON object. A field that is a plain decimal number of at most 18"
                    + " digits (no plus, no leading zero, no exponent) becomes a number, an empty one null, anything"
                    + " else a string; --text and --number say otherwise. NDJSON is taken over as it is written.",
            "",
            "The events' metadata holds the import and the row, and their ids follow from these, so that an import"
                    + " that was cut short goes on with --resume without doubling anything. A bad line ends it, with"
                    + " its number; nothing of its window is appended."
        },
        footer = {
            "",
            "Example:",
            "  millrace import flights.csv.gz --type FlightDeparted --stream 'flight-{origin}' \\",
            "      --eventstore 'esdb://localhost:2113?tls=false'"
        })
final class ImportCommand implements Callable<Integer> {
    private final Program program;

    @Parameters(paramLabel = "FILE", description = "The file; - for standard input.")
    @SuppressWarnings("NullAway.Init") // picocli sets it
    private Path file;

    @Option(
            names = "--type",
            required = true,
            converter = TemplateConverter.class,
            description = "The events' type, e.g. FlightDeparted.")
    @SuppressWarnings("NullAway.Init")
    private Template type;

    @Option(
            names = "--stream",
            required = true,
            converter = TemplateConverter.class,
            description = "Their stream, with columns in braces, e.g. flight-{origin}.")
    @SuppressWarnings("NullAway.Init")
    private Template stream;

    @ArgGroup(multiplicity = "1")
    @SuppressWarnings("NullAway.Init")
    private Target target;

    @Option(
            names = "--window",
            defaultValue = "10000",
            paramLabel = "ROWS",
            description = "Within a stream the file's order is always kept; over all streams up to this many rows. 1"
                    + " keeps it exactly, slowly. Default: ${DEFAULT-VALUE}.")
    private int window;

    @Option(names = "--resume", description = "Go on with an import that was cut short.")
    private boolean resume;

    @Option(names = "--text", split = ",", paramLabel = "COLUMN", description = "CSV columns that are text.")
    private Set<String> text = Set.of();

    @Option(names = "--number", split = ",", paramLabel = "COLUMN", description = "CSV columns that are numbers.")
    private Set<String> numbers = Set.of();

    @Option(
            names = "--separator",
            defaultValue = ",",
            paramLabel = "CHAR",
            description = "What separates CSV fields. Default: a comma.")
    private char separator;

    @Option(
            names = "--format",
            defaultValue = "text",
            paramLabel = "text|json",
            description = "How the result is printed.")
    private OutputFormat format = OutputFormat.TEXT;

    /** Where to; one of the two. */
    static final class Target {
        @Option(
                names = {"-c", "--config"},
                paramLabel = "FILE",
                description = "A configuration that names the event store.")
        @org.jspecify.annotations.Nullable
        private Path config;

        @Option(names = "--eventstore", paramLabel = "URI", description = "Its connection string.")
        @org.jspecify.annotations.Nullable
        private String connectionString;

        OpenEventStore open() {
            if (connectionString != null) {
                return OpenEventStore.at(connectionString);
            }
            EventStoreSetting setting =
                    Configuration.read(java.util.Objects.requireNonNull(config)).eventStore();
            if (setting instanceof EventStoreSetting.Embedded embedded
                    && embedded.folder().isEmpty()) {
                throw new CommandFailure(
                        ExitCode.USAGE,
                        "the configuration's event store is embedded and forgets everything when the program ends: give"
                                + " it a folder, `eventstore: embedded: FOLDER`, or import into a server");
            }
            return OpenEventStore.of(setting);
        }
    }

    static final class TemplateConverter implements ITypeConverter<Template> {
        @Override
        public Template convert(String value) {
            try {
                return new Template(value);
            } catch (IllegalArgumentException e) {
                throw new TypeConversionException(String.valueOf(e.getMessage()));
            }
        }
    }

    ImportCommand(Program program) {
        this.program = program;
    }

    @Override
    public Integer call() {
        ImportPlan plan = plan();
        long startedNanos = System.nanoTime();
        Importer.Result result = importFile(plan);
        print(result, (System.nanoTime() - startedNanos) / 1e9);
        return ExitCode.DONE.number();
    }

    private Importer.Result importFile(ImportPlan plan) {
        try (InputFile input = open();
                OpenEventStore store = target.open();
                Progress progress = new Progress(program.console(), shownName(), -1, "rows")) {
            Importer importer = new Importer(store.connection(), plan, progress);
            Importer.Result result = run(importer, input);
            progress.total(importer.done());
            return result;
        } catch (IOException | UncheckedIOException e) {
            throw new CommandFailure(ExitCode.USAGE, file + " cannot be read: " + e.getMessage(), e);
        }
    }

    private String shownName() {
        return isStandardInput() ? "standard input" : String.valueOf(file.getFileName());
    }

    private boolean isStandardInput() {
        return file.toString().equals("-");
    }

    private ImportPlan plan() {
        try {
            return new ImportPlan(type, stream, separator, new ColumnTyping(text, numbers), window, resume);
        } catch (IllegalArgumentException e) {
            throw new CommandFailure(ExitCode.USAGE, String.valueOf(e.getMessage()), e);
        }
    }

    private InputFile open() throws IOException {
        if (isStandardInput()) {
            return InputFile.of(program.console().in());
        }
        if (!Files.isRegularFile(file)) {
            throw new CommandFailure(ExitCode.USAGE, "there is no such file: " + file);
        }
        return InputFile.open(file);
    }

    private Importer.Result run(Importer importer, InputFile input) throws IOException {
        try {
            return importer.run(input, program.stop()::isRaised);
        } catch (BadLineException e) {
            throw new CommandFailure(
                    ExitCode.USAGE,
                    String.format(
                            Locale.ROOT,
                            "%s, %s (%,d rows before it are imported: mend the line and go on with --resume)",
                            shownName(),
                            e.getMessage(),
                            importer.done()),
                    e);
        } catch (AlreadyImportedException e) {
            throw new CommandFailure(ExitCode.REFUSED, String.valueOf(e.getMessage()), e);
        } catch (AppendException e) {
            throw new CommandFailure(
                    Failures.exitCode(e),
                    String.format(
                            Locale.ROOT,
                            "%s (%,d rows are known to be imported: go on with --resume)",
                            e.getMessage(),
                            importer.done()),
                    e);
        }
    }

    private void print(Importer.Result result, double seconds) {
        if (format == OutputFormat.JSON) {
            program.console()
                    .out()
                    .println(ImportSummary.of(file.toString(), result, seconds).json());
            return;
        }
        List<String> parts = new java.util.ArrayList<>();
        parts.add(
                String.format(Locale.ROOT, "%,d events appended to %,d streams", result.appended(), result.streams()));
        if (result.skipped() > 0) {
            parts.add(String.format(Locale.ROOT, "%,d were there already", result.skipped()));
        }
        if (program.stop().isRaised()) {
            parts.add("stopped before the end, go on with --resume");
        }
        String rate = String.format(
                Locale.ROOT, " (%.1f s, %,.0f events/s)", seconds, result.appended() / Math.max(1e-3, seconds));
        program.console().out().println(String.join("; ", parts) + rate);
    }
}
