package io.millrace.it.faults;

import java.io.File;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.time.Duration;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.TimeUnit;

/**
 * PgBouncer in transaction mode, in front of a test's database: the one that MILLRACE_IT_PGBOUNCER names, else the one on
 * the PATH, if any.
 */
final class PgBouncer implements AutoCloseable {
    private static final Duration STARTS_WITHIN = Duration.ofSeconds(20);

    private final List<String> command;
    private final Path log;
    private final int port;
    private Process process;

    private PgBouncer(List<String> command, Path log, int port) throws IOException {
        this.command = command;
        this.log = log;
        this.port = port;
        this.process = launch();
    }

    static Optional<Path> program() {
        Optional<Path> named =
                Optional.ofNullable(System.getenv("MILLRACE_IT_PGBOUNCER")).map(Path::of);
        String path = Optional.ofNullable(System.getenv("PATH")).orElse("") + File.pathSeparator + "/usr/sbin";
        return named.or(() -> Arrays.stream(path.split(File.pathSeparator, -1))
                .map(folder -> Path.of(folder, "pgbouncer"))
                .filter(Files::isExecutable)
                .findFirst());
    }

    /** Says loudly that what would be tested is not, where there is none. */
    static boolean isThere() {
        boolean there = program().isPresent();
        if (!there) {
            System.out.println("NOT TESTED: PgBouncer is not on the PATH (Debian: apt-get install pgbouncer)");
        }
        return there;
    }

    /** Settings to try: without its support for prepared statements, and with it, where it has that (from 1.21 on). */
    static List<String> supportOfPreparedStatements() throws IOException {
        Process asked = new ProcessBuilder(program().orElseThrow().toString(), "--version").start();
        String said = new String(asked.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
        String[] numbers = said.replaceFirst("\\D+", "").split("\\D", -1);
        boolean hasIt = Integer.parseInt(numbers[0]) > 1 || Integer.parseInt(numbers[1]) >= 21;
        System.out.println(said.lines().findFirst().orElseThrow());
        return hasIt ? List.of("max_prepared_statements = 0", "max_prepared_statements = 100") : List.of("");
    }

    /**
     * @param poolSize how many sessions of the server it may have
     * @param more a line of its configuration
     */
    static PgBouncer before(int postgresPort, Path folder, int poolSize, String more) throws Exception {
        int port = freePort();
        Path users = Files.writeString(folder.resolve("users.txt"), "\"postgres\" \"postgres\"\n");
        Path configuration = Files.writeString(
                folder.resolve("pgbouncer.ini"), """
                [databases]
                * = host=127.0.0.1 port=%d
                [pgbouncer]
                listen_addr = 127.0.0.1
                listen_port = %d
                unix_socket_dir =
                auth_type = trust
                auth_file = %s
                pool_mode = transaction
                default_pool_size = %d
                %s
                """.formatted(postgresPort, port, users, poolSize, more));
        boolean root = System.getProperty("user.name").equals("root");
        for (Path its : List.of(folder, users, configuration)) { // as root it has to become another user
            Files.setPosixFilePermissions(its, PosixFilePermissions.fromString("rwxr-xr-x"));
        }
        String program = program().orElseThrow().toString();
        PgBouncer started = new PgBouncer(
                root
                        ? List.of(program, "-u", "nobody", configuration.toString())
                        : List.of(program, configuration.toString()),
                folder.resolve("pgbouncer.log"),
                port);
        started.awaitPort();
        return started;
    }

    private static int freePort() throws IOException {
        try (ServerSocket socket = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
            return socket.getLocalPort();
        }
    }

    private Process launch() throws IOException {
        return new ProcessBuilder(command)
                .redirectErrorStream(true)
                .redirectOutput(ProcessBuilder.Redirect.appendTo(log.toFile()))
                .start();
    }

    private void awaitPort() throws Exception {
        Await.until(STARTS_WITHIN, this::log, () -> {
            try (Socket socket = new Socket(InetAddress.getLoopbackAddress(), port)) {
                return socket.isConnected();
            } catch (IOException notYet) {
                return false;
            }
        });
    }

    int port() {
        return port;
    }

    String log() {
        try {
            return Files.readString(log);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** SIGKILL, and another one at the same port. */
    void killAndStartAgain() throws Exception {
        process.destroyForcibly().waitFor();
        process = launch();
        awaitPort();
    }

    @Override
    public void close() {
        process.destroy();
        try {
            if (!process.waitFor(10, TimeUnit.SECONDS)) {
                process.destroyForcibly();
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }
}
