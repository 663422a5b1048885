package io.millrace.service;

import io.millrace.batching.ProjectorOptions;
import io.millrace.batching.ProjectorOptions.Until;
import io.millrace.checkpoint.Checkpoint;
import io.millrace.checkpoint.Position;
import io.millrace.projections.Projection;
import io.millrace.projections.ReadModel;
import io.millrace.service.configuration.Configuration;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.Callable;
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
                if (fromStart && !reset(projection, servers)) {
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

    private boolean reset(Projection projection, Servers servers) {
        List<String> tables =
                projection.readModels().stream().map(ReadModel::table).toList();
        if (!yes && !agreed(tables)) {
            return false;
        }
        Checkpoint cleared = servers.postgres().checkpoints().reset(name, tables);
        program.console()
                .err()
                .println("Emptied " + String.join(", ", tables) + "; the checkpoint is cleared, epoch "
                        + cleared.epoch() + ".");
        return true;
    }

    private boolean agreed(List<String> tables) {
        if (!program.console().kind().asks()) {
            throw new CommandFailure(
                    ExitCode.USAGE, "--from-start empties " + String.join(", ", tables) + "; say --yes to that");
        }
        return program.console()
                .agrees("This empties " + String.join(", ", tables) + " and reads all events again. Go on?");
    }

    private ExitCode replay(Projection projection, Servers servers, Configuration configuration) {
        ProjectorOptions options =
                ProjectorTuning.of(configuration.optionsOf(name)).withUntil(Until.FIRST_HEAD);
        Optional<Position> head = servers.eventStore().reads().head(projection.source());
        Optional<Position> from = servers.postgres().checkpoints().find(name).flatMap(Checkpoint::position);
        List<RunSummary> summaries;
        ExitCode exitCode;
        try (Projections projections = new Projections();
                ReplayProgress progress = new ReplayProgress(program.console(), name, from, head)) {
            projections.start(new ProjectionRun(projection, servers, options, progress));
            projections.awaitEnd(program.stop());
            summaries = projections.summaries();
            exitCode = ExitCode.worst(projections.exitCodes());
        }
        format.print(program, summaries);
        return exitCode;
    }
}
