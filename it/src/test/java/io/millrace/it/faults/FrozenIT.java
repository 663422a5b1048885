package io.millrace.it.faults;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Path;
import java.time.Duration;
import java.util.Locale;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** A projector is stopped by SIGSTOP for longer than every timeout, and goes on when another has long taken over. */
final class FrozenIT {
    /** Longer than the 6 s for which this configuration waits for PostgreSQL, and than a lease lasts. */
    private static final Duration FROZEN = Duration.ofSeconds(Rig.DEFAULTS ? 70 : 8);

    private static final Duration PROMISED = Duration.ofSeconds(5);
    private static final Duration PATIENCE = Duration.ofMinutes(1);

    @TempDir
    @SuppressWarnings("NullAway.Init")
    Path folder;

    @SuppressWarnings("NullAway.Init")
    private Rig rig;

    @BeforeEach
    void start() {
        rig = Rig.start(folder);
    }

    @AfterEach
    void stop() {
        rig.close();
    }

    @Test
    void leavesTheReadModelToTheOneThatTookOver() throws Exception {
        try (ProjectorProcess frozen = run("frozen");
                Traffic traffic = Traffic.on(rig)) {
            traffic.awaitShown();
            try (ProjectorProcess successor = run("successor")) {
                successor.awaitOutput("STANDBY", PATIENCE);
                Fault fault = Fault.begins(rig, "projector stopped by SIGSTOP, another in STANDBY");
                frozen.freeze();
                long thaw = System.nanoTime() + FROZEN.toNanos();
                fault.awaitProgress(PROMISED);
                Await.until(FROZEN.plus(PATIENCE), () -> "time passes", () -> System.nanoTime() - thaw > 0);
                frozen.thaw();
                frozen.awaitOutput("STANDBY", PATIENCE);
                traffic.end();
                rig.awaitHead(PATIENCE);
                assertThat(successor.output().toUpperCase(Locale.ROOT)).doesNotContain("FENCED");
                assertThat(successor.stop()).as(successor.output()).isZero();
            }
            assertThat(frozen.stop()).as(frozen.output()).isZero();
        }
        assertThat(rig.actual()).isEqualTo(rig.expected());
    }

    private ProjectorProcess run(String name) {
        return ProjectorProcess.start(
                rig.output(name), "run", "--config", rig.configuration().toString());
    }
}
