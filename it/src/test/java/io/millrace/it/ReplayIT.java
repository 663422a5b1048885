package io.millrace.it;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Objects;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.MethodOrderer;
import org.junit.jupiter.api.Order;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestMethodOrder;
import org.junit.jupiter.api.io.TempDir;

/** From a file to the event store to the read model: 20,000 real flights, by the commands that a user types. */
@TestMethodOrder(MethodOrderer.OrderAnnotation.class)
final class ReplayIT {
    private static final Departures.Setup FLIGHTS = Departures.REPLAYED;

    @TempDir
    @SuppressWarnings("NullAway.Init")
    static Path folder;

    @SuppressWarnings("NullAway.Init")
    private static String configuration;

    @BeforeAll
    static void importFlights() throws IOException {
        configuration = Workspace.configure(folder, FLIGHTS);
        Path file = folder.resolve("flights.csv.gz");
        try (InputStream flights = resource("/io/millrace/examples/flights-20k.csv.gz")) {
            Files.copy(flights, file);
        }
        Cli.Result imported = Cli.run(
                "import",
                file.toString(),
                "--type",
                FLIGHTS.eventType(),
                "--stream",
                FLIGHTS.stream("{origin}"),
                "--config",
                configuration);
        assertThat(imported.exitCode()).as(imported.toString()).isZero();
    }

    @Test
    @Order(1)
    void replaysIntoExactlyTheExpectedTable() throws Exception {
        JsonNode summary = replay();

        assertThat(Workspace.rows(FLIGHTS)).isEqualTo(expected());
        assertThat(summary.path("handled").asLong()).isEqualTo(20_000);
        // Of 100 events each; where the machine is so busy that flushes take far longer than they did, of more.
        assertThat(summary.path("batches").asLong()).isBetween(20L, 200L);
        assertThat(summary.path("roundTrips").asLong())
                .isEqualTo(summary.path("batches").asLong());
    }

    @Test
    @Order(2)
    void replayingAgainCountsNothingTwice() throws Exception {
        JsonNode summary = replay();

        assertThat(Workspace.rows(FLIGHTS)).isEqualTo(expected());
        assertThat(summary.path("handled").asLong()).isZero();
    }

    @Test
    @Order(3)
    void replayingFromTheStartGivesTheSameTable() throws Exception {
        JsonNode summary = replay("--from-start", "--yes");

        assertThat(Workspace.rows(FLIGHTS)).isEqualTo(expected());
        assertThat(summary.path("handled").asLong()).isEqualTo(20_000);
    }

    @Test
    @Order(4)
    void statusSaysThatNothingIsLeftToDo() {
        Cli.Result status = Cli.run("status", "--config", configuration, "--format", "json");

        assertThat(status.exitCode()).as(status.toString()).isZero();
        assertThat(status.out()).contains(FLIGHTS.projection()).contains("\"lag\":0");
    }

    private static JsonNode replay(String... more) throws IOException {
        List<String> arguments = new java.util.ArrayList<>(
                List.of("replay", FLIGHTS.projection(), "--config", configuration, "--format", "json"));
        arguments.addAll(List.of(more));
        Cli.Result result = Cli.run(arguments.toArray(String[]::new));
        assertThat(result.exitCode()).as(result.toString()).isZero();
        String lastLine = result.out().strip().lines().reduce("", (before, line) -> line);
        return new ObjectMapper().readTree(lastLine);
    }

    private static List<String> expected() throws IOException {
        try (InputStream table = resource("/flights-20k-expected-airports.csv")) {
            return new String(table.readAllBytes(), StandardCharsets.UTF_8)
                    .lines()
                    .skip(1)
                    .toList();
        }
    }

    private static InputStream resource(String name) {
        return Objects.requireNonNull(ReplayIT.class.getResourceAsStream(name), name);
    }
}
