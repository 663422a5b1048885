package io.millrace.service.terminal;

import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStream;
import java.io.InputStreamReader;
import java.io.PrintWriter;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.util.Locale;
import java.util.Map;
import java.util.stream.Stream;

/**
 * Where the program talks to a person: results on {@code out}, everything else (progress, log lines, errors) on
 * {@code err}. Lines written to {@code err} and live lines take turns, so that neither garbles the other. Safe for use
 * by several threads.
 */
public final class Console {
    private static final int NARROWEST = 40;

    private final InputStream in;
    private final PrintWriter out;
    private final LiveLines err;
    private final Kind kind;

    /**
     * What kind of terminal there is.
     *
     * @param asks whether there is somebody to ask
     * @param colours whether {@code out} is a terminal
     * @param live whether {@code err} is a terminal, so that lines can be drawn anew
     * @param unicode whether it shows more than ASCII
     * @param columns its width
     */
    public record Kind(boolean asks, boolean colours, boolean live, boolean unicode, int columns) {
        public static final Kind NO_TERMINAL = new Kind(false, false, false, true, 100);

        public Kind {
            columns = Math.max(NARROWEST, columns);
        }

        /**
         * What the start script found out: Java cannot ask whether a single stream is a terminal, nor how wide it is,
         * without native code. {@code millrace.terminal} holds the numbers of the streams that are terminals, e.g.
         * {@code 012}.
         */
        static Kind ofProcess() {
            String streams = System.getProperty("millrace.terminal", "");
            boolean plain = System.getenv("NO_COLOR") != null;
            return new Kind(
                    streams.contains("0") && streams.contains("2"),
                    streams.contains("1") && !plain,
                    streams.contains("2") && !"dumb".equals(System.getenv("TERM")),
                    unicodeIn(System.getenv()),
                    Integer.getInteger("millrace.terminal.columns", NO_TERMINAL.columns()));
        }

        private static boolean unicodeIn(Map<String, String> environment) {
            return Stream.of("LC_ALL", "LC_CTYPE", "LANG")
                    .map(name -> environment.getOrDefault(name, ""))
                    .filter(value -> !value.isEmpty())
                    .findFirst()
                    .filter(value ->
                            value.toUpperCase(Locale.ROOT).replace("-", "").contains("UTF8"))
                    .isPresent();
        }
    }

    public Console(InputStream in, PrintWriter out, PrintWriter err, Kind kind) {
        this.in = in;
        this.out = out;
        this.err = new LiveLines(err, kind.live());
        this.kind = kind;
    }

    /** The console of this process. */
    public static Console ofProcess() {
        return new Console(
                System.in,
                new PrintWriter(System.out, true, StandardCharsets.UTF_8),
                new PrintWriter(System.err, true, StandardCharsets.UTF_8),
                Kind.ofProcess());
    }

    public InputStream in() {
        return in;
    }

    public PrintWriter out() {
        return out;
    }

    public LiveLines err() {
        return err;
    }

    public Kind kind() {
        return kind;
    }

    /** A heading on {@code out}: bold, where that can be shown. */
    public String strong(String text) {
        return kind.colours() ? "\u001b[1m" + text + "\u001b[0m" : text;
    }

    /** Asks, and takes nothing but "yes" for yes. */
    public boolean agrees(String question) {
        err.ask(question + " [yes/no] ");
        try {
            String answer = new BufferedReader(new InputStreamReader(in, StandardCharsets.UTF_8)).readLine();
            return answer != null && answer.strip().equalsIgnoreCase("yes");
        } catch (IOException e) {
            throw new UncheckedIOException("expected an answer on the terminal", e);
        }
    }
}
