package io.millrace.embedded;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Comparator;
import java.util.List;
import java.util.NoSuchElementException;
import java.util.concurrent.locks.LockSupport;
import java.util.function.BooleanSupplier;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/**
 * A PostgreSQL that runs as a child of this process: for development and tests, not for production.
 *
 * <p>Works as root too. Trusts every local user; {@link #password()} is there for those who must name one. Thread-safe.
 */
public final class EmbeddedPostgres implements AutoCloseable {
    private static final String USER = "postgres";
    private static final Duration PATIENCE = Duration.ofSeconds(60);
    private static final Duration LOOK_AGAIN = Duration.ofMillis(5);

    private final Path dataFolder;
    private final boolean temporary;
    private final int port;
    private io.zonky.test.db.postgres.embedded.@Nullable EmbeddedPostgres running;
    /** The one that runs, or ran last. */
    private ProcessHandle postmaster;

    private EmbeddedPostgres(Path dataFolder, boolean temporary) {
        this.dataFolder = dataFolder;
        this.temporary = temporary;
        this.port = FreePort.find();
        this.running = launch();
        this.postmaster = findPostmaster();
    }

    /** Keeps its data in a temporary folder, which {@link #close()} deletes; doesn't wait for the disk (no fsync). */
    public static EmbeddedPostgres start() {
        try {
            return new EmbeddedPostgres(Files.createTempDirectory("millrace-postgres"), true);
        } catch (IOException e) {
            throw new UncheckedIOException("a writable folder for temporary files was expected", e);
        }
    }

    /** Keeps its data in this folder, which is made when it is missing, and found again by the next start. */
    public static EmbeddedPostgres start(Path dataFolder) {
        return new EmbeddedPostgres(dataFolder, false);
    }

    public String jdbcUrl() {
        return "jdbc:postgresql://127.0.0.1:" + port + "/" + database() + "?user=" + USER;
    }

    public String user() {
        return USER;
    }

    /** Any would do. */
    public String password() {
        return "postgres";
    }

    public String database() {
        return "postgres";
    }

    /** Stays the same over restarts. */
    public int port() {
        return port;
    }

    /** Stops the server as {@code pg_ctl stop -m fast} does: open transactions are rolled back. The data stays. */
    public synchronized void stop() {
        io.zonky.test.db.postgres.embedded.EmbeddedPostgres server = running;
        running = null;
        if (server != null) {
            try {
                server.close();
            } catch (IOException e) {
                throw new UncheckedIOException("PostgreSQL was expected to stop: port=" + port, e);
            }
            // When the JVM ends, the library's own hook may be closing it: then close() has returned at once.
            await(() -> !(postmaster.isAlive() && Files.exists(numberFile())));
        }
    }

    /**
     * Ends all its processes at once, as SIGKILL does and as a container's end does: nothing is said to clients, nothing
     * more is written. The data stays; {@link #restart()} recovers it from the log.
     */
    public synchronized void kill() {
        List<ProcessHandle> processes = processes(runningPostmaster());
        processes.forEach(ProcessHandle::destroyForcibly);
        awaitEnd(processes);
        stop();
    }

    /** Stops the server as {@code pg_ctl stop -m immediate} does: sessions are ended, the data has to be recovered. */
    public synchronized void stopImmediately() {
        List<ProcessHandle> processes = processes(runningPostmaster());
        signal("QUIT", postmaster);
        awaitEnd(processes);
        stop();
    }

    private static List<ProcessHandle> processes(ProcessHandle postmaster) {
        return Stream.concat(Stream.of(postmaster), postmaster.descendants()).toList();
    }

    private void awaitEnd(List<ProcessHandle> processes) {
        await(() -> processes.stream().noneMatch(ProcessHandle::isAlive));
    }

    /** By looking again and again: {@link ProcessHandle#onExit} looks after 300 ms where a process is nobody's child. */
    private void await(BooleanSupplier ended) {
        long until = System.nanoTime() + PATIENCE.toNanos();
        while (!ended.getAsBoolean()) {
            if (System.nanoTime() - until > 0) {
                throw new IllegalStateException(
                        "PostgreSQL was expected to end within " + PATIENCE.toSeconds() + " s: port=" + port);
            }
            LockSupport.parkNanos(LOOK_AGAIN.toNanos());
        }
    }

    private ProcessHandle runningPostmaster() {
        if (running == null || !postmaster.isAlive()) {
            throw new IllegalStateException("a running PostgreSQL was expected: port=" + port);
        }
        return postmaster;
    }

    /** Its number is the first line of a file, as the server's own tools read it. */
    private ProcessHandle findPostmaster() {
        try {
            String number = Files.readAllLines(numberFile()).get(0);
            return ProcessHandle.of(Long.parseLong(number.strip())).orElseThrow();
        } catch (IOException | NoSuchElementException e) {
            throw new IllegalStateException("a running PostgreSQL was expected: port=" + port, e);
        }
    }

    private Path numberFile() {
        return dataFolder.resolve("postmaster.pid");
    }

    private static void signal(String name, ProcessHandle process) {
        try {
            new ProcessBuilder("kill", "-" + name, Long.toString(process.pid()))
                    .start()
                    .waitFor();
        } catch (IOException e) {
            throw new UncheckedIOException("the command kill was expected to work", e);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    /** Stops the server, if it runs, and starts it on the same port with the same data. */
    public synchronized void restart() {
        stop();
        running = launch();
        postmaster = findPostmaster();
    }

    @Override
    public synchronized void close() {
        stop();
        if (temporary) {
            delete(dataFolder);
        }
    }

    private io.zonky.test.db.postgres.embedded.EmbeddedPostgres launch() {
        try {
            return io.zonky.test.db.postgres.embedded.EmbeddedPostgres.builder()
                    .setDataDirectory(Files.createDirectories(dataFolder))
                    .setCleanDataDirectory(false)
                    .setPort(port)
                    .setPGStartupWait(PATIENCE)
                    .setServerConfig("fsync", temporary ? "off" : "on")
                    // The library's default is off: acknowledged commits would be gone after a kill.
                    .setServerConfig("synchronous_commit", "on")
                    .setOutputRedirector(ProcessBuilder.Redirect.DISCARD)
                    .setErrorRedirector(ProcessBuilder.Redirect.DISCARD)
                    .start();
        } catch (IOException e) {
            throw new UncheckedIOException(
                    "PostgreSQL was expected to start: dataFolder=" + dataFolder + ", port=" + port
                            + "; is the folder writable, and used by no other server?",
                    e);
        }
    }

    private static void delete(Path folder) {
        try (Stream<Path> files = Files.walk(folder)) {
            for (Path file : files.sorted(Comparator.reverseOrder()).toList()) {
                Files.deleteIfExists(file);
            }
        } catch (IOException e) {
            throw new UncheckedIOException("the temporary folder was expected to be deletable: " + folder, e);
        }
    }
}
