package io.millrace.service;

import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;

/** The projector service. */
@Command(
        name = "run",
        description = {
            "Runs the projections of the configuration until it is stopped.",
            "",
            "Each projection has its own state, logged at each change. One that fails does not stop the others; the "
                    + "program ends when none is left."
        })
final class RunCommand implements Callable<Integer> {
    private final Program program;

    @Mixin
    private final ConfigurationOption configuration = new ConfigurationOption();

    RunCommand(Program program) {
        this.program = program;
    }

    @Override
    public Integer call() {
        program.console().out().println(configuration.read());
        return ExitCode.DONE.number();
    }
}
