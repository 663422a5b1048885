package io.millrace.service;

import io.millrace.service.terminal.Console;
import io.millrace.service.terminal.Logging;
import java.time.Duration;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import picocli.CommandLine;
import picocli.CommandLine.Help.Ansi;

/** Where the program begins. */
public final class Main {
    /** How long a stop may take, all in all. */
    private static final Duration STOP_WITHIN = Duration.ofSeconds(10);

    /** What is left of it when the commands are given up, for the process to end. */
    private static final Duration MARGIN = Duration.ofMillis(500);

    private Main() {}

    public static void main(String... args) {
        StopSignal stop = new StopSignal();
        CompletableFuture<Integer> ended = new CompletableFuture<>();
        Runtime.getRuntime().addShutdownHook(new Thread(() -> endBySignal(stop, ended), "millrace-stop"));
        int exitCode = run(new Program(Console.ofProcess(), stop), args);
        ended.complete(exitCode);
        System.exit(exitCode);
    }

    /**
     * Runs one command, as a process would, and returns its exit code. Ends no process and waits for no signal but the
     * program's own.
     */
    public static int run(Program program, String... args) {
        Logging.to(program.console(), Logging.Volume.NORMAL);
        return commandLine(program).execute(args);
    }

    static CommandLine commandLine(Program program) {
        Ansi colours = program.console().kind().colours() ? Ansi.ON : Ansi.OFF;
        Millrace millrace = new Millrace(program);
        CommandLine commandLine = new CommandLine(millrace)
                .addSubcommand(new RunCommand(program))
                .addSubcommand(new ReplayCommand(program))
                .addSubcommand(new StatusCommand(program))
                .addSubcommand(new ImportCommand(program))
                .addSubcommand(new SchemaCommand(program));
        return commandLine
                .setOut(program.console().out())
                .setErr(new java.io.PrintWriter(java.io.Writer.nullWriter()))
                .setColorScheme(CommandLine.Help.defaultColorScheme(colours))
                .setUsageHelpWidth(Math.min(100, program.console().kind().columns()))
                .setUsageHelpLongOptionsMaxWidth(32)
                .setCaseInsensitiveEnumValuesAllowed(true)
                .setParameterExceptionHandler((e, args) -> Failures.usage(program.console(), e))
                .setExecutionExceptionHandler(
                        (e, failed, parsed) -> Failures.report(program.console(), e, millrace.verbose())
                                .number());
    }

    /**
     * Runs in the shutdown hook, where the JVM waits for it, and ends the process with the command's own exit code: after
     * a signal the JVM would say 143 or 130, and "stopped by a signal" is a good end. When the command ends by itself,
     * its exit code is there already and nothing is left to do.
     */
    private static void endBySignal(StopSignal stop, CompletableFuture<Integer> ended) {
        if (ended.isDone()) {
            return;
        }
        stop.raise();
        try {
            long patience = STOP_WITHIN.minus(MARGIN).toMillis();
            Runtime.getRuntime().halt(ended.get(patience, TimeUnit.MILLISECONDS));
        } catch (TimeoutException e) {
            System.err.println("millrace: not stopped within " + STOP_WITHIN.toSeconds()
                    + " s, ended; what was not committed will be read again");
            Runtime.getRuntime().halt(ExitCode.DONE.number());
        } catch (InterruptedException | java.util.concurrent.ExecutionException e) {
            Runtime.getRuntime().halt(ExitCode.PROJECTION_FAILED.number());
        }
    }
}
