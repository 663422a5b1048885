package io.millrace.service;

import static org.assertj.core.api.Assertions.assertThat;

import io.millrace.sql.PostgresSettings;
import io.millrace.sql.PostgresStore;
import java.nio.file.Path;
import java.sql.SQLException;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** A command that writes a projection while a service runs it. */
class CommandLeaseTest {
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

    private PostgresStore store() {
        return PostgresStore.open(PostgresSettings.of(servers.url(), servers.user(), "", "public"));
    }

    private String total() {
        try {
            return servers.query("SELECT total FROM payments").get(0);
        } catch (SQLException | IndexOutOfBoundsException e) {
            return "";
        }
    }

    @Test
    void theServiceHandsOverAndGoesOnAfterwards() {
        servers.append("account-a", "Paid", PAID);
        TestProgram service = TestProgram.start("run", "--config", servers.configure(folder, "payments"));
        service.awaitErr("payments: LIVE");

        try (PostgresStore store = store();
                CommandLease lease = CommandLease.claim(store, "payments")) {
            assertThat(lease.epoch()).isEqualTo(2);
            assertThat(lease.isLost()).isFalse();
            servers.append("account-a", "Paid", PAID);
            assertThat(total()).isEqualTo("2");
            assertThat(service.err()).contains("handed over: process ", "payments: STOPPED");
        }

        TestProgram.await(() -> total().equals("4"), service::err);
        assertThat(service.stop().exitCode()).isZero();
    }

    @Test
    void takesWhatNobodyHoldsAtOnce() {
        try (PostgresStore store = store();
                CommandLease lease = CommandLease.claim(store, "payments")) {
            assertThat(lease.epoch()).isEqualTo(1);
        }
    }
}
