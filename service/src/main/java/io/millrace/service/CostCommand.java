package io.millrace.service;

import io.millrace.cost.Ladder;
import io.millrace.cost.LadderSettings;
import io.millrace.cost.MeasuredBill;
import io.millrace.cost.PriceList;
import io.millrace.cost.RecordedStream;
import io.millrace.cost.ReferenceStream;
import io.millrace.cost.RungCost;
import io.millrace.cost.Sweep;
import io.millrace.projections.Projection;
import io.millrace.service.configuration.Configuration;
import io.millrace.service.configuration.ConfigurationException;
import io.millrace.service.configuration.ProjectionOptions;
import io.millrace.service.configuration.Quantities;
import io.millrace.service.cost.LadderReport;
import io.millrace.service.cost.MeasuredReport;
import io.millrace.service.cost.Report;
import io.millrace.service.cost.ReportFormat;
import java.math.BigDecimal;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.ITypeConverter;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.TypeConversionException;

/** What a projection costs, and what would make it cheaper. */
@Command(
        name = "cost",
        description = {
            "Prints what a stream costs, from a statement per event down to the cheapest way, rung by rung; and which"
                    + " batch size and which wait of live events are worth it. Each figure is counted in a run of the"
                    + " real projector, in virtual time, over tables in memory.",
            "",
            "Without anything it takes the reference stream: 3,500 views of the past, 50 bookmarks that nobody handles,"
                    + " 100 live views. With PROJECTION and --events or --from, it takes a projection of your own and"
                    + " a recorded stream.",
            "",
            "With --measure the same rungs are run against a real PostgreSQL, and what it took of round trips, WAL, dead"
                    + " tuples, CPU and time is set against the prices.",
            "",
            "With --budget it ends with exit code 6 if the stream costs more than that as Millrace runs it (rung 5)."
        },
        footer = {
            "",
            "Examples:",
            "  millrace cost --views 100000 --viewers 500 --batch-size 1000",
            "  millrace cost --price statement=1,batch=2,per-statement=0.05 --format markdown",
            "  millrace cost airport-departures --events flights.csv.gz --type FlightDeparted \\",
            "      --stream 'flight-{origin}' --budget 300",
            "  millrace cost my-projection --config millrace.yaml --from 'esdb://localhost:2113?tls=false'"
        })
final class CostCommand implements Callable<Integer> {
    private static final BigDecimal LARGEST_BUDGET = new BigDecimal("1000000000000");

    private final Program program;

    @Parameters(
            arity = "0..1",
            paramLabel = "PROJECTION",
            description = "A projection of the configuration, the plug-ins or the examples.")
    private @Nullable String name;

    @Mixin
    private final CostStream stream = new CostStream();

    @Option(
            names = {"-c", "--config"},
            paramLabel = "FILE",
            description = "A configuration: where its plug-ins are, and how the projection is set.")
    private @Nullable Path config;

    @Mixin
    private final CostMeasuring measuring = new CostMeasuring();

    @Option(names = "--batch-size", paramLabel = "N", description = "Events a batch. Default: 100, or as configured.")
    private @Nullable Integer batchSize;

    @Option(
            names = "--flush-live",
            paramLabel = "each|\"within 1s\"",
            converter = WaitConverter.class,
            description = "How long live events wait for each other from rung 5 on. Default: each, or as configured.")
    private @Nullable Duration liveWithin;

    @Option(
            names = "--burst",
            defaultValue = "10",
            paramLabel = "N",
            description = "Live events that come at once on the last rung. Default: ${DEFAULT-VALUE}.")
    private int burst;

    @Option(
            names = "--price",
            defaultValue = "statement=1,batch=1,per-statement=0.1",
            paramLabel = "LIST",
            converter = PriceListConverter.class,
            description = "Units: of a statement sent alone, of a batch, of each statement in one. Default:"
                    + " ${DEFAULT-VALUE}.")
    @SuppressWarnings("NullAway.Init") // picocli sets it
    private PriceList prices;

    @Option(names = "--budget", paramLabel = "UNITS", description = "What the stream may cost at most.")
    private @Nullable BigDecimal budget;

    @Option(
            names = "--format",
            defaultValue = "text",
            paramLabel = "text|markdown|csv|json|html",
            description = "csv holds the first table. Default: ${DEFAULT-VALUE}.")
    private ReportFormat format = ReportFormat.TEXT;

    static final class WaitConverter implements ITypeConverter<Duration> {
        @Override
        public Duration convert(String text) {
            try {
                return Quantities.waiting(text);
            } catch (IllegalArgumentException | ArithmeticException e) {
                throw new TypeConversionException(String.valueOf(e.getMessage()));
            }
        }
    }

