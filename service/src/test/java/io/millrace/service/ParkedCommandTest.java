package io.millrace.service;

import static org.assertj.core.api.Assertions.assertThat;

import io.millrace.service.TestProgram.Ended;
import java.nio.file.Path;
import java.sql.SQLException;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Parked events from the command line: while the service runs, and while it does not. */
class ParkedCommandTest {
    private static final String ONE = "{\"account\":\"a\",\"amount\":1,\"note\":\"x\"}";
    private static final String TEN = "{\"account\":\"a\",\"amount\":10,\"note\":\"y\"}";
    private static final String BAD = "{\"account\":\"a\",\"amount\":100,\"note\":\"bad\"}";

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

    private String configure(String poison) {
        String config = servers.configure(folder, "payments");
        try {
            String yaml = java.nio.file.Files.readString(Path.of(config));
            return TestServers.write(folder, yaml.replace("  payments:\n", "  payments: {" + poison + "}\n"));
        } catch (java.io.IOException e) {
            throw new AssertionError(e);
        }
    }

    /** The user's own constraint refuses large totals until it is dropped. It sees what a batch comes to. */
    private void refuseLargeTotals() throws SQLException {
        servers.execute("ALTER TABLE payments ADD CONSTRAINT decent CHECK (total < 100)");
    }

    @Test
    void retriesAndDiscardsWhileTheServiceRuns() throws Exception {
        String config = configure("on-poison: park");
        TestProgram running = TestProgram.start("run", "--config", config);
        running.awaitErr("payments: LIVE");
        refuseLargeTotals();
        servers.append("account-a", "Paid", ONE, BAD, TEN);
        servers.append("account-b", "Paid", ONE.replace("\"a\"", "\"b\""), "{\"account\":\"b\"}", ONE);
        awaitParked(4, running);

        Ended list = TestProgram.run("parked", "list", "--config", config);
        assertThat(list.exitCode()).as(list.err()).isZero();
        assertThat(list.out()).contains("account-a", "account-b", "payments", "PostgreSQL refuses");
        assertThat(status(config)).contains("\"parked\":4");
        String number = servers.query("SELECT min(sequence) FROM millrace.parked_events")
                .get(0);
        Ended show = TestProgram.run("parked", "show", "payments", number, "--config", config, "--format", "json");
        assertThat(show.out()).contains("\"stream\":\"account-a\",\"revision\":1", "\\\"note\\\":\\\"bad\\\"", "23514");

        Ended vain = TestProgram.run("parked", "retry", "payments", "--stream", "account-a", "--config", config);
        assertThat(vain.exitCode()).as(vain.err()).isEqualTo(1);
        assertThat(vain.err()).contains("Still parked: ", "account-a#1");
        assertThat(servers.query("SELECT retries FROM millrace.parked_events ORDER BY sequence"))
                .startsWith("1", "0");

        servers.execute("ALTER TABLE payments DROP CONSTRAINT decent");
        Ended retried = TestProgram.run("parked", "retry", "payments", "--stream", "account-a", "--config", config);
        assertThat(retried.exitCode()).as(retried.err()).isZero();
        assertThat(servers.query("SELECT total || last_note FROM payments ORDER BY account"))
                .startsWith("111y");

        String broken = servers.query("SELECT min(sequence) FROM millrace.parked_events")
                .get(0);
        Ended discarded =
                TestProgram.run("parked", "discard", "payments", "--event", broken, "--yes", "--config", config);
        assertThat(discarded.out()).as(discarded.err()).contains("Discarded 1 event.");
        Ended rest = TestProgram.run("parked", "retry", "payments", "--all", "--config", config, "--format", "json");
        assertThat(rest.out()).contains("\"stream\":\"account-b\",\"retried\":1,\"failed\":0");

        servers.append("account-a", "Paid", ONE);
        TestProgram.await(() -> total().equals("113"), () -> "expected 113: " + total() + "\n" + running.err());
        Ended ended = running.stop();
        assertThat(ended.exitCode()).as(ended.err()).isZero();
        assertThat(ended.err().lines().filter(line -> line.contains("Parked: ")))
                .hasSize(2);
        assertThat(status(config)).contains("\"parked\":0");
    }

    @Test
    void tellsInTheSummaryWhatWasParkedOrSkipped() {
        servers.append("account-a", "Paid", ONE, "{", TEN);

        Ended skipped = TestProgram.run("replay", "payments", "--config", configure("on-poison: skip"));
        Ended parked = TestProgram.run(
                "replay", "payments", "--from-start", "--yes", "--config", configure("on-poison: park"));

        assertThat(skipped.exitCode()).as(skipped.err()).isZero();
        assertThat(skipped.out()).contains("skipped");
        assertThat(skipped.err().lines().filter(line -> line.contains("Skipped: ") && line.contains("account-a#1")))
                .hasSize(1);
        assertThat(parked.exitCode()).as(parked.err()).isZero();
        assertThat(parked.out()).contains("parked");
    }

    @Test
    void stopsAtMoreInARowThanItMayPark() {
        servers.append("account-a", "Paid", ONE);
        servers.append("account-b", "Paid", "{");
        servers.append("account-c", "Paid", "{");
        servers.append("account-d", "Paid", "{");

        Ended ended = TestProgram.run("replay", "payments", "--config", configure("on-poison: park, max-parked: 2"));

        assertThat(ended.exitCode()).isEqualTo(1);
        assertThat(ended.err()).contains("max-parked=2", "account-b#0", "account-c#0", "account-d#0");
    }

    @Test
    void saysWhatIsWrongWithACommand() {
        String config = configure("on-poison: park");

        assertThat(TestProgram.run("parked", "--config", config).err()).contains("millrace: ");
        assertThat(TestProgram.run("parked", "list", "--config", config).out()).contains("Nothing is parked.");
        Ended show = TestProgram.run("parked", "show", "payments", "7", "--config", config);
        assertThat(show.exitCode()).isEqualTo(2);
        assertThat(show.err()).contains("has no parked event 7");
        Ended discard = TestProgram.run("parked", "discard", "payments", "--stream", "s", "--config", config);
        assertThat(discard.exitCode()).isEqualTo(2);
        assertThat(discard.err()).contains("--yes");
    }

    private String status(String config) {
        return TestProgram.run("status", "--config", config, "--format", "json").out();
    }

    private void awaitParked(int events, TestProgram running) {
        TestProgram.await(
                () -> query("SELECT count(*) FROM millrace.parked_events").equals(Integer.toString(events)),
                () -> "expected " + events + " parked: "
                        + query("SELECT string_agg(stream || revision, ',') FROM millrace.parked_events") + "\n"
                        + running.err());
    }

    private String total() {
        return query("SELECT sum(total) FROM payments");
    }

    private String query(String sql) {
        try {
            return String.valueOf(servers.query(sql).get(0));
        } catch (SQLException e) {
            throw new AssertionError(e);
        }
    }
}
