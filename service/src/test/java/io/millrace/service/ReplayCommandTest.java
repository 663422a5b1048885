package io.millrace.service;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.json.JsonMapper;
import io.millrace.service.TestProgram.Ended;
import java.io.IOException;
import java.nio.file.Path;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.IntStream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class ReplayCommandTest {
    private static final String TOTALS = "SELECT account || '=' || total FROM payments ORDER BY account";

    @TempDir
    @SuppressWarnings("NullAway.Init")
    private Path folder;

    @SuppressWarnings("NullAway.Init")
    private TestServers servers;

    @SuppressWarnings("NullAway.Init")
    private String config;

    @BeforeEach
    void start() {
        use(new TestServers());
    }

    private void use(TestServers fresh) {
        servers = fresh;
        config = fresh.configure(folder, "payments", "accounts-seen");
    }

    @AfterEach
    void stop() {
        servers.close();
    }

    private void pay(String account, int times) {
        servers.append(
                "account-" + account,
                "Paid",
                IntStream.range(0, times)
                        .mapToObj(i -> "{\"account\":\"" + account + "\",\"amount\":2,\"note\":\"n" + i + "\"}")
                        .toArray(String[]::new));
    }

    private Ended replay(String... more) {
        List<String> args = new ArrayList<>(List.of("replay", "payments", "--config", config));
        args.addAll(List.of(more));
        return TestProgram.run(args.toArray(String[]::new));
    }

    private static JsonNode lastLine(Ended ended) throws IOException {
        List<String> lines = ended.lines();
        return new JsonMapper().readTree(lines.get(lines.size() - 1));
    }

    @Test
    void catchesUpToTheHeadAndSaysWhatItDid() throws IOException, SQLException {
        pay("a", 250);
        pay("b", 10);

        Ended ended = replay("--format", "json");

        assertThat(ended.exitCode()).isZero();
        JsonNode summary = lastLine(ended);
        assertThat(summary.fieldNames())
                .toIterable()
                .containsExactly(
                        "projection",
                        "events",
                        "handled",
                        "batches",
                        "statements",
                        "roundTrips",
                        "units",
                        "seconds",
                        "eventsPerSecond",
                        "checkpoint",
                        "parked",
                        "skipped",
                        "batchSize");
        assertThat(summary.get("projection").asText()).isEqualTo("payments");
        assertThat(summary.get("handled").asLong()).isEqualTo(260);
        assertThat(summary.get("batches").asLong()).isEqualTo(3);
        assertThat(summary.get("roundTrips").asLong()).isEqualTo(3);
        assertThat(servers.query(TOTALS)).containsExactly("a=500", "b=20");
    }

    @Test
    void goesOnFromItsCheckpoint() throws IOException, SQLException {
        pay("a", 120);
        replay();
        pay("a", 30);

        Ended ended = replay("--format", "json");

        assertThat(lastLine(ended).get("handled").asLong()).isEqualTo(30);
        assertThat(servers.query(TOTALS)).containsExactly("a=300");
    }

    @Test
    void beginsAnewOnlyWhenToldToTwice() throws SQLException {
        pay("a", 10);
        replay();

        Ended refused = replay("--from-start");
        assertThat(refused.exitCode()).isEqualTo(2);
        assertThat(refused.err()).contains("--from-start empties payments; say --yes to that");

        Ended ended = replay("--from-start", "--yes");
        assertThat(ended.exitCode()).isZero();
        assertThat(ended.err()).contains("Emptied payments; the checkpoint is cleared, epoch 2.");
        assertThat(servers.query(TOTALS)).containsExactly("a=20");
    }

    @Test
    void asksOnATerminal() throws SQLException {
        pay("a", 10);
        replay();
        servers.execute("UPDATE payments SET total = 7");

        Ended no = TestProgram.runAndAnswer("y", "replay", "payments", "--config", config, "--from-start");
        assertThat(no.exitCode()).isZero();
        assertThat(no.err()).contains("This empties payments").contains("Nothing was changed.");
        assertThat(servers.query(TOTALS)).containsExactly("a=7");

        Ended yes = TestProgram.runAndAnswer("yes", "replay", "payments", "--config", config, "--from-start");
        assertThat(yes.exitCode()).isZero();
        assertThat(servers.query(TOTALS)).containsExactly("a=20");
    }

    @Test
    void refusesToEmptyTablesThatAreBeingWritten() throws SQLException {
        pay("a", 10);
        String payments = servers.configure(folder, "payments");
        TestProgram running = TestProgram.start("run", "--config", payments);
        running.awaitErr("payments: LIVE");

        Ended ended = TestProgram.run("replay", "payments", "--config", payments, "--from-start", "--yes");

        assertThat(ended.exitCode()).isEqualTo(5);
        assertThat(ended.err()).contains("projection payments is being written: process ", "holds its lease (epoch 1)");
        assertThat(servers.query(TOTALS)).containsExactly("a=20");
        assertThat(running.stop().exitCode()).isZero();
    }

    @Test
    void refusesToEmptyWhatOtherSqlWroteToo() {
        Ended ended = TestProgram.run("replay", "accounts-seen", "--config", config, "--from-start", "--yes");

        assertThat(ended.exitCode()).isEqualTo(5);
        assertThat(ended.err()).contains("also writes audit by SQL of its own");
    }

    @Test
    void goesOnWhereItWasStopped() throws IOException, SQLException {
        pay("a", 20_000);
        TestProgram replay = TestProgram.start("replay", "payments", "--config", config, "--format", "json");
        TestProgram.await(this::hasRows, () -> "nothing was written:\n" + replay.err());

        Ended stopped = replay.stop();
        Ended rest = replay("--format", "json");

        assertThat(stopped.exitCode()).isZero();
        assertThat(lastLine(stopped).get("handled").asLong()
                        + lastLine(rest).get("handled").asLong())
                .isEqualTo(20_000);
        assertThat(servers.query(TOTALS)).containsExactly("a=40000");
    }

    @Test
    void goesOnWhenPostgresIsRestartedUnderIt() throws SQLException {
        servers.close();
        use(TestServers.withOwnPostgres());
        pay("a", 20_000);
        TestProgram replay = TestProgram.start("replay", "payments", "--config", config);
        TestProgram.await(this::hasRows, () -> "nothing was written:\n" + replay.err());

        servers.restartPostgres();
        Ended ended = replay.awaitEnd();

        assertThat(ended.exitCode()).isZero();
        assertThat(servers.query(TOTALS)).containsExactly("a=40000");
    }

    private boolean hasRows() {
        try {
            return servers.query("SELECT 1 FROM pg_tables WHERE tablename = 'payments'")
                                    .size()
                            == 1
                    && servers.query("SELECT 1 FROM payments").size() == 1;
        } catch (SQLException e) {
            return false;
        }
    }
}
