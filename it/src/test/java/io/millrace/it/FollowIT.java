package io.millrace.it;

import static org.assertj.core.api.Assertions.assertThat;

import com.eventstore.dbclient.EventStoreDBClient;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.json.JsonMapper;
import java.io.IOException;
import java.nio.file.Files;
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
    void letsLiveEventsWaitForEachOtherAndShareABatch() throws Exception {
        Departures.Setup setup = Departures.GATHERED;
        String configuration = Workspace.configure(folder, setup);
        Files.writeString(
                Path.of(configuration),
                Files.readString(Path.of(configuration))
                        .replace(setup.projection() + ":\n", setup.projection() + ": {flush: {live: within 2s}}\n"));
        EventStoreDBClient client = Servers.eventStore().client();
        try (Cli.Running run = Cli.start("run", "--config", configuration)) {
            Workspace.depart(client, setup, "OGG", 1);
            awaitRow(setup, "OGG,1,1,1,100");
            long before = liveFlushes(setup, configuration);
            for (int delay = 2; delay <= 21; delay++) {
                Workspace.depart(client, setup, "OGG", delay);
            }
            awaitRow(setup, "OGG,21,231,21,2100");
            // Twenty at once, where each appended alone and shown alone would have been twenty flushes.
            assertThat(liveFlushes(setup, configuration) - before).isBetween(1L, 10L);
            assertStopsCleanly(run);
        } finally {
            client.shutdown().join();
        }
    }

    /** As the projection's bill has them. */
    private static long liveFlushes(Departures.Setup setup, String configuration) throws IOException {
        Cli.Result bill = Cli.run("cost", setup.projection(), "--config", configuration, "--format", "json");
        for (JsonNode reason : new JsonMapper().readTree(bill.out()).get("flushes")) {
            if (reason.get("reason").asText().equals("LIVE")) {
                return reason.get("flushes").asLong();
            }
        }
        return 0;
    }

    @Test
    void oneOfTwoStandsByUntilTheOtherStopsAndEachEventCountsOnce() throws Exception {
        Departures.Setup setup = Departures.CONTESTED;
        String configuration = Workspace.configure(folder, setup);
        EventStoreDBClient client = Servers.eventStore().client();
        try (Cli.Running one = Cli.start("run", "--config", configuration)) {
            Workspace.depart(client, setup, "LAS", 1);
            awaitRow(setup, "LAS,1,1,1,100");
            try (Cli.Running other = Cli.start("run", "--config", configuration)) {
                awaitStandby(setup, one, other);
                Workspace.depart(client, setup, "LAS", 8);
                assertStopsCleanly(one);
                Workspace.depart(client, setup, "LAS", 2);
                awaitRow(setup, "LAS,3,11,8,300");
                assertStopsCleanly(other);
            }
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
    private static void awaitStandby(Departures.Setup setup, Cli.Running one, Cli.Running other)
            throws InterruptedException {
        long deadline = System.nanoTime() + Duration.ofSeconds(30).toNanos();
        String standby = setup.projection() + ": STANDBY";
        while (!(one.err() + other.err()).contains(standby) && System.nanoTime() - deadline < 0) {
            Thread.sleep(20);
        }
        assertThat(one.err() + other.err()).contains(standby);
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
