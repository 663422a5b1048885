package io.millrace.service;

import static org.assertj.core.api.Assertions.assertThat;

import io.millrace.service.TestProgram.Ended;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.stream.IntStream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class ImportCommandTest {
    private static final int ROWS = 1_000;

    @TempDir
    @SuppressWarnings("NullAway.Init")
    private Path folder;

    @SuppressWarnings("NullAway.Init")
    private TestStore store;

    @BeforeEach
    void start() {
        store = new TestStore();
    }

    @AfterEach
    void stop() {
        store.close();
    }

    private String file(String name, List<String> rows) throws IOException {
        return Files.writeString(folder.resolve(name), "n,who\n" + String.join("", rows))
                .toString();
    }

    /** Rows 1 to so many, over three streams. */
    private static List<String> rows(int count) {
        return new ArrayList<>(IntStream.rangeClosed(1, count)
                .mapToObj(n -> n + "," + "abc".charAt(n % 3) + "\n")
                .toList());
    }

    private Ended importFile(String file, String... more) {
        List<String> args = new ArrayList<>(List.of(
                "import", file, "--type", "Seen", "--stream", "who-{who}", "--eventstore", store.connectionString()));
        args.addAll(Arrays.asList(more));
        return TestProgram.run(args.toArray(String[]::new));
    }

    /** The numbers of the rows in a stream, in its order. */
    private static List<Integer> inStream(char who, int rows) {
        return IntStream.rangeClosed(1, rows)
                .filter(n -> "abc".charAt(n % 3) == who)
                .boxed()
                .toList();
    }

    private void assertEachOnceInOrder(int rows) {
        for (char who : "abc".toCharArray()) {
            assertThat(store.numbersIn("who-" + who)).isEqualTo(inStream(who, rows));
        }
    }

    @Test
    void keepsTheOrderWithinEachStream() throws IOException {
        Ended ended = importFile(file("a.csv", rows(ROWS)), "--window", "64");

        assertThat(ended.exitCode()).isZero();
        assertThat(ended.out()).contains("1,000 events appended to 3 streams");
        assertEachOnceInOrder(ROWS);
    }

    @Test
    void keepsTheFilesOrderExactlyWithAWindowOfOne() throws IOException {
        importFile(file("a.csv", rows(100)), "--window", "1");

        assertThat(store.numbersInLog())
                .isEqualTo(IntStream.rangeClosed(1, 100).boxed().toList());
    }

    @Test
    void stopsAtABadLineAndAppendsNothingOfItsWindow() throws IOException {
        List<String> rows = rows(ROWS);
        rows.set(749, "750\n");

        Ended ended = importFile(file("a.csv", rows), "--window", "100");

        assertThat(ended.exitCode()).isEqualTo(2);
        assertThat(ended.err())
                .contains("a.csv, line 751: expected 2 fields as in the header: fields=1")
                .contains("700 rows before it are imported");
        assertEachOnceInOrder(700);
    }

    @Test
    void goesOnAfterABadLineWasMended() throws IOException {
        List<String> rows = rows(ROWS);
        rows.set(749, "750\n");
        String file = file("a.csv", rows);
        importFile(file, "--window", "100");
        file("a.csv", rows(ROWS));

        Ended ended = importFile(file, "--resume", "--format", "json");

        assertThat(ended.lines().get(ended.lines().size() - 1)).contains("\"appended\":300,\"skipped\":700");
        assertEachOnceInOrder(ROWS);
    }

    @Test
    void goesOnAfterACutInTheMiddleOfAWindow() throws IOException {
        importFile(file("cut.csv", rows(500)));
        // As if of the next window only what went to one stream had arrived.
        List<String> rest = rows(600).subList(500, 600).stream()
                .filter(row -> row.endsWith("b\n"))
                .toList();
        store.appendAsImported(rows(500).size(), rest, importMetadata());

        Ended ended = importFile(file("cut.csv", rows(ROWS)), "--resume", "--window", "128");

        assertThat(ended.exitCode()).isZero();
        assertEachOnceInOrder(ROWS);
    }

    private String importMetadata() {
        return store.lastMetadataOf("who-a");
    }

    @Test
    void goesOnBehindEventsOfOthers() throws IOException {
        importFile(file("a.csv", rows(300)));
        store.append("who-a", "Other", "{}");

        importFile(file("a.csv", rows(ROWS)), "--resume");

        assertEachOnceInOrder(ROWS);
    }

    @Test
    void refusesToImportTheSameFileTwice() throws IOException {
        importFile(file("a.csv", rows(100)));

        Ended ended = importFile(folder.resolve("a.csv").toString());

        assertThat(ended.exitCode()).isEqualTo(5);
        assertThat(ended.err()).contains("imported already", "--resume");
        assertEachOnceInOrder(100);
    }

    @Test
    void readsStandardInput() {
        Ended ended = TestProgram.runWithInput(
                "{\"n\":1,\"who\":\"a\"}\n{\"n\":4,\"who\":\"a\"}\n",
                "import",
                "-",
                "--type",
                "Seen",
                "--stream",
                "who-{who}",
                "--eventstore",
                store.connectionString());

        assertThat(ended.exitCode()).isZero();
        assertThat(store.numbersIn("who-a")).containsExactly(1, 4);
    }

    @Test
    void saysThatNobodyIsThere() throws IOException {
        String file = file("a.csv", rows(1));
        String address = store.connectionString();
        store.stop();

        Ended ended = TestProgram.run("import", file, "--type", "T", "--stream", "s", "--eventstore", address);

        assertThat(ended.exitCode()).isEqualTo(3);
        assertThat(ended.err().strip().lines()).hasSize(1);
    }

    @Test
    void saysThatTheFileIsNotThereOrNotWhole() throws IOException {
        assertThat(importFile("nowhere.csv").err()).contains("there is no such file: nowhere.csv");

        Path torn = Files.write(folder.resolve("torn.gz"), new byte[] {0x1f, (byte) 0x8b, 8, 0, 0, 0, 0, 0, 0, 0, 1});
        Ended ended = importFile(torn.toString());
        assertThat(ended.exitCode()).isEqualTo(2);
        assertThat(ended.err()).contains("torn.gz cannot be read").doesNotContain("\tat ");
    }
}
