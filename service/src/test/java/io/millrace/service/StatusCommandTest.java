package io.millrace.service;

import static org.assertj.core.api.Assertions.assertThat;

import io.millrace.service.TestProgram.Ended;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.Statement;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class StatusCommandTest {
    private static final String PAID = "{\"account\":\"a\",\"amount\":2,\"note\":\"n\"}";

    private static final int ATTEMPTS = 10;

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
    void namesWhoKeepsOldVersionsOfRows() throws Exception {
        servers.append("account-a", "Paid", PAID);
        String config = servers.configure(folder, "payments");
        assertThat(status(config)).contains("\"oldestSnapshot\":null");

        try (Connection report = servers.connect();
                Statement statement = report.createStatement()) {
            statement.execute("SET application_name = 'nightly report'; BEGIN ISOLATION LEVEL REPEATABLE READ");
            statement.execute("SELECT 1");
            Thread.sleep(6_000); // younger ones are nobody's fault

            assertThat(TestProgram.run("status", "--config", config).out())
                    .contains("Old versions of rows are kept for a transaction that is idle, server process ")
                    .contains("nightly report), for ");
        }
    }

    @Test
    void countsNoFurtherThanTenThousand() {
        servers.append(
                "account-a", "Paid", Stream.generate(() -> PAID).limit(10_500).toArray(String[]::new));

        String config = servers.configure(folder, "payments");
        String out = "";
        // On a busy machine the 2 s that it counts for may be over first: then it is asked again.
        for (int attempt = 1; !out.contains("10,") && attempt <= ATTEMPTS; attempt++) {
            out = TestProgram.run("status", "--config", config).out();
        }

        assertThat(out).contains("projection  state", "more than 10,000");
    }

    @Test
    void writesNothing() throws Exception {
        status(servers.configure(folder, "payments"));

        assertThat(servers.query("SELECT nspname FROM pg_namespace WHERE nspname = 'millrace'"))
                .isEmpty();
    }
}
