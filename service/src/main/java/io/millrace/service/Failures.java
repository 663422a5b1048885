package io.millrace.service;

import io.millrace.batching.CommitOutcome;
import io.millrace.batching.ParkedRetry;
import io.millrace.eventstore.AppendException;
import io.millrace.projections.EventSourceException;
import io.millrace.service.configuration.ConfigurationException;
import io.millrace.service.configuration.NearestName;
import io.millrace.service.imports.BadLineException;
import io.millrace.service.terminal.Console;
import io.millrace.sql.PostgresException;
import io.millrace.sql.StartRefusedException;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.util.Collection;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.UnmatchedArgumentException;

/** Says on the console, in one sentence, why a command ends. */
final class Failures {
    private static final String NAME = "millrace: ";

    private Failures() {}

    /** The command line itself was wrong. */
    static int usage(Console console, ParameterException e) {
        console.err().println(NAME + sentence(e));
        console.err().println("Try `" + e.getCommandLine().getCommandSpec().qualifiedName() + " --help`.");
        return ExitCode.USAGE.number();
    }

    private static String sentence(ParameterException e) {
        if (e instanceof UnmatchedArgumentException unmatched) {
            return unknown(unmatched.getUnmatched().get(0), e.getCommandLine().getCommandSpec());
        }
        return String.valueOf(e.getMessage());
    }

    private static String unknown(String argument, CommandSpec spec) {
        boolean option = argument.startsWith("-");
        Collection<String> known =
                option ? spec.optionsMap().keySet() : spec.subcommands().keySet();
        return NearestName.to(argument, known)
                .map(nearest -> "unknown " + (option ? "option" : "command") + " `" + argument + "`; did you mean `"
                        + nearest + "`?")
                .orElse("unknown " + (option ? "option" : "argument") + " `" + argument + "`");
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

    /** What is said of it, without a stack trace. */
    static String sentence(Throwable e) {
        String message = e.getMessage();
        if (isSentence(e) && message != null) {
            return message;
        }
        return "unexpected " + e.getClass().getSimpleName() + (message == null ? "" : ": " + message)
                + " (this is an error in Millrace; --verbose shows where)";
    }

    /** Our own exceptions are written for the person who reads them. */
    private static boolean isSentence(Throwable e) {
        return e.getClass().getPackageName().startsWith("io.millrace.");
    }

    static ExitCode exitCode(Throwable e) {
        if (e instanceof CommandFailure failure) {
            return failure.exitCode();
        }
        if (e instanceof ConfigurationException || e instanceof BadLineException) {
            return ExitCode.USAGE;
        }
        if (e instanceof EventSourceException source) {
            return exitCode(source.kind());
        }
        if (e instanceof PostgresException postgres) {
            return exitCode(postgres.kind());
        }
        if (e instanceof AppendException append) {
            return exitCode(append.kind());
        }
        if (e instanceof ParkedRetry.RefusedException refused) {
            return exitCode(refused.outcome());
        }
        return e instanceof StartRefusedException ? ExitCode.REFUSED : ExitCode.PROJECTION_FAILED;
    }

    private static ExitCode exitCode(CommitOutcome outcome) {
        if (outcome instanceof CommitOutcome.Fenced) {
            return ExitCode.FENCED;
        }
        return outcome instanceof CommitOutcome.Unavailable ? ExitCode.UNREACHABLE : ExitCode.PROJECTION_FAILED;
    }

    private static ExitCode exitCode(PostgresException.Kind kind) {
        return switch (kind) {
            case UNREACHABLE, DENIED, TLS -> ExitCode.UNREACHABLE;
            case CONFIGURATION -> ExitCode.USAGE;
            case FAILED -> ExitCode.REFUSED;
        };
    }

    private static ExitCode exitCode(AppendException.Kind kind) {
        return switch (kind) {
            case UNREACHABLE, DENIED -> ExitCode.UNREACHABLE;
            case WRONG_REVISION -> ExitCode.FENCED;
            case TOO_LARGE, INVALID -> ExitCode.USAGE;
        };
    }

    private static ExitCode exitCode(EventSourceException.Kind kind) {
        return switch (kind) {
            case UNREACHABLE, DENIED -> ExitCode.UNREACHABLE;
            case OTHER_HISTORY -> ExitCode.REFUSED;
            case INVALID -> ExitCode.PROJECTION_FAILED;
        };
    }
}
