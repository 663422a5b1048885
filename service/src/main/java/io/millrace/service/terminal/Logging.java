package io.millrace.service.terminal;

import ch.qos.logback.classic.Level;
import ch.qos.logback.classic.Logger;
import ch.qos.logback.classic.LoggerContext;
import ch.qos.logback.classic.PatternLayout;
import ch.qos.logback.classic.spi.Configurator;
import ch.qos.logback.classic.spi.ILoggingEvent;
import ch.qos.logback.core.AppenderBase;
import ch.qos.logback.core.spi.ContextAwareBase;
import java.io.PrintWriter;
import java.nio.charset.StandardCharsets;
import java.util.logging.LogManager;
import org.slf4j.LoggerFactory;

/**
 * Log lines on the console, above whatever is drawn live. Libraries say only what went wrong, and stack traces only
 * come with {@code --verbose}: an operator reads sentences.
 */
public final class Logging extends ContextAwareBase implements Configurator {
    private static final String LINE = "%d{yyyy-MM-dd HH:mm:ss.SSS} %-5level %msg%n";
    private static final String SENTENCES = LINE + "%nopex";
    private static final String EVERYTHING = "%d{yyyy-MM-dd HH:mm:ss.SSS} %-5level [%thread] %logger{30}: %msg%n%ex";

    /** How much is said. */
    public enum Volume {
        /** Only what needs a person. */
        WARNINGS,
        /** And what the projectors do. */
        NORMAL,
        /** And everything that helps to find an error, with stack traces. */
        VERBOSE
    }

    /** Before the program has a console, and where there is none: to {@code System.err}. */
    @Override
    public ExecutionStatus configure(LoggerContext context) {
        PrintWriter stderr = new PrintWriter(System.err, true, StandardCharsets.UTF_8);
        set(context, new LiveLines(stderr, false), Volume.NORMAL);
        return ExecutionStatus.DO_NOT_INVOKE_NEXT_IF_ANY;
    }

    /** Sends log lines to this console from now on. */
    public static void to(Console console, Volume volume) {
        if (LoggerFactory.getILoggerFactory() instanceof LoggerContext context) {
            set(context, console.err(), volume);
        }
    }

    /** gRPC logs what it also throws, by way of the JDK; it is left to speak only when everything is asked for. */
    private static void quietJdkLogging(Volume volume) {
        if (volume != Volume.VERBOSE) {
            LogManager.getLogManager().reset();
        }
    }

    private static void set(LoggerContext context, LiveLines lines, Volume volume) {
        quietJdkLogging(volume);
        context.reset();
        PatternLayout layout = new PatternLayout();
        layout.setContext(context);
        layout.setPattern(volume == Volume.VERBOSE ? EVERYTHING : SENTENCES);
        layout.start();
        AppenderBase<ILoggingEvent> appender = new ToLines(layout, lines);
        appender.setContext(context);
        appender.start();
        Logger root = context.getLogger(Logger.ROOT_LOGGER_NAME);
        root.setLevel(volume == Volume.VERBOSE ? Level.INFO : Level.ERROR);
        root.addAppender(appender);
        context.getLogger("io.millrace")
                .setLevel(
                        switch (volume) {
                            case WARNINGS -> Level.WARN;
                            case NORMAL -> Level.INFO;
                            case VERBOSE -> Level.DEBUG;
                        });
    }

    private static final class ToLines extends AppenderBase<ILoggingEvent> {
        private final PatternLayout layout;
        private final LiveLines lines;

        ToLines(PatternLayout layout, LiveLines lines) {
            this.layout = layout;
            this.lines = lines;
        }

        @Override
        protected void append(ILoggingEvent event) {
            lines.println(layout.doLayout(event).stripTrailing());
        }
    }
}
