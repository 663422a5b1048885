package io.millrace.it.faults;

import static org.assertj.core.api.Assertions.assertThat;

import io.millrace.it.Cli;
import io.millrace.it.faults.FlushProxy.Step;
import java.nio.file.Path;
import java.sql.SQLException;
import java.time.Duration;
import java.util.concurrent.atomic.AtomicBoolean;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedClass;
import org.junit.jupiter.params.provider.EnumSource;

/**
 * A flush stops on its way when half of it has been executed, and nobody says so: as when the writer freezes, or the
 * network goes, while a batch larger than the sockets' buffers is being sent. PostgreSQL then holds the locks of the rows
 * that it has changed, and waits for the rest.
 */
@ParameterizedClass
@EnumSource(mode = EnumSource.Mode.EXCLUDE, names = "ONE_AND_TWO_THAT_SHARE")
final class HalfSentIT {
    private static final Duration TAKEN_OVER_WITHIN = Duration.ofSeconds(5);
    private static final Duration NOTICED_WITHIN = Duration.ofSeconds(Rig.DEFAULTS ? 66 : 12);
    private static final Duration PATIENCE = Duration.ofMinutes(1);

    @TempDir
    @SuppressWarnings("NullAway.Init")
    Path folder;

    @SuppressWarnings("NullAway.Init")
    private Rig rig;

    @SuppressWarnings("NullAway.Init")
    private FlushProxy proxy;

    private final Rig.Projections projections;

    HalfSentIT(Rig.Projections projections) {
        this.projections = projections;
    }

    @BeforeEach
    void start() {
        rig = Rig.start(folder, projections);
        proxy = FlushProxy.to(rig.postgres().port());
    }

    @AfterEach
    void stop() {
        proxy.close();
        rig.close();
    }

    /** The writer itself finds out, ends the session that it has lost, and sends the flush again. */
    @Test
    void theWriterEndsItsOwnSessionThatTheNetworkLeftHalfway() throws Exception {
        try (Cli.Running run = Rig.run(rig.configuration(rig.store.port(), proxy.port()))) {
            try (Traffic traffic = Traffic.on(rig)) {
                traffic.awaitShown();
                Fault fault = halt("half of a flush sent, then its connection silent", () -> {});
                fault.awaitProgress(NOTICED_WITHIN);
            }
            rig.awaitHead(PATIENCE);
            assertThat(run.stop().exitCode()).as(run.err()).isZero();
        }
    }

    /** The one that takes over has to end the session of the one that is frozen. */
    @Test
    void theSuccessorEndsTheSessionOfAFrozenWriter() throws Exception {
        try (ProjectorProcess writer = run("writer", rig.configuration(rig.store.port(), proxy.port()));
                Traffic traffic = Traffic.on(rig)) {
            traffic.awaitShown();
            try (ProjectorProcess successor = run("successor", rig.configuration())) {
                successor.awaitOutput("STANDBY", PATIENCE);
                rig.awaitShares(PATIENCE);
                int stoodBy = writer.said("STANDBY");
                Fault fault = halt("half of a flush sent, then its writer frozen, another in STANDBY", writer::freeze);
                fault.awaitProgress(TAKEN_OVER_WITHIN);
                traffic.end();
                rig.awaitHead(PATIENCE);
                writer.thaw();
                Await.until(PATIENCE, writer::output, () -> writer.said("STANDBY") > stoodBy);
                assertThat(successor.stop()).as(successor.output()).isZero();
            }
            assertThat(writer.stop()).as(writer.output()).isZero();
        }
        assertThat(rig.actual()).isEqualTo(rig.expected());
    }

    private Fault halt(String what, Runnable then) throws Exception {
        AtomicBoolean halfSent = new AtomicBoolean();
        proxy.at(0, projections.sharing() > 1, Step.HALF_SENT, () -> {}, () -> {
            halfSent.set(true);
            then.run();
        });
        Await.until(
                PATIENCE,
                () -> "half of a flush is sent (" + halfSent + "), and PostgreSQL holds rows that it has changed",
                () -> halfSent.get() && rowsAreLocked());
        return Fault.begins(rig, what + ": " + projections);
    }

    private boolean rowsAreLocked() throws SQLException {
        return !rig.ask("SELECT 1 FROM pg_stat_activity WHERE application_name LIKE 'millrace%'"
                        + " AND state IN ('idle in transaction', 'active') AND wait_event = 'ClientRead'"
                        + " AND backend_xid IS NOT NULL")
                .isEmpty();
    }

    private ProjectorProcess run(String name, Path configuration) {
        return ProjectorProcess.start(rig.output(name), "run", "--config", configuration.toString());
    }
}
