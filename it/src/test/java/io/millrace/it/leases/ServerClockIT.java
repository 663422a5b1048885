package io.millrace.it.leases;

import static org.assertj.core.api.Assertions.assertThat;

import io.millrace.embedded.EmbeddedEventStore;
import io.millrace.eventstore.EventStoreConnection;
import io.millrace.eventstore.ExpectedRevision;
import io.millrace.eventstore.NewEvent;
import io.millrace.it.ByHand;
import io.millrace.it.Standing;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.Duration;
import java.util.List;
import java.util.UUID;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.condition.EnabledIf;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.api.parallel.Execution;
import org.junit.jupiter.api.parallel.ExecutionMode;

/**
 * The clock of PostgreSQL, by which leases are judged, is set forth and back under two services: at most that costs a
 * take-over each time, and every event counts once.
 */
@EnabledIf("io.millrace.it.leases.SetClock#isPossible")
@Execution(ExecutionMode.CONCURRENT)
final class ServerClockIT {
    /** A take-over each; a busy machine may take twice as long. */
    private static final Duration PROMISED = Duration.ofSeconds(5);

    private static final Duration BETWEEN_EVENTS = Duration.ofMillis(700);
    private static final List<Duration> JUMPS =
            List.of(Duration.ofHours(1), Duration.ofMinutes(59), Duration.ofHours(-24), Duration.ZERO);

    private final EmbeddedEventStore eventStore = EmbeddedEventStore.builder()
            .systemProjections(false) // so that the last record in the log is the last event
            .start();
    private final EventStoreConnection events = EventStoreConnection.open(eventStore.connectionString());
    private int appended;

    @TempDir
    @SuppressWarnings("NullAway.Init")
    private Path folder;

    @SuppressWarnings("NullAway.Init")
    private SetClock postgres;

    @SuppressWarnings("NullAway.Init")
    private ServiceProcess one;

    @SuppressWarnings("NullAway.Init")
    private ServiceProcess other;

    @BeforeEach
    void startTwo() throws Exception {
        postgres = SetClock.start(folder);
        append(150);
        one = start("one");
        one.awaitLog("views-per-viewer: LIVE");
        other = start("other");
        other.awaitLog("views-per-viewer: STANDBY: process ");
    }

    @AfterEach
    void stopAll() {
        one.close();
        other.close();
        events.close();
        eventStore.close();
        postgres.close();
    }

    private ServiceProcess start(String name) throws IOException {
        Path configuration = Files.writeString(
                folder.resolve(name + ".yaml"),
                "eventstore: '" + eventStore.connectionString() + "'\npostgres: {url: 'jdbc:postgresql://localhost:"
                        + postgres.port() + "/postgres', user: postgres}\nprojections:\n  views-per-viewer:\n");
        return ServiceProcess.start(configuration, folder.resolve(name + ".log"));
    }

    private void append(int views) {
        for (int i = 0; i < views; i++, appended++) {
            NewEvent event = NewEvent.json(
                    UUID.randomUUID(),
                    "VideoViewed",
                    ("{\"viewerId\":\"" + appended % 7 + "\"}").getBytes(StandardCharsets.UTF_8),
                    new byte[0]);
            events.appender().appendNow("viewer-1", ExpectedRevision.any(), List.of(event));
        }
    }

    private void expectFold() {
        try (Connection connection = DriverManager.getConnection(postgres.jdbcUrl())) {
            assertThat(Standing.inDatabase(connection, ByHand.viewsPerViewer()))
                    .as(one.log() + "\n" + other.log())
                    .isEqualTo(Standing.folded(eventStore.connectionString(), ByHand.viewsPerViewer()));
        } catch (SQLException e) {
            throw new IllegalStateException(e);
        }
    }

    private String query(String sql) {
        try (Connection connection = DriverManager.getConnection(postgres.jdbcUrl());
                Statement statement = connection.createStatement();
                ResultSet row = statement.executeQuery(sql)) {
            return row.next() ? String.valueOf(row.getString(1)) : "";
        } catch (SQLException e) {
            return String.valueOf(e.getMessage());
        }
    }

    @Test
    void costsATakeOverAtMost() throws Exception {
        long epoch = epoch();
        for (Duration jump : JUMPS) {
            postgres.to(jump);
            assertThat(clockIsOffBy()).as("the clock that was set").isCloseTo(jump.toSeconds(), within(30));
            long since = System.nanoTime();
            for (int i = 0; i < 3; i++) { // some of them while a lease is in doubt
                append(10);
                expectAll();
                Thread.sleep(BETWEEN_EVENTS.toMillis());
            }
            long took = (System.nanoTime() - since) / 1_000_000;
            Await.until(() -> isHeld(), () -> "the lease is held\n" + one.log() + "\n" + other.log());
            System.out.println("it: lease: the clock of PostgreSQL is off by " + jump.toSeconds() + " s: 30 events in "
                    + took + " ms, " + (epoch() - epoch) + " take-overs since the start");
            assertThat(took).as(one.log() + other.log()).isLessThan(PROMISED.toMillis() * 2);
        }
        assertThat(epoch() - epoch).isLessThanOrEqualTo(JUMPS.size());
        assertThat(one.log() + other.log()).doesNotContain("FAILED");
    }

    private static org.assertj.core.data.Offset<Long> within(long seconds) {
        return org.assertj.core.data.Offset.offset(seconds);
    }

    private long clockIsOffBy() {
        return Math.round(Double.parseDouble(query("SELECT extract(epoch FROM clock_timestamp())"))
                - System.currentTimeMillis() / 1_000.0);
    }

    private long epoch() {
        return Long.parseLong(query("SELECT epoch FROM millrace.leases"));
    }

    private boolean isHeld() {
        return query("SELECT millrace.is_live(renewed_at, valid_until) FROM millrace.leases")
                .equals("t");
    }

    private void expectAll() throws InterruptedException {
        Await.until(
                () -> query("SELECT sum(views) FROM viewer_views").equals(Integer.toString(appended)),
                () -> appended + " views; there are " + query("SELECT sum(views) FROM viewer_views") + "\n" + one.log()
                        + "\n" + other.log());
        expectFold();
    }
}
