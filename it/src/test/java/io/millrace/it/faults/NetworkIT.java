package io.millrace.it.faults;

import static org.assertj.core.api.Assertions.assertThat;

import io.millrace.it.Cli;
import java.nio.file.Path;
import java.time.Duration;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * The network between the projector and one of its servers cuts, stalls, delays and throttles. Here the projector gives
 * up on a silent event store after 1 s + 1 s, on a silent PostgreSQL after 6 s, by its connection strings; {@code
 * -Dmillrace.it.defaults=true} leaves it at 5 s + 5 s and 60 s.
 */
final class NetworkIT {
    private static final Duration AT_ONCE = Duration.ofSeconds(5);
    private static final Duration EVENT_STORE_SILENT = Duration.ofSeconds(Rig.DEFAULTS ? 11 : 3);
    private static final Duration POSTGRES_SILENT = Duration.ofSeconds(Rig.DEFAULTS ? 66 : 12);
    private static final Duration HEAD_WITHIN = Duration.ofMinutes(2);

    @TempDir
    @SuppressWarnings("NullAway.Init")
    static Path folder;

    @SuppressWarnings("NullAway.Init")
    private static Rig rig;

    @SuppressWarnings("NullAway.Init")
    private static TcpProxy toStore;

    @SuppressWarnings("NullAway.Init")
    private static TcpProxy toPostgres;

    @BeforeAll
    static void start() {
        rig = Rig.start(folder);
        toStore = TcpProxy.to(rig.store.port());
        toPostgres = TcpProxy.to(rig.postgres().port());
    }

    @AfterEach
    void heal() {
        toStore.heal();
        toPostgres.heal();
    }

    @AfterAll
    static void stop() {
        toStore.close();
        toPostgres.close();
        rig.close();
    }

    @Test
    void theEventStoreIsCutOff() throws Exception {
        comesBackFrom("connection to the event store cut", toStore::cut, AT_ONCE);
    }

    @Test
    void postgresIsCutOff() throws Exception {
        comesBackFrom("connection to PostgreSQL cut", toPostgres::cut, AT_ONCE);
    }

    @Test
    void theEventStoresConnectionIsHalfOpen() throws Exception {
        comesBackFrom("connection to the event store half-open", toStore::haltOpenOnes, EVENT_STORE_SILENT);
    }

    @Test
    void postgresConnectionIsHalfOpen() throws Exception {
        comesBackFrom("connection to PostgreSQL half-open", toPostgres::haltOpenOnes, POSTGRES_SILENT);
    }

    @Test
    void theEventStoreIsSlowToReach() throws Exception {
        copesWith("100 ms of delay to the event store", () -> toStore.delay(Duration.ofMillis(100)), toStore::heal);
    }

    @Test
    void postgresIsSlowToReach() throws Exception {
        copesWith("100 ms of delay to PostgreSQL", () -> toPostgres.delay(Duration.ofMillis(100)), toPostgres::heal);
    }

    @Test
    void theEventStoresConnectionIsNarrow() throws Exception {
        copesWith("20 kB/s to the event store", () -> toStore.throttle(20_000), toStore::heal);
    }

    @Test
    void postgresConnectionIsNarrow() throws Exception {
        copesWith("20 kB/s to PostgreSQL", () -> toPostgres.throttle(20_000), toPostgres::heal);
    }

    /** Only the projector itself can end this one. */
    private static void comesBackFrom(String what, Runnable fault, Duration promised) throws Exception {
        try (Cli.Running run = run()) {
            try (Traffic traffic = Traffic.on(rig)) {
                traffic.awaitShown();
                Fault begun = Fault.begins(rig, what);
                fault.run();
                begun.awaitProgress(promised);
            }
            rig.awaitHead(HEAD_WITHIN);
            assertThat(run.stop().exitCode()).as(run.err()).isZero();
        }
    }

    /** What is merely slow is no reason to begin anew. */
    private static void copesWith(String what, Runnable fault, Runnable end) throws Exception {
        try (Cli.Running run = run()) {
            try (Traffic traffic = Traffic.on(rig)) {
                traffic.awaitShown();
                Fault begun = Fault.begins(rig, what);
                fault.run();
                begun.awaitProgress(AT_ONCE);
                end.run();
            }
            rig.awaitHead(HEAD_WITHIN);
            assertThat(run.err()).doesNotContain("RETRYING");
            assertThat(run.stop().exitCode()).as(run.err()).isZero();
        }
    }

    private static Cli.Running run() {
        return Rig.run(rig.configuration(toStore.port(), toPostgres.port()));
    }
}
