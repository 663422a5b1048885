package io.millrace.service;

import static org.assertj.core.api.Assertions.assertThat;

import io.millrace.service.TestProgram.Ended;
import java.nio.file.Path;
import java.sql.SQLException;
import java.time.Duration;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class RunCommandTest {
    private static final String PAID = "{\"account\":\"a\",\"amount\":2,\"note\":\"n\"}";

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

    private TestProgram run(String... projections) {
        return TestProgram.start("run", "--config", servers.configure(folder, projections));
    }

    @Test
    void followsLiveEventsUntilItIsStopped() throws SQLException {
        servers.append("account-a", "Paid", PAID);
        TestProgram running = run("payments", "payments-copy");
        running.awaitErr("payments: LIVE");
        running.awaitErr("payments-copy: LIVE");

        servers.append("account-a", "Paid", PAID);
        TestProgram.await(
                () -> total("payments").equals("4") && total("payments_copy").equals("4"), running::err);
        long asked = System.nanoTime();
        Ended ended = running.stop();

        assertThat(Duration.ofNanos(System.nanoTime() - asked)).isLessThan(Duration.ofSeconds(20));
        assertThat(ended.exitCode()).isZero();
        assertThat(ended.err()).contains("payments: STARTING", "payments: CATCHING_UP", "payments: STOPPED");
        assertThat(ended.out()).contains("payments-copy");
    }

    private String total(String table) {
        try {
            return servers.query("SELECT total FROM " + table).get(0);
        } catch (SQLException | IndexOutOfBoundsException e) {
            return "";
        }
    }

    @Test
    void oneThatFailsDoesNotStopTheOthersAndItEndsWhenNoneIsLeft() {
        servers.append("account-a", "Paid", PAID, "{\"account\":\"a\"}");
        servers.append("viewer-1", "VideoViewed", "{\"viewerId\":\"1\"}");
        TestProgram running = run("payments", "views-per-viewer");
        running.awaitErr("payments: FAILED");
        running.awaitErr("views-per-viewer: LIVE");

        assertThat(running.isRunning()).isTrue();
        servers.append("viewer-1", "VideoViewed", "{}");
        Ended ended = running.awaitEnd();

        assertThat(ended.exitCode()).isEqualTo(1);
        assertThat(ended.err()).contains("views-per-viewer: FAILED").doesNotContain("\tat ");
    }

    @Test
    void theSecondOfTwoProjectionsOverOneTableIsRefusedAndTheFirstGoesOn() {
        TestProgram running = run("payments", "payments-again");
        running.awaitErr(": LIVE");
        running.awaitErr("cannot start: table \"public\".\"payments\" belongs to projection payments");

        Ended ended = running.stop();

        assertThat(ended.exitCode()).isEqualTo(5);
        assertThat(ended.err()).contains(": STOPPED");
    }

    @Test
    void aFencedProjectionDropsItsBatchAndGoesOnUnderAnEpochOfItsOwn() throws SQLException {
        servers.append("account-a", "Paid", PAID);
        TestProgram running = run("payments");
        running.awaitErr("payments: LIVE");
        servers.execute("UPDATE millrace.checkpoints SET epoch = epoch + 1");

        servers.append("account-a", "Paid", PAID);
        running.awaitErr("payments: FENCED");
        TestProgram.await(() -> total("payments").equals("4"), running::err);

        assertThat(running.stop().exitCode()).isZero();
        assertThat(servers.query("SELECT epoch FROM millrace.checkpoints")).containsExactly("3");
    }

    @Test
    void oneOfTwoStandsByAndTakesOverWhenTheOtherStops() throws SQLException {
        servers.append("account-a", "Paid", PAID);
        TestProgram first = run("payments");
        first.awaitErr("payments: LIVE");
        TestProgram second = run("payments");
        // Two programs in one process share its log, which goes to the console of the one that began last.
        second.awaitErr("payments: STANDBY: process ");

        assertThat(first.stop().exitCode()).isZero();
        servers.append("account-a", "Paid", PAID);
        TestProgram.await(() -> total("payments").equals("4"), second::err);

        assertThat(second.stop().exitCode()).isZero();
        assertThat(servers.query("SELECT epoch FROM millrace.checkpoints")).containsExactly("2");
        assertThat(servers.query("SELECT 1 FROM millrace.instances")).isEmpty();
    }

    @Test
    void saysWhyAndSinceWhenItRetries() throws SQLException {
        servers.append("account-a", "Paid", PAID);
        TestProgram running = run("payments");
        running.awaitErr("payments: LIVE");

        servers.eventStore.stop();
        running.awaitErr("payments: RETRYING, since ");
        servers.eventStore.restart();
        servers.append("account-a", "Paid", PAID);
        TestProgram.await(() -> total("payments").equals("4"), running::err);

        assertThat(running.stop().exitCode()).isZero();
    }
}
