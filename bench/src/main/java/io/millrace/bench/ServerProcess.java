package io.millrace.bench;

import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;
import java.util.concurrent.TimeUnit;

/** An {@link EventStoreServer} and its process. */
public final class ServerProcess implements AutoCloseable {
    private static final int USUAL_APPEND_BYTES = 1 << 20;

    private final Process process;
    private final int port;

    private ServerProcess(Process process, int port) {
        this.process = process;
        this.port = port;
    }

    static ServerProcess start(boolean links) throws IOException {
        return start(links, 0, USUAL_APPEND_BYTES);
    }

    /**
     * Starts a store in a process of its own, and waits until it serves.
     *
     * @param links whether the system projections write
     * @param eventsPerSecond that a subscription gets at most; 0 for as many as there are
     */
    public static ServerProcess start(boolean links, long eventsPerSecond, int maxAppendBytes) throws IOException {
        Process process = new ProcessBuilder(
                        Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                        "-Dslf4j.internal.verbosity=ERROR",
                        "-Xms1g", // growing it would be in what the drain is measured by
                        "-XX:+AlwaysPreTouch",
                        "-cp",
                        System.getProperty("java.class.path"),
                        EventStoreServer.class.getName(),
                        Boolean.toString(links),
                        Long.toString(eventsPerSecond),
                        Integer.toString(maxAppendBytes))
                .redirectError(ProcessBuilder.Redirect.INHERIT)
                .start();
        String line =
                new BufferedReader(new InputStreamReader(process.getInputStream(), StandardCharsets.UTF_8)).readLine();
        if (line == null) {
            throw new IOException("a server that prints its port was expected; what it said is above");
        }
        return new ServerProcess(process, Integer.parseInt(line));
    }

    public int port() {
        return port;
    }

    /** What it has used of all cores together since it began. */
    public Duration cpu() {
        return process.info()
                .totalCpuDuration()
                .orElseThrow(() -> new IllegalStateException("a system that tells a process's CPU time was expected"));
    }

    @Override
    public void close() throws IOException {
        process.getOutputStream().close();
        try {
            if (!process.waitFor(20, TimeUnit.SECONDS)) {
                process.destroyForcibly();
            }
        } catch (InterruptedException e) {
            process.destroyForcibly();
            Thread.currentThread().interrupt();
        }
    }
}