    CostCommand(Program program) {
        this.program = program;
    }

    @Override
    public Integer call() {
        requireSensibleBudget();
        measuring.check();
        Optional<Configuration> configuration = Optional.ofNullable(config).map(Configuration::read);
        try (ProjectionCatalog catalog = new ProjectionCatalog(configuration.flatMap(Configuration::plugins))) {
            return ladder(projection(catalog), settings(configuration)).number();
        }
    }

    private void requireSensibleBudget() {
        if (budget != null && (budget.signum() < 0 || budget.compareTo(LARGEST_BUDGET) > 0 || budget.scale() > 9)) {
            throw new CommandFailure(
                    ExitCode.USAGE, "expected a budget of 0 to " + LARGEST_BUDGET + " units: budget=" + budget);
        }
    }

    private Projection projection(ProjectionCatalog catalog) {
        if (name == null) {
            if (stream.isRecorded()) {
                throw new CommandFailure(
                        ExitCode.USAGE,
                        "expected the projection that reads the recorded stream: `millrace cost PROJECTION …`; known are "
                                + String.join(", ", catalog.names()));
            }
            return ReferenceStream.VIEWS_PER_VIEWER;
        }
        Projection projection = catalog.get(name);
        if (!stream.isRecorded()) {
            throw new ConfigurationException(
                    "expected the stream that projection " + name + " reads: --events FILE or --from URI");
        }
        return projection;
    }

    private LadderSettings settings(Optional<Configuration> configuration) {
        ProjectionOptions options = Optional.ofNullable(name)
                .flatMap(projection -> configuration.map(read -> read.optionsOf(projection)))
                .orElse(ProjectionOptions.DEFAULTS);
        LadderSettings defaults = LadderSettings.DEFAULT;
        try {
            return new LadderSettings(
                    prices,
                    batchSize == null ? options.batchSize().orElse(defaults.batchSize()) : batchSize,
                    burst,
                    liveWithin == null ? options.flushLive().orElse(defaults.liveWithin()) : liveWithin);
        } catch (IllegalArgumentException e) {
            throw new CommandFailure(ExitCode.USAGE, String.valueOf(e.getMessage()), e);
        }
    }

    private ExitCode ladder(Projection projection, LadderSettings settings) {
        RecordedStream recorded = stream.read(projection);
        Ladder ladder;
        List<Sweep> sweeps;
        try {
            ladder = Ladder.climb(projection, recorded, settings);
            sweeps = ladder.isPartial()
                    ? List.of()
                    : List.of(
                            Sweep.ofBatchSizes(projection, recorded, settings),
                            Sweep.ofFreshness(projection, recorded, settings));
        } catch (IllegalArgumentException e) {
            throw new CommandFailure(ExitCode.USAGE, String.valueOf(e.getMessage()), e);
        }
        Report report = withBudget(LadderReport.of(projection, recorded, settings, ladder, sweeps), ladder.asItRuns());
        if (measuring.isAskedFor() && !ladder.isPartial()) {
            MeasuredBill bill = measuring.measure(program, projection, recorded, settings);
            bill.failure().ifPresent(failure -> {
                throw new CommandFailure(
                        ExitCode.PROJECTION_FAILED, "measuring ended half way: " + failure.getMessage(), failure);
            });
            report = MeasuredReport.with(report, ladder, bill);
        }
        program.console()
                .out()
                .print(format.print(report, program.console().kind().columns()));
        program.console().out().flush();
        ladder.failure().ifPresent(failure -> say(failure.getMessage() + "; the report tells of the part before it"));
        return exitCode(ladder);
    }

    private Report withBudget(Report report, RungCost costs) {
        if (budget == null) {
            return report;
        }
        return report.with(
                "budget",
                budget,
                "Budget: " + budget.toPlainString() + " units, and it costs "
                        + costs.units().toPlainString() + " as Millrace runs it (rung " + costs.rung() + ").");
    }

    private ExitCode exitCode(Ladder ladder) {
        if (ladder.isPartial()) {
            return ExitCode.PROJECTION_FAILED;
        }
        BigDecimal costs = ladder.asItRuns().units();
        if (budget == null || costs.compareTo(budget) <= 0) {
            return ExitCode.DONE;
        }
        say("it costs " + costs.toPlainString() + " units, "
                + costs.subtract(budget).toPlainString() + " more than the budget of " + budget.toPlainString());
        return ExitCode.OVER_BUDGET;
    }

    private void say(String sentence) {
        program.console().err().println("millrace: " + sentence);
    }
}
