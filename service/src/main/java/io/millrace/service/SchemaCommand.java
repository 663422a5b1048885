package io.millrace.service;

import io.millrace.projections.Projection;
import io.millrace.service.configuration.Configuration;
import io.millrace.service.configuration.PostgresSetting;
import io.millrace.sql.PostgresSettings;
import io.millrace.sql.PostgresStore;
import java.util.List;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

/** The statements that make the schema. */
@Command(
        name = "schema",
        description = "Prints the SQL that an administrator runs where Millrace may not create tables itself.")
final class SchemaCommand implements Callable<Integer> {
    private static final String NO_SERVER = "jdbc:postgresql://localhost/postgres";

    private final Program program;

    @Option(names = "--print", description = "Print the statements; nothing is run.")
    private boolean print;

    @Mixin
    private final ConfigurationOption configurationOption = new ConfigurationOption();

    SchemaCommand(Program program) {
        this.program = program;
    }

    @Override
    public Integer call() {
        if (!print) {
            throw new CommandFailure(ExitCode.USAGE, "expected --print: nothing else can be done with the schema yet");
        }
        Configuration configuration = configurationOption.read();
        try (ProjectionCatalog catalog = new ProjectionCatalog(configuration.plugins())) {
            List<Projection> projections = configuration.projections().keySet().stream()
                    .map(catalog::get)
                    .toList();
            program.console().out().println(PostgresStore.schemaScript(settings(configuration), projections));
        }
        return ExitCode.DONE.number();
    }

    private static PostgresSettings settings(Configuration configuration) {
        return configuration.postgres() instanceof PostgresSetting.Server server
                ? Servers.settings(server)
                : PostgresSettings.of(
                        NO_SERVER, "", "", configuration.postgres().schema());
    }
}
