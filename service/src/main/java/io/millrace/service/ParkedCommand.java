package io.millrace.service;

import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Spec;

/** Events that could not be handled, and were put aside. */
@Command(
        name = "parked",
        description = {
            "Shows the events that were parked because they could not be handled, retries or discards them.",
            "",
            "With `on-poison: park` in the configuration an event that cannot be handled is put aside with its error,"
                    + " and later events of its stream follow it. Once the cause is mended, `retry` handles them in"
                    + " order; rows and removal are committed together. A projector that runs makes way for it, and goes"
                    + " on by itself."
        })
final class ParkedCommand implements Runnable {
    @Spec
    @SuppressWarnings("NullAway.Init") // picocli sets it
    private CommandSpec spec;

    static CommandLine commandLine(Program program) {
        return new CommandLine(new ParkedCommand())
                .addSubcommand(new ParkedListCommand(program))
                .addSubcommand(new ParkedShowCommand(program))
                .addSubcommand(new ParkedRetryCommand(program))
                .addSubcommand(new ParkedDiscardCommand(program));
    }

    @Override
    public void run() {
        throw new ParameterException(spec.commandLine(), "expected list, show, retry or discard");
    }
}
