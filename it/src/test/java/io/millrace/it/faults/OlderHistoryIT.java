package io.millrace.it.faults;

import static org.assertj.core.api.Assertions.assertThat;

import io.millrace.it.Cli;
import io.millrace.it.Standing;
import java.nio.file.Path;
import java.time.Duration;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * The event store is restored from a backup that is older than the checkpoint: what the read model counted did not
 * happen any more. The program refuses to go on, and changes nothing.
 */
final class OlderHistoryIT {
    private static final int FLIGHTS = 1_000;
    private static final String ENDS_EARLIER = ": it ends at ";
    private static final String ANOTHER_EVENT = " stands event ";
    private static final String NO_RECORD = ": no record begins at ";
    private static final int REFUSED = 5;
    private static final Duration REFUSED_WITHIN = Duration.ofSeconds(20);
    private static final Duration HEAD_WITHIN = Duration.ofSeconds(30);

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
    void isRefusedAtTheStart() throws Exception {
        long backup = depart("first");
        depart("second");
        assertThat(replay().exitCode()).isZero();
        Standing before = rig.actual();
        restore(backup);

        assertRefused(replay(), before, ENDS_EARLIER);
    }

    @Test
    void isRefusedAtTheStartWhenItHasGrownPastTheCheckpoint() throws Exception {
        long backup = depart("first");
        depart("second");
        assertThat(replay().exitCode()).isZero();
        Standing before = rig.actual();
        restore(backup);
        depart("another second");
        depart("another third");

        assertRefused(replay(), before, ANOTHER_EVENT);
    }

    /** A server answers UNKNOWN to a read there, and to a subscription INVALID_ARGUMENT after its confirmation. */
    @Test
    void isRefusedAtTheStartWhenNoRecordBeginsAtTheCheckpointAnyMore() throws Exception {
        long backup = depart("first");
        depart("second");
        assertThat(replay().exitCode()).isZero();
        Standing before = rig.actual();
        restore(backup);
        departOthers();

        assertRefused(replay(), before, NO_RECORD);
    }

    @Test
    void endsARunningProjectorWhenNoRecordBeginsAtTheCheckpointAnyMore() throws Exception {
        endsARunningProjector(
                "event store: the same, no record beginning at the checkpoint", this::departOthers, NO_RECORD);
    }

    @Test
    void endsARunningProjector() throws Exception {
        endsARunningProjector(
                "event store: restored from an older backup under a running projector", () -> {}, ENDS_EARLIER);
    }

    @Test
    void endsARunningProjectorWhenItHasGrownPastTheCheckpoint() throws Exception {
        endsARunningProjector(
                "event store: the same, grown past the checkpoint before it is back",
                () -> {
                    depart("another second");
                    depart("another third");
                },
                ANOTHER_EVENT);
    }

    private void endsARunningProjector(String what, Runnable grows, String reason) throws Exception {
        try (TcpProxy toStore = TcpProxy.to(rig.store.port());
                Cli.Running run =
                        Rig.run(rig.configuration(toStore.port(), rig.postgres().port()))) {
            long backup = depart("first");
            depart("second");
            rig.awaitHead(HEAD_WITHIN);
            Standing before = rig.actual();
            toStore.refuse(true);
            long began = System.nanoTime();
            restore(backup);
            grows.run();
            toStore.refuse(false);

            Cli.Result ended = run.await(REFUSED_WITHIN);
            System.out.println("fault " + what + ": refused after " + (System.nanoTime() - began) / 1_000_000 + " ms");
            assertRefused(ended, before, reason);
        }
    }

    private void assertRefused(Cli.Result result, Standing before, String reason) throws Exception {
        assertThat(result.exitCode()).as(result.toString()).isEqualTo(REFUSED);
        assertThat(result.err())
                .contains(Rig.PROJECTION + ": FAILED")
                .contains("does not hold the history of this checkpoint")
                .contains(reason);
        assertThat(rig.actual()).isEqualTo(before);
    }

    private Cli.Result replay() {
        return Cli.run("replay", Rig.PROJECTION, "--config", rig.configuration().toString());
    }

    private void restore(long commitPosition) {
        rig.store.faults().forgetAfter(commitPosition);
        rig.store.kill();
        rig.store.restart();
    }

    /** Flights whose records are of other lengths. */
    private void departOthers() {
        try (Flights flights = new Flights(rig.store.connectionString(), "others")) {
            flights.skip(1);
            flights.depart(3 * FLIGHTS);
        }
    }

    /** Returns the commit position of the last one. */
    private long depart(String source) {
        try (Flights flights = new Flights(rig.store.connectionString(), source)) {
            flights.depart(FLIGHTS);
            return flights.departOne();
        }
    }
}
