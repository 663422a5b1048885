package io.millrace.service;

import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;

/** The statements that make the schema. */
@Command(name = "schema", description = "Prints the SQL that an administrator runs where Millrace may not create.")
final class SchemaCommand implements Callable<Integer> {
    private final Program program;

    @Mixin
    private final ConfigurationOption configuration = new ConfigurationOption();

    SchemaCommand(Program program) {
        this.program = program;
    }

    @Override
    public Integer call() {
        program.console().out().println(configuration.read());
        return ExitCode.DONE.number();
    }
}
