package io.millrace.it.faults;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Locale;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

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

    @AfterEach
    void stop() {
        rig.close();
    }

    /** That one alone is taken over from a frozen one is tried in each build by {@code LeaseIT}. */
    static List<Rig.Projections> projections() {
        return Rig.DEFAULTS
                ? List.of(Rig.Projections.ONE, Rig.Projections.THREE_THAT_SHARE)
                : List.of(Rig.Projections.THREE_THAT_SHARE);
    }

    /** Of three, the frozen one holds two, which share their flushes; the other one holds the third already. */
    @ParameterizedTest
    @MethodSource("projections")
    void leavesTheReadModelToTheOneThatTookOver(Rig.Projections projections) throws Exception {
        rig = Rig.start(folder, projections);
        try (ProjectorProcess frozen = run("frozen");
                Traffic traffic = Traffic.on(rig)) {
            traffic.awaitShown();
            try (ProjectorProcess successor = run("successor")) {
                successor.awaitOutput("STANDBY", PATIENCE);
                rig.awaitShares(PATIENCE);
                int stoodBy = frozen.said("STANDBY");
                Fault fault = Fault.begins(rig, "projector stopped by SIGSTOP, another in STANDBY: " + projections);
                frozen.freeze();
                long thaw = System.nanoTime() + FROZEN.toNanos();
                fault.awaitProgress(PROMISED);
                Await.until(FROZEN.plus(PATIENCE), () -> "time passes", () -> System.nanoTime() - thaw > 0);
                frozen.thaw();
                Await.until(PATIENCE, frozen::output, () -> frozen.said("STANDBY") > stoodBy);
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
