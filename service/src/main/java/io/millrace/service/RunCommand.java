package io.millrace.service;

import io.millrace.projections.Projection;
import io.millrace.service.configuration.Configuration;
import io.millrace.service.configuration.ConfigurationException;
import io.millrace.sql.PostgresException;
import io.millrace.sql.StartRefusedException;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.Callable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;

/** The projector service. */
@Command(
        name = "run",
        description = {
            "Runs the projections of the configuration until it is stopped.",
            "",
            "Each projection has its own state, logged at each change: STARTING, CATCHING_UP, LIVE, RETRYING (with its"
                    + " cause), FENCED, FAILED, STOPPED. One that fails does not stop the others; the program ends"
                    + " when none is left. Ctrl-C and SIGTERM commit what is folded, and end within 10 seconds."
        })
final class RunCommand implements Callable<Integer> {
    private static final Logger LOG = LoggerFactory.getLogger(RunCommand.class);

    private final Program program;

    @Mixin
    private final ConfigurationOption configurationOption = new ConfigurationOption();

    @Mixin
    private final FormatOption format = new FormatOption();

    RunCommand(Program program) {
        this.program = program;
    }

    @Override
    public Integer call() {
        Configuration configuration = configurationOption.read();
        List<ExitCode> exitCodes = new ArrayList<>();
        try (ProjectionCatalog catalog = new ProjectionCatalog(configuration.plugins())) {
            Map<String, Projection> wanted = wanted(configuration, catalog);
            try (Servers servers = new Servers(configuration);
                    Projections projections = new Projections()) {
                wanted.forEach((name, projection) -> {
                    try {
                        projections.start(new ProjectionRun(
                                projection, servers, ProjectorTuning.of(configuration.optionsOf(name))));
                    } catch (StartRefusedException | PostgresException e) {
                        LOG.error("{}: FAILED: {}", name, e.getMessage(), e);
                        exitCodes.add(Failures.exitCode(e));
                    }
                });
                projections.awaitEnd(program.stop());
                format.print(program, projections.summaries());
                exitCodes.addAll(projections.exitCodes());
            }
        }
        return ExitCode.worst(exitCodes).number();
    }

    private static Map<String, Projection> wanted(Configuration configuration, ProjectionCatalog catalog) {
        Map<String, Projection> wanted = new LinkedHashMap<>();
        configuration.projections().keySet().forEach(name -> wanted.put(name, catalog.get(name)));
        if (wanted.isEmpty()) {
            throw new ConfigurationException("`projections` names none to run; known are " + catalog.names());
        }
        return wanted;
    }
}
