package io.millrace.service;

import io.millrace.cost.LadderSettings;
import io.millrace.cost.MeasuredBill;
import io.millrace.cost.RecordedStream;
import io.millrace.embedded.EmbeddedPostgres;
import io.millrace.projections.Projection;
import io.millrace.service.configuration.PostgresSetting;
import io.millrace.sql.MeasuredDatabase;
import io.millrace.sql.PostgresSettings;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Comparator;
import java.util.Optional;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Option;

/** The options that say whether, how often and where a bill is measured. */
final class CostMeasuring {
    private static final int MOST_RUNS = 100;

    @Option(
            names = "--measure",
            description = "Run the same rungs against a real PostgreSQL, too: an embedded one that waits for the disk,"
                    + " or --postgres.")
    private boolean measure;

    @Option(
            names = "--postgres",
            paramLabel = "URL",
            description = "The server to measure, postgresql://user:password@host/database. A database of its own is"
                    + " made there, and dropped.")
    private @Nullable String postgres;

    @Option(
            names = "--runs",
            defaultValue = "3",
            paramLabel = "N",
            description = "How often each rung is measured. Default: ${DEFAULT-VALUE}.")
    private int runs;

    boolean isAskedFor() {
        return measure;
    }

    /** @throws CommandFailure if the options make no sense */
    void check() {
        if (postgres != null && !measure) {
            throw new CommandFailure(ExitCode.USAGE, "--postgres is the server for --measure; say that, too");
        }
        if (runs < 1 || runs > MOST_RUNS) {
            throw new CommandFailure(ExitCode.USAGE, "expected 1 to " + MOST_RUNS + " runs: runs=" + runs);
        }
    }

    /**
     * @throws CommandFailure if the projection is to be measured and writes to tables that a database of its own would
     *     not have
     */
    void check(Projection projection) {
        if (measure && !projection.alsoWrites().isEmpty()) {
            throw new CommandFailure(
                    ExitCode.USAGE,
                    "projection " + projection.name() + " cannot be measured: it writes by SQL of its own to "
                            + String.join(", ", projection.alsoWrites())
                            + ", which only you can create; leave out --measure, its statements are priced all the same");
        }
    }

    MeasuredBill measure(Program program, Projection projection, RecordedStream stream, LadderSettings settings) {
        return postgres == null
                ? onEmbedded(program, projection, stream, settings)
                : on(Servers.settings(PostgresSetting.Server.at(postgres)), program, projection, stream, settings);
    }

    private MeasuredBill onEmbedded(
            Program program, Projection projection, RecordedStream stream, LadderSettings settings) {
        Path folder = temporaryFolder();
        try (EmbeddedServers servers = new EmbeddedServers()) {
            // In a folder of its own it waits for the disk, as it would not in memory.
            EmbeddedPostgres started = servers.startPostgres(Optional.of(folder));
            return on(
                    PostgresSettings.of(
                            started.jdbcUrl(), started.user(), started.password(), PostgresSetting.DEFAULT_SCHEMA),
                    program,
                    projection,
                    stream,
                    settings);
        } finally {
            delete(folder);
        }
    }

    private MeasuredBill on(
            PostgresSettings server,
            Program program,
            Projection projection,
            RecordedStream stream,
            LadderSettings settings) {
        try (MeasuredDatabase database = MeasuredDatabase.create(server, projection)) {
            return MeasuredBill.measure(projection, stream, settings, database, runs, (run, rung) -> {
                if (program.stop().isRaised()) {
                    throw new StoppedException();
                }
                if (rung == 1) {
                    program.console().err().println("Measuring, run " + run + " of " + runs + "…");
                }
            });
        }
    }

    private static Path temporaryFolder() {
        try {
            return Files.createTempDirectory("millrace-cost");
        } catch (IOException e) {
            throw new UncheckedIOException("expected a writable folder for temporary files", e);
        }
    }

    private static void delete(Path folder) {
        try (Stream<Path> files = Files.walk(folder)) {
            for (Path file : files.sorted(Comparator.reverseOrder()).toList()) {
                Files.deleteIfExists(file);
            }
        } catch (IOException e) {
            throw new UncheckedIOException("the temporary folder was expected to be deletable: " + folder, e);
        }
    }
}
