package io.millrace.it.faults;

import static org.assertj.core.api.Assertions.assertThat;

import com.eventstore.dbclient.AppendToStreamOptions;
import com.eventstore.dbclient.EventData;
import com.eventstore.dbclient.EventStoreDBClient;
import com.eventstore.dbclient.EventStoreDBConnectionString;
import com.eventstore.dbclient.Position;
import io.millrace.embedded.EmbeddedEventStore;
import io.millrace.it.Cli;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * The event store fails as a real one was seen to, under a running program. Silences and absences are shortened; {@code
 * -Dmillrace.it.defaults=true} takes the 5 s of a real server's end, and a minute of absence.
 */
final class StoreFaultsIT {
    private static final Duration SILENCE = Duration.ofSeconds(Rig.DEFAULTS ? 5 : 1);
    private static final Duration ABSENCE = Duration.ofSeconds(Rig.DEFAULTS ? 60 : 3);
    private static final Duration ELECTION = Duration.ofSeconds(Rig.DEFAULTS ? 5 : 1);
    private static final int FLIGHTS_REPLICATED = 1_000;
    private static final int FLIGHTS_THROUGH_FOLLOWER = 20;
    private static final Duration PROMISED = Duration.ofSeconds(10);
    private static final Duration HEAD_WITHIN = Duration.ofMinutes(1);

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
    void comesBackFromAStoreThatEndsInItsOwnTime() throws Exception {
        comesBackFrom(
                "event store: SIGTERM, " + SILENCE.toSeconds() + " s of silence, GOAWAY, restart",
                () -> rig.store.faults().goAwayAfter(SILENCE),
                () -> rig.store.restart());
    }

    @Test
    void comesBackFromAStoreThatWasAway() throws Exception {
        comesBackFrom(
                "event store: SIGKILL, away for " + ABSENCE.toSeconds() + " s",
                () -> {
                    rig.store.kill();
                    sleep(ABSENCE);
                },
                () -> rig.store.restart());
    }

    /** Its subscriptions end, and until there is a new leader everything answers that it is not the one. */
    @Test
    void comesBackFromALeaderThatWasKilled() throws Exception {
        comesBackFrom(
                "event store: leader killed, new leader after " + ELECTION.toSeconds() + " s",
                () -> {
                    rig.store.faults().pretendNotLeader("127.0.0.1", rig.store.port());
                    rig.store.faults().dropConnections();
                    sleep(ELECTION);
                },
                () -> rig.store.faults().pretendLeader());
    }

    /** The node that the configuration names confirms the subscription, and says only then that it is not the leader. */
    @Test
    void goesOnToTheLeaderThatAFollowerNames() throws Exception {
        try (EmbeddedEventStore follower =
                EmbeddedEventStore.builder().systemProjections(false).start()) {
            for (String node : List.of(follower.connectionString(), rig.store.connectionString())) {
                try (Flights flights = new Flights(node, "replicated")) {
                    flights.depart(FLIGHTS_REPLICATED);
                }
            }
            follower.faults().pretendNotLeader("127.0.0.1", rig.store.port());
            Fault fault = Fault.begins(rig, "event store: not-leader after the confirmation, at start");
            try (Cli.Running run =
                    Rig.run(rig.configuration(follower.port(), rig.postgres().port()))) {
                fault.awaitProgress(PROMISED);
                rig.awaitHead(HEAD_WITHIN);
                assertThat(run.stop().exitCode()).as(run.err()).isZero();
            }
        }
    }

    /** A leader that has resigned goes on delivering to those that it had: it is a follower now, and loses nothing. */
    @Test
    void staysWithALeaderThatResigned() throws Exception {
        try (Cli.Running run = Rig.run(rig.configuration())) {
            try (Traffic traffic = Traffic.on(rig)) {
                traffic.awaitShown();
            }
            Fault fault = Fault.begins(rig, "event store: leader resigned, its subscription goes on");
            rig.store.faults().pretendNotLeader("127.0.0.1", rig.store.port());
            fault.awaitShown(departThroughFollower(FLIGHTS_THROUGH_FOLLOWER), PROMISED);
            assertThat(run.err()).doesNotContain("RETRYING");
            rig.store.faults().pretendLeader();
            rig.awaitHead(HEAD_WITHIN);
            assertThat(run.stop().exitCode()).as(run.err()).isZero();
        }
    }

    /** Followers hand appends on to the leader, if the client does not insist on it. Returns the last one's position. */
    private long departThroughFollower(int flights) throws Exception {
        EventStoreDBClient client = EventStoreDBClient.create(
                EventStoreDBConnectionString.parseOrThrow(rig.store.connectionString() + "&nodePreference=follower"));
        try {
            Position last = new Position(0, 0);
            for (int flight = 0; flight < flights; flight++) {
                byte[] data = "{\"origin\":\"HNL\",\"delay_min\":%d,\"distance_mi\":100}"
                        .formatted(flight)
                        .getBytes(StandardCharsets.UTF_8);
                last = client.appendToStream(
                                "flight-HNL",
                                AppendToStreamOptions.get().requiresLeader(false),
                                EventData.builderAsJson("FlightDeparted", data).build())
                        .get()
                        .getLogPosition();
            }
            return last.getCommitUnsigned();
        } finally {
            client.shutdown().join();
        }
    }

    private void comesBackFrom(String what, Runnable failing, Runnable mending) throws Exception {
        try (Cli.Running run = Rig.run(rig.configuration())) {
            try (Traffic traffic = Traffic.on(rig)) {
                traffic.awaitShown();
                Fault fault = Fault.begins(rig, what);
                failing.run();
                mending.run();
                fault.ends();
                fault.awaitProgress(PROMISED);
            }
            rig.awaitHead(HEAD_WITHIN);
            assertThat(run.stop().exitCode()).as(run.err()).isZero();
        }
    }

    private static void sleep(Duration time) {
        try {
            Thread.sleep(time.toMillis());
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new IllegalStateException("interrupted", e);
        }
    }
}
