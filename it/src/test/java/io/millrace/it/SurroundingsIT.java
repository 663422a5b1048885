package io.millrace.it;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import io.millrace.embedded.EmbeddedPostgres;
import java.io.File;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.Statement;
import java.time.Duration;
import java.util.List;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/**
 * What happens around a program that runs: administrators change tables and rights, connections and disks run out. It
 * goes on by itself, or stops with an error that names the cause; no event is blamed, lost or counted twice.
 */
final class SurroundingsIT {
    private static final Duration REFUSED_WITHIN = Duration.ofSeconds(20);
    /** How long connections are exhausted; a minute in the long run. */
    private static final Duration EXHAUSTED = Duration.ofSeconds(Long.getLong("millrace.it.exhausted.seconds", 4));

    /** Above the 16 MiB of a file of the server's log. */
    private static final int LARGEST_FILE = 20 << 20;

    @TempDir
    @SuppressWarnings("NullAway.Init")
    Path folder;

    @SuppressWarnings("NullAway.Init")
    private static EmbeddedPostgres server;

    @BeforeAll
    static void start() {
        server = EmbeddedPostgres.start();
    }

    @AfterAll
    static void stop() {
        server.close();
    }

    private Surrounded surrounded(String name) throws IOException {
        return new Surrounded(name, server, folder);
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "column-dropped | ALTER TABLE %s RENAME COLUMN delay_sum TO gone | delay_sum | 42703"
                        + " | ALTER TABLE %s RENAME COLUMN gone TO delay_sum",
                "table-renamed | ALTER TABLE %s RENAME TO gone | does not exist | 42P01 | ALTER TABLE gone RENAME TO %s",
                "rights-revoked | REVOKE ALL ON %s FROM CURRENT_WRITER | permission denied | 42501"
                        + " | GRANT ALL ON %s TO CURRENT_WRITER"
            })
    void stopsAtWhatOnlyAnAdministratorCanMendAndGoesOnAfterIt(
            String name, String breaking, String named, String sqlState, String mending) throws Exception {
        try (Surrounded around = surrounded(name)) {
            around.depart(3);
            try (Cli.Running run = around.startLive()) {
                around.awaitAllOnce(run);
                around.execute(breaking.formatted(around.table()).replace("CURRENT_WRITER", around.role()));
                around.depart(20);

                Cli.Result stopped = run.await(Duration.ofSeconds(60));

                assertThat(stopped.exitCode()).as(stopped.toString()).isEqualTo(1);
                assertThat(stopped.err()).contains(named, sqlState, around.table());
                assertThat(stopped.err())
                        .as("no event is to blame, and none is looked for")
                        .doesNotContain(": event ", "halves");
            }
            around.execute(mending.formatted(around.table()).replace("CURRENT_WRITER", around.role()));
            try (Cli.Running again = around.startLive()) {
                around.awaitAllOnce(again);
            }
        }
    }

    @Test
    void saysAtTheNextStartThatAColumnIsGoneForGood() throws Exception {
        try (Surrounded around = surrounded("column-gone")) {
            around.depart(3);
            try (Cli.Running run = around.startLive()) {
                around.awaitAllOnce(run);
                around.execute("ALTER TABLE " + around.table() + " DROP COLUMN delay_max");
                around.depart(3);
                assertThat(run.await(Duration.ofSeconds(60)).err()).contains("delay_max", "42703", "restore it");
            }
            Cli.Result refused = around.start().await(Duration.ofSeconds(60));
            assertThat(refused.exitCode()).as(refused.toString()).isEqualTo(5);
            assertThat(refused.err()).contains("delay_max", around.table());
        }
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "index-created | CREATE INDEX ON %s (flights) | ShareLock",
                "column-added | ALTER TABLE %s ADD COLUMN note text NOT NULL DEFAULT 'none' | AccessExclusiveLock"
            })
    void waitsForAChangeOfItsTableSaysForWhatAndGoesOn(String name, String change, String lock) throws Exception {
        try (Surrounded around = surrounded(name)) {
            // Shorter than the 10 s of our own, so that it is reached here; who blocks is looked for after 1 s.
            around.execute("ALTER ROLE " + around.role() + " SET lock_timeout = '4s'");
            around.depart(50);
            try (Cli.Running run = around.startLive();
                    Connection administrator = around.administrator();
                    Statement statement = administrator.createStatement()) {
                around.awaitAllOnce(run);
                administrator.setAutoCommit(false);
                statement.execute(change.formatted(around.table()));
                around.depart(50);
                Surrounded.awaitLog(run, ": waits for server process ");
                String blocker = " of role postgres, which holds " + lock + " on " + around.table();
                assertThat(run.err()).contains(blocker);
                Surrounded.awaitLog(run, "55P03");
                around.awaitStatus(" waits for server process ", blocker);
                administrator.commit();
                around.awaitAllOnce(run);
                around.depart(50);
                around.awaitAllOnce(run);
            }
        }
    }

    @Test
    void sendsInHalvesWhatARolesLimitOfTimeCutsOff() throws Exception {
        try (Surrounded around = surrounded("statement-timeout")) {
            around.depart(1);
            try (Cli.Running run = around.startLive()) {
                around.awaitAllOnce(run);
            }
            around.execute("""
                    CREATE FUNCTION slowly() RETURNS trigger LANGUAGE plpgsql AS
                        $$ BEGIN PERFORM pg_sleep(0.02); RETURN new; END $$;
                    CREATE TRIGGER slowly BEFORE INSERT ON %s FOR EACH ROW EXECUTE FUNCTION slowly()""".formatted(around.table()));
            around.execute("ALTER ROLE " + around.role() + " SET statement_timeout = '1s'");
            around.depart(100);
            try (Cli.Running run = around.start()) {
                around.awaitAllOnce(run);
                assertThat(run.err()).contains("57014", "in halves", "statement_timeout");
            }
        }
    }

    @Test
    void triesAgainWhileThereIsNoConnection() throws Exception {
        try (Surrounded around = surrounded("no-connection")) {
            around.depart(3);
            try (Cli.Running run = around.startLive()) {
                around.awaitAllOnce(run);
                around.execute("ALTER ROLE " + around.role() + " CONNECTION LIMIT 0");
                around.endSessions();
                around.depart(3);
                Surrounded.awaitLog(run, "RETRYING");
                Thread.sleep(EXHAUSTED.toMillis());
                around.execute("ALTER ROLE " + around.role() + " CONNECTION LIMIT -1");
                long since = System.nanoTime();
                around.awaitAllOnce(run);
                System.out.printf(
                        "no connection for %d s: goes on %d ms after there is one%n",
                        EXHAUSTED.toSeconds(), (System.nanoTime() - since) / 1_000_000);
            }
        }
    }

    @Test
    void refusesToRunAndToReplayWhereTooFewConnectionsAreAllowed() throws Exception {
        try (Surrounded around = surrounded("few-connections")) {
            around.execute("ALTER ROLE " + around.role() + " CONNECTION LIMIT 3");
            for (Cli.Result refused : List.of(around.start().await(REFUSED_WITHIN), around.replay())) {
                assertThat(refused.exitCode()).as(refused.toString()).isEqualTo(5);
                assertThat(refused.err())
                        .contains("expected to be allowed 4 (1 projection + 1 for the leases + 2 for everything else)")
                        .contains("CONNECTION LIMIT allows 3");
            }
        }
    }

    @Test
    void replaysAndRunsWithAsManyConnectionsAsItSays() throws Exception {
        try (Surrounded around = surrounded("enough-connections")) {
            around.execute("ALTER ROLE " + around.role() + " CONNECTION LIMIT 4");
            around.depart(300);
            Cli.Result replay = around.replay();
            assertThat(replay.exitCode()).as(replay.toString()).isZero();
            assertThat(replay.err())
                    .contains("4 (1 projection + 1 for the leases + 2 for everything else)")
                    .doesNotContain("53300");
            around.assertAllOnce();
            try (Cli.Running run = around.startLive()) {
                around.depart(300);
                around.awaitAllOnce(run);
                assertThat(around.sessions("millrace leases")).isEqualTo(1);
                assertThat(run.err()).doesNotContain("53300");
            }
        }
    }

    @Test
    void triesAgainWhileTheDatabaseIsReadOnly() throws Exception {
        try (Surrounded around = surrounded("read-only")) {
            around.depart(3);
            try (Cli.Running run = around.startLive()) {
                around.awaitAllOnce(run);
                around.executeElsewhere(
                        "ALTER DATABASE " + around.database() + " SET default_transaction_read_only = on");
                around.endSessions();
                around.depart(3);
                Surrounded.awaitLog(run, "25006");
                Thread.sleep(1_000);
                assertThat(run.hasEnded()).as(run.err()).isFalse();
                around.executeElsewhere("ALTER DATABASE " + around.database() + " RESET default_transaction_read_only");
                around.awaitAllOnce(run);
            }
        }
    }

    /** The database holds everything up for longer than silence, sign of life and delivery take together. */
    @Test
    void doesNotTakeASlowDatabaseForASilentStore() throws Exception {
        try (Surrounded around = new Surrounded(
                "slow-database",
                server,
                folder,
                "&keepAliveInterval=500&keepAliveTimeout=500",
                "batch-size: 10, queue-events: 10")) {
            around.depart(3);
            try (Cli.Running run = around.startLive();
                    Connection administrator = around.administrator();
                    Statement statement = administrator.createStatement()) {
                around.awaitAllOnce(run);
                administrator.setAutoCommit(false);
                statement.execute("LOCK TABLE " + around.table());
                around.depart(500);
                Thread.sleep(7_000);
                administrator.commit();
                around.awaitAllOnce(run);
                assertThat(run.err()).doesNotContain("RETRYING", "the event store");
            }
        }
    }

    /** RLIMIT_FSIZE stands for the full disk: no file of the server may grow beyond it. */
    @Test
    void triesAgainWhileTheDiskIsFull() throws Exception {
        assumeTrue(hasPrlimit(), "SKIPPED: prlimit is needed to set a limit on PostgreSQL");
        Path data = Files.createDirectories(folder.resolve("postgres"));
        try (EmbeddedPostgres small = EmbeddedPostgres.start(data);
                Surrounded around = new Surrounded("disk-full", small, folder)) {
            around.depart(3);
            try (Cli.Running run = around.startLive()) {
                around.awaitAllOnce(run);
                around.execute("ALTER TABLE " + around.table() + " ADD COLUMN filler text DEFAULT repeat('x', 7000),"
                        + " ALTER COLUMN filler SET STORAGE PLAIN");
                around.execute("INSERT INTO " + around.table() + " SELECT 'filler' || n FROM generate_series(1, "
                        + (LARGEST_FILE / 8192) + ") n");
                limitFilesTo(data, Integer.toString(LARGEST_FILE));
                around.depart(50);
                Surrounded.awaitLog(run, "could not extend file");
                Thread.sleep(1_000);
                assertThat(run.hasEnded()).as(run.err()).isFalse();
                limitFilesTo(data, "unlimited");
                around.awaitAllOnce(run);
            }
        }
    }

    private static boolean hasPrlimit() {
        return List.of(System.getenv("PATH").split(File.pathSeparator)).stream()
                .anyMatch(place -> Files.isExecutable(Path.of(place, "prlimit")));
    }

    /** Sets the soft limit of the server and all of its processes. */
    private static void limitFilesTo(Path data, String bytes) throws IOException, InterruptedException {
        long postmaster = Long.parseLong(
                Files.readAllLines(data.resolve("postmaster.pid")).get(0).strip());
        ProcessHandle first = ProcessHandle.of(postmaster).orElseThrow();
        for (ProcessHandle process : java.util.stream.Stream.concat(
                        java.util.stream.Stream.of(first), first.descendants())
                .toList()) {
            int exitCode = new ProcessBuilder(
                            "prlimit", "--pid", Long.toString(process.pid()), "--fsize=" + bytes + ":")
                    .inheritIO()
                    .start()
                    .waitFor();
            assertThat(exitCode == 0 || !process.isAlive()).isTrue();
        }
    }
}
