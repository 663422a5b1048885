package io.millrace.service;

import static org.assertj.core.api.Assertions.assertThat;

import io.millrace.service.TestProgram.Ended;
import java.nio.file.Path;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class StatusCommandTest {
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

    private String status(String config) {
        Ended ended = TestProgram.run("status", "--config", config, "--format", "json");
        assertThat(ended.exitCode()).isZero();
        return ended.out();
    }

    @Test
    void tellsWhatIsNewWhatLagsAndWhatIsLive() {
        servers.append("account-a", "Paid", PAID, PAID, PAID);
        servers.append("else", "NotHandled", "{}");
        String config = servers.configure(folder, "payments");

        assertThat(status(config)).contains("\"state\":\"NEW\"", "\"lag\":3,\"lagExact\":true");

        TestProgram running = TestProgram.start("run", "--config", config);
        running.awaitErr("payments: LIVE");
        assertThat(status(config))
                .contains("\"state\":\"LIVE\"", "\"lag\":0", "\"oldestSeconds\":0.000")
                .contains("\"owner\":\"process ", "\"epoch\":1,\"standbys\":0,\"waitsFor\":null");
        assertThat(running.stop().exitCode()).isZero();

        servers.append("account-a", "Paid", PAID);
        assertThat(status(config)).contains("\"state\":\"STOPPED\"", "\"lag\":1,");
    }

    @Test
    void countsNoFurtherThanTenThousand() {
        servers.append(
                "account-a", "Paid", Stream.generate(() -> PAID).limit(10_500).toArray(String[]::new));

        Ended ended = TestProgram.run("status", "--config", servers.configure(folder, "payments"));

        assertThat(ended.out()).contains("projection  state", "more than 10,000");
    }

    @Test
    void writesNothing() throws Exception {
        status(servers.configure(folder, "payments"));

        assertThat(servers.query("SELECT nspname FROM pg_namespace WHERE nspname = 'millrace'"))
                .isEmpty();
    }
}
