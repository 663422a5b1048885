package io.millrace.it;

import static org.assertj.core.api.Assertions.assertThat;

import com.eventstore.dbclient.EventStoreDBClient;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The projector service, following what is appended while it runs, and what was while it did not. */
final class FollowIT {
    private static final Duration SHOWN_WITHIN = Duration.ofSeconds(10);

    @TempDir
    @SuppressWarnings("NullAway.Init")
    Path folder;

    @Test
    void showsLiveEventsAndCountsEachOnceAcrossRestarts() throws Exception {
        Departures.Setup setup = Departures.FOLLOWED;
        String configuration = Workspace.configure(folder, setup);
        EventStoreDBClient client = Servers.eventStore().client();
        try {
            Workspace.depart(client, setup, "HNL", 5);
            try (Cli.Running run = Cli.start("run", "--config", configuration)) {
                awaitRow(setup, "HNL,1,5,5,100");
                Workspace.depart(client, setup, "HNL", -3);
                awaitRow(setup, "HNL,2,2,5,200");
                assertStopsCleanly(run);
            }

            Workspace.depart(client, setup, "HNL", 40);
            try (Cli.Running run = Cli.start("run", "--config", configuration)) {
                awaitRow(setup, "HNL,3,42,40,300");
                Workspace.depart(client, setup, "ITO", 1);
                assertThat(Workspace.awaitRows(setup, SHOWN_WITHIN, rows -> rows.size() == 2))
                        .containsExactly("HNL,3,42,40,300", "ITO,1,1,1,100");
                assertStopsCleanly(run);
            }
        } finally {
            client.shutdown().join();
        }
    }

    @Test
    void fencesOneOfTwoWritersAndTheOtherCountsEachEventOnce() throws Exception {
        Departures.Setup setup = Departures.CONTESTED;
        String configuration = Workspace.configure(folder, setup);
        EventStoreDBClient client = Servers.eventStore().client();
        try (Cli.Running one = Cli.start("run", "--config", configuration);
                Cli.Running other = Cli.start("run", "--config", configuration)) {
            awaitBothLive(one, other);
            int departures = 0;
            while (!one.hasEnded() && !other.hasEnded() && departures < 500) {
                Workspace.depart(client, setup, "LAS", 1);
                departures++;
            }
            Cli.Running fenced = one.hasEnded() ? one : other;
            Cli.Running holder = fenced == one ? other : one;

            Cli.Result refused = fenced.await(SHOWN_WITHIN);
            assertThat(refused.exitCode()).as(refused.toString()).isEqualTo(4);
            assertThat(refused.err() + holder.err())
                    .contains(setup.projection() + " is fenced")
                    .contains("process " + ProcessHandle.current().pid());

            Workspace.depart(client, setup, "LAS", 8);
            departures++;
            awaitRow(setup, "LAS," + departures + "," + (departures + 7) + ",8," + 100 * departures);
            assertStopsCleanly(holder);
        } finally {
            client.shutdown().join();
        }
    }

    @Test
    void stopsAtAnEventThatDoesNotFitAndKeepsWhatPrecedesIt() throws Exception {
        Departures.Setup setup = Departures.POISONED;
        String configuration = Workspace.configure(folder, setup);
        EventStoreDBClient client = Servers.eventStore().client();
        try {
            Workspace.depart(client, setup, "SFO", 1);
            Workspace.append(client, setup, "SFO", "{\"origin\":\"SFO\",\"delay_min\":\"late\",\"distance_mi\":1}");
            Workspace.depart(client, setup, "SFO", 2);

            Cli.Result run = Cli.run("run", "--config", configuration);

            assertThat(run.exitCode()).as(run.toString()).isEqualTo(1);
            assertThat(run.err()).contains(setup.stream("SFO") + "#1").contains("delay_min");
            assertThat(run.err()).doesNotContain("\tat ");
            assertThat(Workspace.rows(setup)).containsExactly("SFO,1,1,1,100");
        } finally {
            client.shutdown().join();
        }
    }

    /** Two programs in one process share its log, which goes to the console of the one that began last. */
    private static void awaitBothLive(Cli.Running one, Cli.Running other) throws InterruptedException {
        long deadline = System.nanoTime() + Duration.ofSeconds(30).toNanos();
        while (timesLive(one, other) < 2 && System.nanoTime() - deadline < 0) {
            Thread.sleep(20);
        }
        assertThat(timesLive(one, other)).as(one.err() + other.err()).isEqualTo(2);
    }

    private static int timesLive(Cli.Running one, Cli.Running other) {
        return (one.err() + other.err()).split(": LIVE", -1).length - 1;
    }

    private static void awaitRow(Departures.Setup setup, String row) throws Exception {
        assertThat(Workspace.awaitRows(setup, SHOWN_WITHIN, List.of(row)::equals))
                .containsExactly(row);
    }

    private static void assertStopsCleanly(Cli.Running run) {
        Cli.Result stopped = run.stop();
        assertThat(stopped.exitCode()).as(stopped.toString()).isZero();
    }
}
