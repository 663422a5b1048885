package io.millrace.service;

import io.millrace.batching.ProjectorOptions;
import io.millrace.batching.ProjectorOptions.Until;
import io.millrace.checkpoint.Checkpoint;
import io.millrace.checkpoint.Position;
import io.millrace.checkpoint.lease.Bid;
import io.millrace.projections.Projection;
import io.millrace.projections.ReadModel;
import io.millrace.service.configuration.Configuration;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.Callable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** Catches up to the head, and ends. */
@Command(
        name = "replay",
        description = {
            "Catches a projection up to the head that the event store had when it began, prints what it did, and ends.",
            "",
            "Interrupted, it goes on from its checkpoint when it is called again. With --from-start it begins anew."
        })
final class ReplayCommand implements Callable<Integer> {
    private static final Logger LOG = LoggerFactory.getLogger(ReplayCommand.class);

    private final Program program;

    @Parameters(paramLabel = "PROJECTION", description = "The projection's name.")
    @SuppressWarnings("NullAway.Init") // picocli sets it
    private String name;

    @Mixin
    private final ConfigurationOption configurationOption = new ConfigurationOption();

    @Option(
            names = "--from-start",
            description = "Empty the projection's tables and clear its checkpoint first, in one transaction.")
    private boolean fromStart;

    @Option(names = "--yes", description = "Do not ask before emptying tables.")
    private boolean yes;

    private boolean wasReset;

    @Mixin
    private final FormatOption format = new FormatOption();

    ReplayCommand(Program program) {
        this.program = program;
    }

    @Override
    public Integer call() {
        Configuration configuration = configurationOption.read();
        try (ProjectionCatalog catalog = new ProjectionCatalog(configuration.plugins())) {
            Projection projection = catalog.get(name);
            refuseIfOthersTablesAreInPlay(projection);
            try (Servers servers = new Servers(configuration)) {
                LeasedProjections.refuseIfHeld(servers.postgres(), name, program.stop());
                if (fromStart && !yes && !agreed(projection)) {
                    program.console().err().println("Nothing was changed.");
                    return ExitCode.DONE.number();
                }
                return replay(projection, servers, configuration).number();
            }
        }
    }

    /** Rows in tables that raw SQL writes cannot be told from others' rows, so they cannot be emptied. */
    private void refuseIfOthersTablesAreInPlay(Projection projection) {
        if (fromStart && !projection.alsoWrites().isEmpty()) {
            throw new CommandFailure(
                    ExitCode.REFUSED,
                    "projection " + name + " also writes " + String.join(", ", projection.alsoWrites())
                            + " by SQL of its own, which --from-start cannot undo; empty them and the read models by"
                            + " hand, delete its row in millrace.checkpoints, and run `replay` without --from-start");
        }
    }

    private boolean agreed(Projection projection) {
        String tables = String.join(", ", tables(projection));
        if (!program.console().kind().asks()) {
            throw new CommandFailure(ExitCode.USAGE, "--from-start empties " + tables + "; say --yes to that");
        }
        return program.console().agrees("This empties " + tables + " and reads all events again. Go on?");
    }

    private static List<String> tables(Projection projection) {
        return projection.readModels().stream().map(ReadModel::table).toList();
    }

    private ExitCode replay(Projection projection, Servers servers, Configuration configuration) {
        ProjectorOptions options =
                ProjectorTuning.of(configuration.optionsOf(name)).withUntil(Until.FIRST_HEAD);
        Optional<Position> head = servers.eventStore().reads().head(projection.source());
        Optional<Position> from = fromStart
                ? Optional.empty()
                : servers.postgres().checkpoints().find(name).flatMap(Checkpoint::position);
        LOG.info("Connections to PostgreSQL, at most: {}", servers.postgres().requireConnections(1));
        servers.postgres().prepareLeases(List.of(projection));
        List<RunSummary> summaries;
        ExitCode exitCode;
        try (ReplayProgress progress = new ReplayProgress(program.console(), name, from, head);
                LeasedProjections projections =
                        new LeasedProjections(servers.postgres(), List.of(name), Bid.IF_FREE, (name, epoch, watch) -> {
                            resetOnce(projection, servers, epoch);
                            return new ProjectionRun(
                                    projection,
                                    servers,
                                    servers.postgres().committerFor(projection, epoch),
                                    options,
                                    progress,
                                    watch);
                        })) {
            projections.start();
            projections.awaitEnd(program.stop());
            projections.refusal().ifPresent(refusal -> {
                throw refusal;
            });
            summaries = projections.summaries();
            exitCode = ExitCode.worst(projections.exitCodes());
        }
        format.print(program, summaries);
        return exitCode;
    }

    private void resetOnce(Projection projection, Servers servers, long epoch) {
        if (fromStart && !wasReset) {
            List<String> tables = tables(projection);
            Checkpoint cleared = servers.postgres().checkpoints().reset(name, tables, epoch);
            wasReset = true;
            program.console()
                    .err()
                    .println("Emptied " + String.join(", ", tables) + "; the checkpoint is cleared, epoch "
                            + cleared.epoch() + ".");
        }
    }
}
