package io.millrace.service;

import io.millrace.service.terminal.Console;
import io.millrace.service.terminal.Logging;
import java.io.PrintWriter;
import java.io.Writer;
import java.time.Duration;
import java.util.List;
import org.jline.utils.Signals;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import picocli.CommandLine;
import picocli.CommandLine.Help.Ansi;

/** Where the program begins. */
public final class Main {
    private static final List<String> STOP_SIGNALS = List.of("INT", "TERM");

    /** A stop may take 10 s, the end of the process included. */
    private static final Duration STOP_WITHIN = Duration.ofMillis(9_500);

    private static final Logger LOG = LoggerFactory.getLogger(Main.class);

    private Main() {}

    public static void main(String... args) {
        StopSignal stop = new StopSignal();
        // Not in a shutdown hook: hooks run all at once, and embedded servers have theirs.
        for (String signal : STOP_SIGNALS) {
            Signals.register(signal, () -> stopOrGiveUp(stop));
        }
        System.exit(run(new Program(Console.ofProcess(), stop), args));
    }

    private static void stopOrGiveUp(StopSignal stop) {
        if (stop.isRaised()) {
            Runtime.getRuntime().halt(ExitCode.DONE.number());
        }
        Thread watch = new Thread(Main::endInTime, "millrace-stop");
        watch.setDaemon(true);
        watch.start();
        stop.raise();
    }

    private static void endInTime() {
        try {
            Thread.sleep(STOP_WITHIN.toMillis());
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
        System.err.println("millrace: ended after " + STOP_WITHIN.toSeconds()
                + " s of stopping; what was not committed will be read again");
        Runtime.getRuntime().halt(ExitCode.DONE.number());
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
                .addSubcommand(new DemoCommand(program))
                .addSubcommand(new RunCommand(program))
                .addSubcommand(new ReplayCommand(program))
                .addSubcommand(new StatusCommand(program))
                .addSubcommand(ParkedCommand.commandLine(program))
                .addSubcommand(new ImportCommand(program))
                .addSubcommand(new SchemaCommand(program))
                .addSubcommand(new CostCommand(program))
                .addSubcommand(new EventStoreCommand(program));
        return commandLine
                .setOut(program.console().out())
                .setErr(new PrintWriter(Writer.nullWriter()))
                .setColorScheme(CommandLine.Help.defaultColorScheme(colours))
                .setUsageHelpWidth(Math.min(100, program.console().kind().columns()))
                .setUsageHelpLongOptionsMaxWidth(32)
                .setCaseInsensitiveEnumValuesAllowed(true)
                .setParameterExceptionHandler((e, args) -> Failures.usage(program.console(), e))
                .setExecutionExceptionHandler((e, failed, parsed) ->
                        exitCode(program, e, millrace.verbose()).number());
    }

    /** What fails because it is being stopped, did not fail: Ctrl-C reaches child processes, too. */
    private static ExitCode exitCode(Program program, Exception e, boolean verbose) {
        if (program.stop().isRaised()) {
            LOG.debug("Stopped.", e);
            return ExitCode.DONE;
        }
        return Failures.report(program.console(), e, verbose);
    }
}
