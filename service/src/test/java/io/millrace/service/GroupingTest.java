package io.millrace.service;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.millrace.service.TestProgram.Ended;
import java.math.BigDecimal;
import java.nio.file.Path;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Predicate;
import java.util.stream.IntStream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Ten projections over the same events in one program. */
class GroupingTest {
    private static final String WRITERS = "SELECT count(DISTINCT writer_id) FROM millrace.checkpoints";
    private static final String POSITIONS = "SELECT count(DISTINCT position) FROM millrace.checkpoints";

    @TempDir
    @SuppressWarnings("NullAway.Init")
    private Path folder;

    @SuppressWarnings("NullAway.Init")
    private TestServers servers;

    @BeforeEach
    void start() {
        servers = new TestServers();
    }

    @AfterEach
    void stop() {
        servers.close();
    }

    private TestProgram run() {
        return TestProgram.start(
                "run",
                "--config",
                servers.configure(
                        folder,
                        IntStream.range(0, TestProjections.SHARED)
                                .mapToObj(i -> "shared-" + i)
                                .toArray(String[]::new)));
    }

    private void pay(int times) {
        String[] paid = IntStream.range(0, times)
                .mapToObj(i -> "{\"account\":\"a" + i % 7 + "\",\"amount\":1,\"note\":\"n\"}")
                .toArray(String[]::new);
        servers.append("account-a", "Paid", paid);
    }

    private List<String> totals() {
        List<String> totals = new ArrayList<>();
        try {
            for (int i = 0; i < TestProjections.SHARED; i++) {
                totals.add(servers.query("SELECT coalesce(sum(total), 0) FROM shared_" + i)
                        .get(0));
            }
        } catch (SQLException e) {
            return List.of();
        }
        return totals;
    }

    private void awaitTotals(TestProgram running, String... totals) {
        TestProgram.await(
                () -> totals().stream().distinct().toList().equals(List.of(totals)),
                () -> totals() + "\n" + running.err());
    }

    private void awaitOne(String sql, String answer, TestProgram running) {
        TestProgram.await(
                () -> {
                    try {
                        return servers.query(sql).equals(List.of(answer));
                    } catch (SQLException e) {
                        return false;
                    }
                },
                running::err);
    }

    private JsonNode billOf(String projection) {
        String config = folder.resolve("millrace.yaml").toString();
        Ended ended = TestProgram.run("cost", projection, "--config", config, "--format", "json");
        try {
            return new ObjectMapper().readTree(ended.out()).get("bill").get(0);
        } catch (JsonProcessingException e) {
            throw new AssertionError(ended.out() + ended.err(), e);
        }
    }

    @Test
    void tenFlushTogetherAndEachKeepsItsOwnCheckpoint() throws SQLException {
        pay(950);
        TestProgram running = run();
        awaitTotals(running, "950");
        pay(1);
        awaitTotals(running, "951");

        running.awaitErr("10 projections read as one");
        pay(1);
        awaitTotals(running, "952");
        awaitOne(WRITERS, "1", running);
        awaitOne(POSITIONS, "1", running);
        Ended ended = running.stop();

        assertThat(ended.exitCode()).isZero();
        assertThat(ended.err()).contains("10 projections read as one", "shared-9: LIVE", "shared-9: STOPPED");
        assertThat(servers.query(
                        "SELECT sum(shares) < sum(flushes) FROM (SELECT shares, flushes FROM millrace.flush_counts"
                                + " UNION ALL SELECT counted_shares, counted_flushes FROM millrace.checkpoints) AS f"))
                .containsExactly("t");
        assertThat(billOf("shared-3").get("share").decimalValue()).isLessThan(BigDecimal.ONE);
    }

    @Test
    void oneWhoseFlushIsRefusedLeavesAndTheOthersGoOnTogether() throws SQLException {
        pay(150);
        TestProgram running = run();
        awaitTotals(running, "150");
        servers.execute("ALTER TABLE shared_3 ADD CHECK (total < 40)");

        pay(1_000);
        running.awaitErr("shared-3: FAILED");
        TestProgram.await(
                () -> totals().stream().filter("1150"::equals).count() == TestProjections.SHARED - 1,
                () -> totals() + "\n" + running.err());

        String refused = "read as one no more"; // nine of them may have begun together, too
        TestProgram.await(
                () -> running.err().substring(running.err().indexOf(refused)).contains("9 projections read as one: "),
                running::err);
        pay(1);
        TestProgram.await(
                () -> totals().stream().filter("1151"::equals).count() == TestProjections.SHARED - 1,
                () -> totals() + "\n" + running.err());
        awaitOne(WRITERS + " WHERE projection <> 'shared-3'", "1", running);
        assertThat(running.stop().exitCode()).isEqualTo(1);
    }

