package io.millrace.it;

import io.millrace.service.Main;
import io.millrace.service.Program;
import io.millrace.service.StopSignal;
import io.millrace.service.terminal.Console;
import java.io.InputStream;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.time.Duration;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;

/** Runs the program in this process, with the arguments that a shell would give it. */
public final class Cli {

    /** How a command ended, and what it printed. */
    public record Result(int exitCode, String out, String err) {
        @Override
        public String toString() {
            return "exit code " + exitCode + "\n-- out --\n" + out + "\n-- err --\n" + err;
        }
    }

    /** A command that runs until it is stopped, as by Ctrl-C. */
    public static final class Running implements AutoCloseable {
        private final StopSignal stop = new StopSignal();
        private final StringWriter out = new StringWriter();
        private final StringWriter err = new StringWriter();
        private final CompletableFuture<Integer> ended = new CompletableFuture<>();

        private Running(String... args) {
            Console console = new Console(
                    InputStream.nullInputStream(),
                    new PrintWriter(out, true),
                    new PrintWriter(err, true),
                    Console.Kind.NO_TERMINAL);
            Thread thread = new Thread(() -> {
                try {
                    ended.complete(Main.run(new Program(console, stop), args));
                } catch (Throwable e) {
                    ended.completeExceptionally(e);
                }
            });
            thread.setName("it-" + String.join(" ", args));
            thread.setDaemon(true);
            thread.start();
        }

        /** Waits for it to end by itself. */
        public Result await(Duration atMost) {
            int exitCode =
                    ended.orTimeout(atMost.toMillis(), TimeUnit.MILLISECONDS).join();
            return new Result(exitCode, out.toString(), err.toString());
        }

        /** Asks it to stop, and waits for at most twice the 10 s that it promises. */
        public Result stop() {
            stop.raise();
            return await(Duration.ofSeconds(20));
        }

        public boolean hasEnded() {
            return ended.isDone();
        }

        /** What it has logged so far. */
        public String err() {
            return err.toString();
        }

        @Override
        public void close() {
            stop();
        }
    }

    private Cli() {}

    public static Running start(String... args) {
        return new Running(args);
    }

    public static Result run(String... args) {
        return start(args).await(Duration.ofMinutes(5));
    }
}
