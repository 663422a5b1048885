package io.millrace.it.faults;

import static org.assertj.core.api.Assertions.assertThat;

import io.millrace.it.Cli;
import java.nio.file.Path;
import java.time.Duration;
import java.util.SplittableRandom;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * The servers are killed and started again, while flights keep departing and the projector is at it. {@code
 * -Dmillrace.it.rounds=20} does each that often.
 */
final class ServersKilledIT {
    private static final int ROUNDS = Integer.getInteger("millrace.it.rounds", 1);
    private static final Duration PROMISED = Duration.ofSeconds(10);
    private static final Duration HEAD_WITHIN = Duration.ofMinutes(1);

    @TempDir
    @SuppressWarnings("NullAway.Init")
    static Path folder;

    @SuppressWarnings("NullAway.Init")
    private static Rig rig;

    private final SplittableRandom random = new SplittableRandom();

    @BeforeAll
    static void start() {
        rig = Rig.start(folder);
    }

    @AfterAll
    static void stop() {
        rig.close();
    }

    @Test
    void postgresIsKilled() throws Exception {
        comesBackFrom(
                "PostgreSQL killed and restarted",
                () -> rig.postgres().kill(),
                () -> rig.postgres().restart());
    }

    @Test
    void postgresIsStoppedImmediately() throws Exception {
        comesBackFrom(
                "PostgreSQL stopped (immediate) and restarted",
                () -> rig.postgres().stopImmediately(),
                () -> rig.postgres().restart());
    }

    @Test
    void theEventStoreIsKilled() throws Exception {
        comesBackFrom("event store killed and restarted", () -> rig.store.kill(), () -> rig.store.restart());
    }

    @Test
    void bothAreKilled() throws Exception {
        comesBackFrom(
                "PostgreSQL and event store killed and restarted",
                () -> {
                    rig.postgres().kill();
                    rig.store.kill();
                },
                () -> {
                    rig.store.restart();
                    rig.postgres().restart();
                });
    }

    private void comesBackFrom(String what, Runnable killing, Runnable restarting) throws Exception {
        try (Cli.Running run = Rig.run(rig.configuration())) {
            for (int round = 0; round < ROUNDS; round++) {
                Fault fault;
                try (Traffic traffic = Traffic.on(rig)) {
                    traffic.awaitShown();
                    Thread.sleep(random.nextInt(100));
                    fault = Fault.begins(rig, what);
                    killing.run();
                    restarting.run();
                    fault.ends();
                    fault.awaitProgress(PROMISED);
                }
                rig.awaitHead(HEAD_WITHIN);
            }
            assertThat(run.stop().exitCode()).as(run.err()).isZero();
        }
    }
}