    @Test
    void oneWhoseHandlerFailsLeavesAtOnce() throws SQLException {
        pay(150);
        TestProgram running = run();
        awaitTotals(running, "150");

        servers.append("account-a", "Paid", "{\"account\":\"only 5 fails\",\"amount\":0,\"note\":\"n\"}");
        pay(10);
        running.awaitErr("shared-5: FAILED");
        TestProgram.await(
                () -> totals().stream().filter("160"::equals).count() == TestProjections.SHARED - 1,
                () -> totals() + "\n" + running.err());

        assertThat(running.err()).contains("because of shared-5").doesNotContain("shared-4: FAILED");
        assertThat(running.stop().exitCode()).isEqualTo(1);
    }

    @Test
    void oneThatIsFencedLeavesAndComesBack() throws SQLException {
        pay(150);
        TestProgram running = run();
        awaitTotals(running, "150");
        servers.execute("UPDATE millrace.checkpoints SET epoch = epoch + 1 WHERE projection = 'shared-2'");

        pay(100);
        running.awaitErr("shared-2: FENCED");
        awaitTotals(running, "250");
        assertThat(running.stop().exitCode()).isZero();
    }

    @Test
    void whatTheDatabaseLostIsToldOfEach() throws SQLException {
        pay(100);
        TestProgram running = run();
        awaitTotals(running, "100");
        servers.execute("CREATE TABLE backup AS TABLE millrace.checkpoints");
        pay(50);
        awaitTotals(running, "150");

        StringBuilder restore = new StringBuilder(
                "BEGIN; DELETE FROM millrace.checkpoints;" + " INSERT INTO millrace.checkpoints TABLE backup;");
        for (int i = 0; i < TestProjections.SHARED; i++) {
            restore.append("UPDATE shared_" + i + " SET total = total - (SELECT count(*) FROM generate_series(100, 149)"
                    + " AS n WHERE 'a' || (n - 100) % 7 = account);");
        }
        servers.execute(restore + "COMMIT");
        pay(1);

        awaitTotals(running, "151");
        for (int i = 0; i < TestProjections.SHARED; i++) {
            assertThat(running.err().lines().filter(lost("shared-" + i)))
                    .as(running.err())
                    .hasSize(1);
        }
        assertThat(running.stop().exitCode()).isZero();
    }

    private static Predicate<String> lost(String projection) {
        return line -> line.contains("lost commits of projection " + projection + " that it had acknowledged")
                && line.contains("expected its checkpoint at ")
                && line.contains("but it stands at ");
    }

    @Test
    void oneThatIsBehindReadsAloneUntilItReachesTheOthers() throws SQLException {
        pay(400);
        TestProgram first = run();
        awaitTotals(first, "400");
        assertThat(first.stop().exitCode()).isZero();
        TestProgram.run(
                "replay",
                "shared-7",
                "--from-start",
                "--yes",
                "--config",
                folder.resolve("millrace.yaml").toString());
        servers.execute("UPDATE millrace.checkpoints SET position = NULL, handled_position = NULL,"
                + " handled_event_id = NULL WHERE projection = 'shared-7'");
        servers.execute("TRUNCATE shared_7");

        TestProgram second = run();
        awaitTotals(second, "400");
        second.awaitErr("10 projections read as one");
        // The others may be together before, or some of them; it is with none of them before it is where they are.
        assertThat(second.err().substring(0, second.err().indexOf("shared-7: LIVE")))
                .contains("shared-7: CATCHING_UP")
                .doesNotContainPattern("read as one: .*shared-7");
        pay(3);
        awaitTotals(second, "403");
        awaitOne(WRITERS, "1", second);
        assertThat(second.stop().exitCode()).isZero();
    }
}
