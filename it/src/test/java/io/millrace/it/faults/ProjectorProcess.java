package io.millrace.it.faults;

import io.millrace.service.Main;
import java.io.File;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/** The shipped program as a process of its own, which can be killed and frozen. Its output goes to a file. */
final class ProjectorProcess implements AutoCloseable {
    private static final List<String> JVM =
            List.of("-XX:+UseSerialGC", "-XX:TieredStopAtLevel=1", "-Xshare:auto", "-Xmx512m");

    private static final Path DISTRIBUTIONS = Path.of("..", "service", "target");
    private static final String LIBRARIES = File.separator + "lib" + File.separator;
    private static final String EMBEDDED = LIBRARIES + "embedded" + File.separator;
    private static final Path CLASSES =
            Path.of("target", "projector-" + ProcessHandle.current().pid() + ".jsa");
    private static final String CLASS_PATH = shippedClassPath();

    static {
        CLASSES.toFile().deleteOnExit();
    }

    private final Process process;
    private final Path output;

    private ProjectorProcess(Process process, Path output) {
        this.process = process;
        this.output = output;
    }

    static ProjectorProcess start(Path output, String... arguments) {
        return start(
                output, Files.exists(CLASSES) ? List.of("-XX:SharedArchiveFile=" + CLASSES) : List.of(), arguments);
    }

    /** Runs a command to its end, and keeps the classes that it has loaded for quicker starts of those after it. */
    static void train(Path output, String... arguments) {
        try (ProjectorProcess process = start(output, List.of("-XX:ArchiveClassesAtExit=" + CLASSES), arguments)) {
            if (process.awaitEnd(Duration.ofMinutes(2)) != 0) {
                throw new AssertionError("expected the command to succeed; it said:\n" + process.output());
            }
        }
    }

    private static ProjectorProcess start(Path output, List<String> options, String... arguments) {
        List<String> command = new ArrayList<>();
        command.add(Path.of(System.getProperty("java.home"), "bin", "java").toString());
        command.addAll(JVM);
        command.addAll(options);
        command.addAll(List.of("-cp", CLASS_PATH, Main.class.getName()));
        command.addAll(Arrays.asList(arguments));
        try {
            Process process = new ProcessBuilder(command)
                    .redirectErrorStream(true)
                    .redirectOutput(output.toFile())
                    .start();
            return new ProjectorProcess(process, output);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** The jars of the distribution that this build has made, as its start script has them. */
    private static String shippedClassPath() {
        try (Stream<Path> files = Files.walk(DISTRIBUTIONS, 4)) {
            String jars = files.map(Path::toString)
                    .filter(file -> file.endsWith(".jar") && file.contains(LIBRARIES) && !file.contains(EMBEDDED))
                    .sorted()
                    .collect(Collectors.joining(File.pathSeparator));
            if (jars.isEmpty()) {
                throw new IllegalStateException("no distribution in " + DISTRIBUTIONS.toAbsolutePath()
                        + "; build it by `mvn package -pl service -am`");
            }
            return jars;
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    long processId() {
        return process.pid();
    }

    boolean isAlive() {
        return process.isAlive();
    }

    /** SIGKILL; returns when it is gone. */
    void kill() {
        process.destroyForcibly();
        awaitEnd(Duration.ofSeconds(30));
    }

    /** SIGSTOP. */
    void freeze() {
        signal("STOP");
    }

    /** SIGCONT. */
    void thaw() {
        signal("CONT");
    }

    /** SIGTERM. */
    int stop() {
        process.destroy();
        return awaitEnd(Duration.ofSeconds(20));
    }

    private void signal(String name) {
        try {
            int exitCode = new ProcessBuilder("kill", "-" + name, Long.toString(process.pid()))
                    .start()
                    .waitFor();
            if (exitCode != 0) {
                throw new IllegalStateException("kill -" + name + " was expected to work: exitCode=" + exitCode);
            }
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new IllegalStateException("interrupted", e);
        }
    }

    /** Its exit code. */
    int awaitEnd(Duration atMost) {
        try {
            if (!process.waitFor(atMost.toMillis(), TimeUnit.MILLISECONDS)) {
                throw new AssertionError("expected the projector to end within " + atMost + "; it said:\n" + output());
            }
            return process.exitValue();
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new IllegalStateException("interrupted", e);
        }
    }

    /** What it has printed and logged so far. */
    String output() {
        try {
            return Files.readString(output);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** In how many of its lines so far. */
    int said(String text) {
        return (int) output().lines().filter(line -> line.contains(text)).count();
    }

    void awaitOutput(String text, Duration atMost) throws Exception {
        Await.until(atMost, () -> text + " in the output:\n" + output(), () -> output().contains(text));
    }

    @Override
    public void close() {
        process.destroyForcibly();
    }
}
