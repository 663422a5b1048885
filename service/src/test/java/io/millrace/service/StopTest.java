package io.millrace.service;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.SQLException;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** As a process of its own, since signals come to processes. */
class StopTest {
    @TempDir
    @SuppressWarnings("NullAway.Init")
    private Path folder;

    @Test
    void aSignalCommitsWhatIsFoldedAndEndsWithZero() throws IOException, InterruptedException, SQLException {
        try (TestServers servers = new TestServers()) {
            servers.append("account-a", "Paid", "{\"account\":\"a\",\"amount\":2,\"note\":\"n\"}");
            Path log = folder.resolve("log");
            Process process = start(log, "run", "--config", servers.configure(folder, "payments"));
            try {
                TestProgram.await(() -> read(log).contains("payments: LIVE"), () -> read(log));

                process.destroy();

                assertThat(process.waitFor(20, TimeUnit.SECONDS)).isTrue();
                assertThat(process.exitValue()).isZero();
                assertThat(read(log)).contains("payments: STOPPED").doesNotContain("WARN", "ERROR");
                assertThat(servers.query("SELECT total FROM payments")).containsExactly("2");
            } finally {
                process.destroyForcibly();
            }
        }
    }

    private static Process start(Path log, String... args) throws IOException {
        List<String> command = new java.util.ArrayList<>(List.of(
                Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                "-cp",
                System.getProperty("java.class.path"),
                Main.class.getName()));
        command.addAll(List.of(args));
        return new ProcessBuilder(command)
                .redirectErrorStream(true)
                .redirectOutput(log.toFile())
                .start();
    }

    private static String read(Path log) {
        try {
            return Files.exists(log) ? Files.readString(log) : "";
        } catch (IOException e) {
            throw new AssertionError("the log cannot be read", e);
        }
    }
}
