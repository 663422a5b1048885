package io.millrace.embedded;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class DataFolderTest {
    @TempDir
    private Path folder;

    private EmbeddedEventStore start() {
        return EmbeddedEventStore.builder().dataFolder(folder.resolve("store")).start();
    }

    @Test
    void findsItsEventsAgain() throws Exception {
        long position = appended("s-1", 3);
        appended("s-2", 2);
        try (EmbeddedEventStore store = start();
                RawSubscriber client = new RawSubscriber(store.port())) {
            assertThat(store.lastPosition()).isGreaterThan(position);
            client.subscribe("s-1").skipTo("2").skipTo("caughtUp");
            client.append("s-1", 1);
            assertThat(client.next()).isEqualTo("3");
        }
        try (EmbeddedEventStore store = start();
                RawSubscriber client = new RawSubscriber(store.port())) {
            assertThat(store.recordsLost()).isZero();
            client.subscribe("$ce-s").skipTo("5");
            assertThat(client.next()).isEqualTo("caughtUp");
        }
    }

    @Test
    void comesBackWithAnOlderHistoryOnDiskToo() throws Exception {
        try (EmbeddedEventStore store = start();
                RawSubscriber client = new RawSubscriber(store.port())) {
            client.append("s-1", 3);
            long position = store.lastPosition();
            client.append("s-1", 3);
            store.faults().forgetAfter(position);
            store.restart();
        }
        assertThat(appended("s-1", 0)).isPositive();
        try (EmbeddedEventStore store = start();
                RawSubscriber client = new RawSubscriber(store.port())) {
            client.subscribe("s-1").skipTo("2");
            assertThat(client.next()).isEqualTo("caughtUp");
        }
    }

    @Test
    void whatWasAcknowledgedSurvivesAKilledProcess() throws Exception {
        Path acknowledgements = folder.resolve("acknowledged");
        Process process = new ProcessBuilder(
                        Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                        "-cp",
                        System.getProperty("java.class.path"),
                        Appending.class.getName(),
                        folder.resolve("store").toString())
                .redirectOutput(acknowledgements.toFile())
                .redirectError(ProcessBuilder.Redirect.DISCARD)
                .start();
        while (linesOf(acknowledgements) < 50) {
            assertThat(process.isAlive()).isTrue();
            Thread.sleep(10);
        }
        process.destroyForcibly().waitFor();
        long acknowledged = linesOf(acknowledgements);
        try (EmbeddedEventStore store = start();
                RawSubscriber client = new RawSubscriber(store.port())) {
            assertThat(store.recordsLost()).isZero();
            client.subscribe("s-1").skipTo(Long.toString(acknowledged - 1));
        }
    }

    @Test
    void cutsATornEndAndSaysHowMuchIsLost() throws Exception {
        for (int i = 0; i < 3; i++) {
            appended("s-1", 1);
        }
        Path file = folder.resolve("store").resolve("events.mv.db");
        try (EmbeddedEventStore store = start();
                RawSubscriber client = new RawSubscriber(store.port())) {
            client.append("s-1", 200);
            // As after a power cut: the file as it is now, not as a clean stop leaves it.
            Files.createDirectories(folder.resolve("torn"));
            Files.copy(file, folder.resolve("torn").resolve("events.mv.db"));
            Files.copy(
                    file.resolveSibling("events.count"), folder.resolve("torn").resolve("events.count"));
        }
        try (FileChannel torn =
                FileChannel.open(folder.resolve("torn").resolve("events.mv.db"), StandardOpenOption.WRITE)) {
            torn.truncate(torn.size() - 5_000);
        }
        try (EmbeddedEventStore store = EmbeddedEventStore.builder()
                        .dataFolder(folder.resolve("torn"))
                        .start();
                RawSubscriber client = new RawSubscriber(store.port())) {
            assertThat(store.recordsLost()).isGreaterThanOrEqualTo(200);
            client.subscribe("s-1").skipTo("2");
            assertThat(client.next()).isEqualTo("caughtUp");
            client.append("s-1", 1);
            assertThat(client.next()).isEqualTo("3");
        }
    }

    @Test
    void refusesAFileThatIsSomethingElse() throws IOException {
        Files.createDirectories(folder.resolve("store"));
        Files.writeString(folder.resolve("store").resolve("events.mv.db"), "not a store".repeat(1_000));
        assertThatThrownBy(this::start)
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("choose another folder");
    }

    @Test
    void refusesAFolderThatIsInUse() {
        try (EmbeddedEventStore first = start()) {
            assertThat(first.isRunning()).isTrue();
            assertThatThrownBy(this::start)
                    .isInstanceOf(IllegalArgumentException.class)
                    .hasMessageContaining("used by no other process");
        }
    }

    private static long linesOf(Path file) throws IOException {
        return Files.readString(file)
                .chars()
                .filter(character -> character == '\n')
                .count();
    }

    private long appended(String stream, int count) throws Exception {
        try (EmbeddedEventStore store = start();
                RawSubscriber client = new RawSubscriber(store.port())) {
            client.append(stream, count);
            return store.lastPosition();
        }
    }

    /** Appends one event after the other, and prints how many were acknowledged, until it is killed. */
    static final class Appending {
        private Appending() {}

        public static void main(String[] folder) throws Exception {
            try (EmbeddedEventStore store = EmbeddedEventStore.builder()
                            .dataFolder(Path.of(folder[0]))
                            .start();
                    RawSubscriber client = new RawSubscriber(store.port())) {
                for (int i = 1; i < 100_000; i++) {
                    client.append("s-1", 1);
                    System.out.println(i);
                }
            }
        }
    }
}
