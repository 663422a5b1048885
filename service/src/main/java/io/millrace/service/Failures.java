package io.millrace.service;

import io.millrace.projections.EventSourceException;
import io.millrace.service.configuration.ConfigurationException;
import io.millrace.service.terminal.Console;
import java.io.PrintWriter;
import java.io.StringWriter;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import picocli.CommandLine.ParameterException;

/** Says on the console, in one sentence, why a command ends. */
final class Failures {
    private static final Logger LOG = LoggerFactory.getLogger(Failures.class);
    private static final String NAME = "millrace: ";

    private Failures() {}

    /** The command line itself was wrong. */
    static int usage(Console console, ParameterException e) {
        console.err().println(NAME + e.getMessage());
        console.err().println("Try `" + e.getCommandLine().getCommandSpec().qualifiedName() + " --help`.");
        return ExitCode.USAGE.number();
    }

    /** A command ended by throwing. */
    static ExitCode report(Console console, Throwable e, boolean verbose) {
        console.err().discard();
        console.err().println(NAME + sentence(e));
        if (verbose) {
            StringWriter trace = new StringWriter();
            e.printStackTrace(new PrintWriter(trace, true));
            console.err().println(trace.toString().stripTrailing());
        }
        return exitCode(e);
    }

    private static String sentence(Throwable e) {
        String message = e.getMessage();
        if (exitCodeKnown(e) && message != null) {
            return message;
        }
        LOG.debug("unexpected", e);
        return "unexpected " + e.getClass().getSimpleName() + (message == null ? "" : ": " + message)
                + " (this is an error in Millrace; --verbose shows where)";
    }

    private static boolean exitCodeKnown(Throwable e) {
        return e instanceof CommandFailure || e instanceof ConfigurationException || e instanceof EventSourceException;
    }

    private static ExitCode exitCode(Throwable e) {
        if (e instanceof CommandFailure failure) {
            return failure.exitCode();
        }
        if (e instanceof ConfigurationException) {
            return ExitCode.USAGE;
        }
        if (e instanceof EventSourceException source) {
            return exitCode(source.kind());
        }
        return ExitCode.PROJECTION_FAILED;
    }

    static ExitCode exitCode(EventSourceException.Kind kind) {
        return switch (kind) {
            case UNREACHABLE, DENIED -> ExitCode.UNREACHABLE;
            case OTHER_HISTORY -> ExitCode.REFUSED;
            case INVALID -> ExitCode.PROJECTION_FAILED;
        };
    }
}
