package io.millrace.service;

import io.millrace.service.terminal.Console;
import java.io.ByteArrayInputStream;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import java.util.function.BooleanSupplier;

/** The program in this process, with arguments and input as a shell would give them. */
final class TestProgram {
    private static final Duration PATIENCE = Duration.ofMinutes(3);

    private final StringWriter out = new StringWriter();
    private final StringWriter err = new StringWriter();
    private final StopSignal stop = new StopSignal();
    private final CompletableFuture<Integer> exitCode = new CompletableFuture<>();

    private TestProgram(String input, Console.Kind kind, String... args) {
        Console console = new Console(
                new ByteArrayInputStream(input.getBytes(StandardCharsets.UTF_8)),
                new PrintWriter(out, true),
                new PrintWriter(err, true),
                kind);
        Thread thread = new Thread(() -> exitCode.complete(Main.run(new Program(console, stop), args)));
        thread.setDaemon(true);
        thread.start();
    }

    /** How a command ended, and what it printed. */
    record Ended(int exitCode, String out, String err) {
        List<String> lines() {
            return out.lines().toList();
        }
    }

    static TestProgram start(String... args) {
        return new TestProgram("", Console.Kind.NO_TERMINAL, args);
    }

    static Ended run(String... args) {
        return start(args).awaitEnd();
    }

    /** With results that somebody reads in so many columns. */
    static Ended runIn(int columns, String... args) {
        return new TestProgram("", new Console.Kind(false, false, false, true, columns), args).awaitEnd();
    }

    static Ended runWithInput(String input, String... args) {
        return new TestProgram(input, Console.Kind.NO_TERMINAL, args).awaitEnd();
    }

    /** On a terminal, where somebody answers. */
    static Ended runAndAnswer(String answer, String... args) {
        return new TestProgram(answer + "\n", new Console.Kind(true, false, false, true, 100), args).awaitEnd();
    }

    Ended awaitEnd() {
        int code =
                exitCode.orTimeout(PATIENCE.toMillis(), TimeUnit.MILLISECONDS).join();
        return new Ended(code, out.toString(), err.toString());
    }

    Ended stop() {
        stop.raise();
        return awaitEnd();
    }

    boolean isRunning() {
        return !exitCode.isDone();
    }

    String out() {
        return out.toString();
    }

    String err() {
        return err.toString();
    }

    void awaitErr(String text) {
        await(() -> err().contains(text), () -> "expected \"" + text + "\" in:\n" + err());
    }

    static void await(BooleanSupplier condition, java.util.function.Supplier<String> otherwise) {
        long deadline = System.nanoTime() + PATIENCE.toNanos();
        while (!condition.getAsBoolean()) {
            if (System.nanoTime() - deadline > 0) {
                throw new AssertionError(otherwise.get());
            }
            try {
                Thread.sleep(20);
            } catch (InterruptedException e) {
                Thread.currentThread().interrupt();
                throw new AssertionError("interrupted", e);
            }
        }
    }
}
