package io.millrace.service;

import io.millrace.checkpoint.lease.Bid;
import io.millrace.projections.Projection;
import io.millrace.service.configuration.Configuration;
import io.millrace.service.configuration.ConfigurationException;
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
            "Any number of programs may run the same configuration: each projection is run by one of them, and another"
                    + " takes it over within 5 seconds when that one is gone, at once when it is stopped.",
            "",
            "Each projection has its own state, logged at each change: STANDBY (another program runs it), STARTING,"
                    + " CATCHING_UP, LIVE, RETRYING (with its cause), FENCED (another one has taken it over; then"
                    + " STANDBY), FAILED, STOPPED. One that fails does not stop the others; the program ends when none"
                    + " is left. Ctrl-C and SIGTERM commit what is folded, and end within 10 seconds."
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
        try (ProjectionCatalog catalog = new ProjectionCatalog(configuration.plugins())) {
            Map<String, Projection> wanted = wanted(configuration, catalog);
            try (Servers servers = new Servers(configuration)) {
                LOG.info(
                        "Connections to PostgreSQL, at most: {}",
                        servers.postgres().requireConnections(wanted.size()));
                servers.postgres().prepareLeases(wanted.values());
                try (Grouping grouping = new Grouping(servers, wanted.size() > 1);
                        LeasedProjections projections = new LeasedProjections(
                                servers.postgres(),
                                wanted.keySet(),
                                Bid.SHARE,
                                (name, epoch, watch) -> new Membership(
                                        grouping,
                                        servers.postgres().ready(catalog.get(name), epoch),
                                        ProjectorTuning.of(configuration.optionsOf(name)),
                                        watch,
                                        List.of()))) {
                    projections.start();
                    projections.awaitEnd(program.stop());
                    format.print(program, projections.summaries());
                    return ExitCode.worst(projections.exitCodes()).number();
                }
            }
        }
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
