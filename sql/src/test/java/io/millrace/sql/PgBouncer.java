package io.millrace.sql;

import java.io.File;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.TimeUnit;

/** PgBouncer in front of a test's database: the one that MILLRACE_IT_PGBOUNCER names, else the one on the PATH, if any. */
final class PgBouncer implements AutoCloseable {
    private final Process process;
    private final int port;

    private PgBouncer(Process process, int port) {
        this.process = process;
        this.port = port;
    }

    /** Where the program is. */
    static Optional<Path> program() {
        Optional<Path> named =
                Optional.ofNullable(System.getenv("MILLRACE_IT_PGBOUNCER")).map(Path::of);
        if (named.isPresent()) {
            return named;
        }
        String path = Optional.ofNullable(System.getenv("PATH")).orElse("") + File.pathSeparator + "/usr/sbin";
        return Arrays.stream(path.split(File.pathSeparator, -1))
                .map(folder -> Path.of(folder, "pgbouncer"))
                .filter(Files::isExecutable)
                .findFirst();
    }

    /**
     * Lines of configuration to try: without its support for prepared statements, and with it, where it has that (from 1.21
     * on); else none.
     */
    static List<String> supportOfPreparedStatements() {
        String version = version();
        System.out.println("PgBouncer " + version);
        String[] numbers = version.split("\\.", -1);
        boolean hasIt = Integer.parseInt(numbers[0]) > 1 || Integer.parseInt(numbers[1]) >= 21;
        return hasIt ? List.of("max_prepared_statements = 0", "max_prepared_statements = 100") : List.of("");
    }

    private static String version() {
        try {
            Process asked = new ProcessBuilder(program().orElseThrow().toString(), "--version").start();
            String said = new String(asked.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
            return said.lines().findFirst().orElseThrow().replace("PgBouncer ", "");
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** Says loudly that what would be tested is not, where there is none. */
    static boolean isThere() {
        boolean there = program().isPresent();
        if (!there) {
            System.out.println("NOT TESTED: PgBouncer is not on the PATH (Debian: apt-get install pgbouncer)");
        }
        return there;
    }

    /**
     * @param poolMode transaction, session or statement
     * @param more lines of its configuration
     */
    static PgBouncer before(int postgresPort, Path folder, String poolMode, String... more) {
        try {
            int port = freePort();
            Path users = Files.writeString(folder.resolve("users.txt"), "\"postgres\" \"postgres\"\n");
            Path configuration = Files.writeString(
                    folder.resolve("pgbouncer.ini"),
                    "[databases]\n* = host=127.0.0.1 port=" + postgresPort + "\n[pgbouncer]\nlisten_addr = 127.0.0.1\n"
                            + "listen_port = " + port + "\nunix_socket_dir =\nauth_type = trust\nauth_file = " + users
                            + "\npool_mode = " + poolMode + "\nadmin_users = postgres\n" + String.join("\n", more)
                            + (String.join("", more).contains("default_pool_size") ? "" : "\ndefault_pool_size = 20")
                            + "\n");
            PgBouncer started = new PgBouncer(start(folder, configuration), port);
            started.awaitPort();
            return started;
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** As root it wants to be told another user, who must be able to read its files. */
    private static Process start(Path folder, Path configuration) throws IOException {
        ProcessBuilder builder = new ProcessBuilder(program().orElseThrow().toString(), configuration.toString());
        if (System.getProperty("user.name").equals("root")) {
            builder.command().add(1, "-u");
            builder.command().add(2, "nobody");
            for (Path file : new Path[] {folder, configuration, folder.resolve("users.txt")}) {
                boolean readable = file.toFile().setReadable(true, false)
                        && file.toFile().setExecutable(Files.isDirectory(file), false);
                if (!readable) {
                    throw new IOException("cannot be made readable: " + file);
                }
            }
        }
        return builder.redirectErrorStream(true)
                .redirectOutput(folder.resolve("pgbouncer.log").toFile())
                .start();
    }

    private static int freePort() throws IOException {
        try (ServerSocket socket = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
            return socket.getLocalPort();
        }
    }

    private void awaitPort() {
        Waiting.until(() -> {
            try (Socket socket = new Socket(InetAddress.getLoopbackAddress(), port)) {
                return socket.isConnected();
            } catch (IOException e) {
                return false;
            }
        });
    }

    int port() {
        return port;
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
