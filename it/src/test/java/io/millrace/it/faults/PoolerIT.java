package io.millrace.it.faults;

import static org.assertj.core.api.Assertions.assertThat;

import io.millrace.it.Cli;
import java.nio.file.Path;
import java.time.Duration;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.condition.EnabledIf;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedClass;
import org.junit.jupiter.params.provider.MethodSource;

/** The whole program through PgBouncer in transaction mode, which lends a session for one transaction at a time. */
@EnabledIf("io.millrace.it.faults.PgBouncer#isThere")
@ParameterizedClass
@MethodSource("io.millrace.it.faults.PgBouncer#supportOfPreparedStatements")
final class PoolerIT {
    /** What is printed at the start: 1 projection + 1 for the leases + 2 for everything else. */
    private static final int NEEDED = 4;

    private static final int FLIGHTS = 20_000;
    private static final Duration TAKE_OVER = Duration.ofSeconds(5);
    private static final Duration PATIENCE = Duration.ofMinutes(1);

    private final String preparedStatements;

    @TempDir
    @SuppressWarnings("NullAway.Init")
    private Path folder;

    @SuppressWarnings("NullAway.Init")
    private Rig rig;

    PoolerIT(String preparedStatements) {
        this.preparedStatements = preparedStatements;
    }

    @BeforeEach
    void start() {
        rig = Rig.start(folder);
    }

    @AfterEach
    void stop() {
        rig.close();
    }

    private PgBouncer pooler(int poolSize) throws Exception {
        return PgBouncer.before(rig.postgres().port(), folder, poolSize, preparedStatements);
    }

    private String configuration(PgBouncer pooler) {
        return rig.configuration(rig.store.port(), pooler.port()).toString();
    }

    private ProjectorProcess run(String name, PgBouncer pooler) {
        return ProjectorProcess.start(rig.output(name), "run", "--config", configuration(pooler));
    }

    @Test
    void replaysWithAsManySessionsAsItSays() throws Exception {
        try (PgBouncer pooler = pooler(NEEDED);
                Flights flights = rig.flights()) {
            flights.depart(FLIGHTS);
            expectReplayed(Cli.run("replay", Rig.PROJECTION, "--config", configuration(pooler)));
            expectReplayed(
                    Cli.run("replay", Rig.PROJECTION, "--from-start", "--yes", "--config", configuration(pooler)));
        }
    }

    private void expectReplayed(Cli.Result replay) throws Exception {
        assertThat(replay.exitCode()).as(replay.toString()).isZero();
        assertThat(rig.actual()).isEqualTo(rig.expected());
    }

    @Test
    void isTakenOverAndGoesOnAfterThePoolerWasKilled() throws Exception {
        try (PgBouncer pooler = pooler(2 * NEEDED);
                ProjectorProcess first = run("first", pooler);
                Traffic traffic = Traffic.on(rig)) {
            traffic.awaitShown();
            try (ProjectorProcess successor = run("successor", pooler)) {
                successor.awaitOutput("STANDBY", PATIENCE);
                Fault killed = Fault.begins(rig, "projector killed, another in STANDBY, through PgBouncer");
                first.kill();
                killed.awaitProgress(TAKE_OVER);

                Fault cut = Fault.begins(rig, "PgBouncer killed and restarted");
                pooler.killAndStartAgain();
                cut.ends();
                cut.awaitProgress(TAKE_OVER);
                traffic.end();
                rig.awaitHead(PATIENCE);
                assertThat(successor.stop()).as(successor.output()).isZero();
            }
        }
        assertThat(rig.actual()).isEqualTo(rig.expected());
    }
}
