package io.millrace.service;

import io.millrace.batching.FlushPolicy;
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
import io.millrace.service.configuration.ProjectionOptions;
import io.millrace.service.configuration.Quantities;
import io.millrace.service.cost.BillReport;
import io.millrace.service.cost.LadderReport;
import io.millrace.service.cost.MeasuredReport;
import io.millrace.service.cost.Report;
import io.millrace.service.cost.ReportFormat;
import java.math.BigDecimal;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.Set;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.ITypeConverter;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Model.OptionSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;
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
            "With PROJECTION and --config alone it prints the bill of a projection that runs or has run.",
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
            "  millrace cost my-projection --config millrace.yaml",
            "  millrace cost my-projection --config millrace.yaml --from 'esdb://localhost:2113?tls=false'"
        })
final class CostCommand implements Callable<Integer> {
    private static final BigDecimal LARGEST_BUDGET = new BigDecimal("1000000000000");

    /** What the bill of a projection that runs or has run takes into account; the other options are about a stream. */
    private static final Set<String> OF_A_BILL = Set.of("--config", "--price", "--budget", "--format", "--verbose");

    private final Program program;

    @Spec
    @SuppressWarnings("NullAway.Init") // picocli sets it
    private CommandSpec spec;

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
            description = "csv holds the table of the rungs, or of the bill. Default: ${DEFAULT-VALUE}.")
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
        requireNothingInVain();
        measuring.check();
        Optional<Configuration> configuration = Optional.ofNullable(config).map(Configuration::read);
        try (ProjectionCatalog catalog = new ProjectionCatalog(configuration.flatMap(Configuration::plugins))) {
            return name != null && !stream.isRecorded()
                    ? bill(catalog.get(name), configuration).number()
                    : ladder(projection(catalog), settings(configuration)).number();
        }
    }

    private void requireSensibleBudget() {
        if (budget != null && (budget.signum() < 0 || budget.compareTo(LARGEST_BUDGET) > 0 || budget.scale() > 9)) {
            throw new CommandFailure(
                    ExitCode.USAGE, "expected a budget of 0 to " + LARGEST_BUDGET + " units: budget=" + budget);
        }
    }

    /** What is said and not heeded would be taken for heeded. */
    private void requireNothingInVain() {
        if (name == null && config != null && !stream.isRecorded()) {
            throw new CommandFailure(
                    ExitCode.USAGE, "--config says how a projection is set: name the projection, or take it out");
        }
        if (name == null || config == null || stream.isRecorded()) {
            return;
        }
        spec.commandLine().getParseResult().matchedOptions().stream()
                .map(OptionSpec::longestName)
                .filter(option -> !OF_A_BILL.contains(option))
                .findFirst()
                .ifPresent(option -> {
                    throw new CommandFailure(
                            ExitCode.USAGE,
                            option + " is for a stream that is priced, and the bill of projection " + name
                                    + " is what was counted: name the stream as well, --events FILE or --from URI, or"
                                    + " take " + option + " out");
                });
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
        return catalog.get(name);
    }

    private ExitCode bill(Projection projection, Optional<Configuration> configuration) {
        if (configuration.isEmpty()) {
            throw new CommandFailure(
                    ExitCode.USAGE,
                    "expected --config FILE, for the bill of projection " + projection.name()
                            + " in that PostgreSQL; or the stream that it reads, --events FILE or --from URI");
        }
        BillReport.Bill bill;
        try (OpenPostgres postgres = OpenPostgres.of(configuration.get().postgres())) {
            bill = new BillReport.Bill(
                    projection.name(),
                    postgres.store().flushCounts(projection.name(), OptionalLong.empty()),
                    postgres.store().flushCounts(projection.name(), OptionalLong.of(BillReport.LAST_MINUTES)));
        }
        if (bill.sinceStart().isEmpty()) {
            throw new CommandFailure(
                    ExitCode.USAGE, "projection " + projection.name() + " has flushed nothing in this database yet");
        }
        FlushPolicy policy = ProjectorTuning.of(configuration.get().optionsOf(projection.name()))
                .flushPolicy();
        BigDecimal units = BillReport.units(bill, prices);
        print(withBudget(BillReport.of(bill, prices, policy), units, "since its start"));
        return withinBudget(units);
    }

    private void print(Report report) {
        program.console()
                .out()
                .print(format.print(report, program.console().kind().columns()));
        program.console().out().flush();
    }

    private LadderSettings settings(Optional<Configuration> configuration) {
        ProjectionOptions options = Optional.ofNullable(name)
                .flatMap(projection -> configuration.map(read -> read.optionsOf(projection)))
                .orElse(ProjectionOptions.DEFAULTS);
        if (batchSize != null) {
            options = options.withBatchSize(batchSize);
        }
        try {
            FlushPolicy policy = ProjectorTuning.of(options).flushPolicy();
            return new LadderSettings(prices, liveWithin == null ? policy : policy.withLiveWithin(liveWithin), burst);
        } catch (IllegalArgumentException e) {
            throw new CommandFailure(ExitCode.USAGE, String.valueOf(e.getMessage()), e);
        }
    }

    private ExitCode ladder(Projection projection, LadderSettings settings) {
        measuring.check(projection);
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
        RungCost asItRuns = ladder.asItRuns();
        Report report = withBudget(
                LadderReport.of(projection, recorded, settings, ladder, sweeps),
                asItRuns.units(),
                "as Millrace runs it (rung " + asItRuns.rung() + ")");
        if (measuring.isAskedFor() && !ladder.isPartial()) {
            return measured(report, ladder, measuring.measure(program, projection, recorded, settings));
        }
        print(report);
        ladder.failure().ifPresent(failure -> say(failure.getMessage() + "; the report tells of the part before it"));
        return ladder.isPartial() ? ExitCode.PROJECTION_FAILED : withinBudget(asItRuns.units());
    }

    private ExitCode measured(Report report, Ladder ladder, MeasuredBill bill) {
        Report whole = MeasuredReport.with(report, ladder, bill);
        if (bill.failure().isEmpty()) {
            print(whole);
            return withinBudget(ladder.asItRuns().units());
        }
        String why = "measuring ended half way: " + bill.failure().get().getMessage();
        print(whole.partial(why));
        say(why);
        return ExitCode.PROJECTION_FAILED;
    }

    private Report withBudget(Report report, BigDecimal units, String when) {
        if (budget == null) {
            return report;
        }
        return report.with(
                "budget",
                budget,
                "Budget: " + budget.toPlainString() + " units, and it costs " + units.toPlainString() + " " + when
                        + ".");
    }

    private ExitCode withinBudget(BigDecimal units) {
        if (budget == null || units.compareTo(budget) <= 0) {
            return ExitCode.DONE;
        }
        say("it costs " + units.toPlainString() + " units, "
                + units.subtract(budget).toPlainString() + " more than the budget of " + budget.toPlainString());
        return ExitCode.OVER_BUDGET;
    }

    private void say(String sentence) {
        program.console().err().println("millrace: " + sentence);
    }
}
