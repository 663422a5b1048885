package io.millrace.it.faults;

import static org.assertj.core.api.Assertions.assertThat;

import io.millrace.embedded.EmbeddedPostgres;
import io.millrace.it.Cli;
import io.millrace.it.DataFolder;
import java.nio.file.Path;
import java.sql.SQLException;
import java.time.Duration;
import java.util.Arrays;
import java.util.List;
import java.util.stream.IntStream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * PostgreSQL comes back without commits that it had acknowledged, rows and checkpoint alike. The projector says how far
 * it went back, and reads again from there; it does not stop. One projection flushes alone, two together.
 */
final class LostCommitsIT {
    private static final Duration PROMISED = Duration.ofSeconds(15);
    private static final Duration PATIENCE = Duration.ofMinutes(1);
    private static final int FLIGHTS_TO_LOSE = 200;

    @TempDir
    @SuppressWarnings("NullAway.Init")
    Path folder;

    @SuppressWarnings("NullAway.Init")
    private Rig rig;

    @SuppressWarnings("NullAway.Init")
    private TcpProxy toPostgres;

    @BeforeEach
    void start() {
        rig = Rig.start(folder, Rig.Projections.ONE_AND_TWO_THAT_SHARE);
        toPostgres = TcpProxy.to(rig.postgres().port());
    }

    @AfterEach
    void stop() {
        toPostgres.close();
        rig.close();
    }

    @Test
    void goesBackWithAStandbyThatLagged() throws Exception {
        DataFolder copy = new DataFolder(folder.resolve("standby"));
        rig.postgres().stop();
        rig.dataFolder().copyTo(copy);
        rig.postgres().restart();
        try (TcpProxy replication = TcpProxy.to(rig.postgres().port())) {
            copy.followsServerAt(replication.port());
            EmbeddedPostgres standby = EmbeddedPostgres.start(copy.path());
            goesBack(
                    "PostgreSQL: primary killed, promoted a standby that lagged",
                    () -> {
                        awaitReplicated(standby);
                        replication.stall();
                    },
                    () -> {
                        rig.postgres().kill();
                        Rig.ask(standby, "SELECT pg_promote()");
                        toPostgres.leadTo(standby.port());
                        rig.replacePostgres(standby);
                    });
        }
    }

    private void awaitReplicated(EmbeddedPostgres standby) throws Exception {
        String flushes = "SELECT max(flush_number) FROM millrace.checkpoints";
        Await.until(
                PATIENCE,
                () -> "the standby has a checkpoint",
                () -> !Rig.ask(standby, flushes).isEmpty());
        assertThat(rig.ask("SELECT count(*) FROM pg_stat_replication")).isEqualTo("1");
    }

    @Test
    void goesBackWithWhatWasCommittedAsynchronously() throws Exception {
        rig.ask("ALTER SYSTEM SET wal_writer_delay = '10s'");
        rig.ask("ALTER DATABASE postgres SET synchronous_commit = off");
        rig.postgres().restart();
        goesBack(
                "PostgreSQL: synchronous_commit=off, killed",
                () -> rig.ask("SET synchronous_commit = on; CREATE TABLE written_through ()"),
                () -> {
                    rig.postgres().kill();
                    rig.postgres().restart();
                });
    }

    @Test
    void goesBackWithARestoredBackup() throws Exception {
        DataFolder backup = new DataFolder(folder.resolve("backup"));
        goesBack(
                "PostgreSQL: an older backup put back",
                () -> {
                    rig.postgres().stop();
                    rig.dataFolder().copyTo(backup);
                    rig.postgres().restart();
                },
                () -> {
                    rig.postgres().stop();
                    backup.copyTo(rig.dataFolder());
                    rig.postgres().restart();
                });
    }

    /** Then nobody holds on to what was acknowledged: the projector begins anew, with whatever is there. */
    @Test
    void saysHowFarAlsoWhereTheLeaseRanOutMeanwhile() throws Exception {
        DataFolder backup = new DataFolder(folder.resolve("backup"));
        goesBack(
                "PostgreSQL: an older backup put back, away for longer than a lease",
                () -> {
                    rig.postgres().stop();
                    rig.dataFolder().copyTo(backup);
                    rig.postgres().restart();
                },
                run -> {
                    rig.postgres().stop();
                    backup.copyTo(rig.dataFolder());
                    Await.until(PATIENCE, run::err, () -> run.err().contains("the lease could not be renewed"));
                    rig.postgres().restart();
                });
    }

    private interface Act {
        void run() throws Exception;
    }

    private interface Loss {
        void during(Cli.Running run) throws Exception;
    }

    /**
     * @param fromNowOn after this, commits are going to be lost
     * @param loss takes them away
     */
    private void goesBack(String what, Act fromNowOn, Act loss) throws Exception {
        goesBack(what, fromNowOn, run -> loss.run());
    }

    private void goesBack(String what, Act fromNowOn, Loss loss) throws Exception {
        try (Cli.Running run = Rig.run(rig.configuration(rig.store.port(), toPostgres.port()))) {
            try (Traffic traffic = Traffic.on(rig)) {
                traffic.awaitShown();
                rig.awaitShared(PATIENCE);
                fromNowOn.run();
                awaitFlightsToLose();
                Fault fault = Fault.begins(rig, what);
                loss.during(run);
                fault.ends();
                fault.awaitProgress(PROMISED);
            }
            rig.awaitHead(PATIENCE);
            List<String> said = Arrays.stream(run.err().split("\n", -1))
                    .filter(line -> line.contains("lost commits"))
                    .toList();
            for (String projection : List.of(Rig.PROJECTION, MoreFlights.ARRIVALS)) {
                assertThat(said)
                        .as(run.err())
                        .filteredOn(line -> line.contains(" of projection " + projection + " that"))
                        .singleElement()
                        .asString()
                        .contains("expected its checkpoint at ", "but it stands at ");
            }
            said.forEach(line -> System.out.println("fault " + what + ": the log said: " + line));
            assertThat(run.stop().exitCode()).as(run.err()).isZero();
        }
    }

    private void awaitFlightsToLose() throws Exception {
        Await.until(PATIENCE, () -> "PostgreSQL is back", this::isThere);
        List<Long> before = rig.flightsCountedInEach();
        Await.until(PATIENCE, () -> "flights to lose in each projection", () -> {
            List<Long> now = rig.flightsCountedInEach();
            return IntStream.range(0, before.size()).allMatch(i -> now.get(i) >= before.get(i) + FLIGHTS_TO_LOSE);
        });
    }

    private boolean isThere() {
        try {
            rig.flightsCounted();
            return true;
        } catch (SQLException serverIsAway) {
            return false;
        }
    }
}
