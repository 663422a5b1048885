package io.millrace.service;

import io.millrace.service.terminal.Logging;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.ScopeType;
import picocli.CommandLine.Spec;

/** The program itself; what it does is in its commands. */
@Command(
        name = "millrace",
        description = "Turns EventStoreDB and KurrentDB streams into PostgreSQL read models, every event counted once.",
        versionProvider = Version.class,
        mixinStandardHelpOptions = true,
        scope = ScopeType.INHERIT,
        synopsisSubcommandLabel = "COMMAND",
        usageHelpAutoWidth = false,
        sortOptions = false,
        descriptionHeading = "%n",
        optionListHeading = "%nOptions:%n",
        parameterListHeading = "%n",
        commandListHeading = "%nCommands:%n",
        exitCodeListHeading = "%nExit codes (the highest, when several apply):%n",
        exitCodeList = {
            "0:done, or stopped by a signal",
            "1:a projection failed; everything before the event that it names is committed",
            "2:wrong usage, configuration or input file",
            "3:a server cannot be reached, or does not let us in",
            "4:fenced: another writer moved the checkpoint",
            "5:refused at start: checkpoint, tables and store do not fit together",
            "6:`cost`: the stream costs more than its budget"
        },
        footer = "%nTry `millrace demo` first; `millrace COMMAND --help` tells more.")
final class Millrace implements Runnable {
    private final Program program;

    @Spec
    @SuppressWarnings("NullAway.Init") // picocli sets it
    private CommandSpec spec;

    private boolean verbose;

    Millrace(Program program) {
        this.program = program;
    }

    @Option(names = "--verbose", scope = ScopeType.INHERIT, description = "Say more in the log, and show stack traces.")
    void setVerbose(boolean verbose) {
        this.verbose = verbose;
        if (verbose) {
            Logging.to(program.console(), Logging.Volume.VERBOSE);
        }
    }

    boolean verbose() {
        return verbose;
    }

    @Override
    public void run() {
        throw new ParameterException(spec.commandLine(), "expected a command, e.g. `millrace demo`");
    }
}
