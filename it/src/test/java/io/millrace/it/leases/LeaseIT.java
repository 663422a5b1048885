package io.millrace.it.leases;

import static org.assertj.core.api.Assertions.assertThat;

import io.millrace.embedded.EmbeddedEventStore;
import io.millrace.embedded.EmbeddedPostgres;
import io.millrace.eventstore.EventStoreConnection;
import io.millrace.eventstore.ExpectedRevision;
import io.millrace.eventstore.NewEvent;
import io.millrace.it.ByHand;
import io.millrace.it.DataFolder;
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
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.api.parallel.Execution;
import org.junit.jupiter.api.parallel.ExecutionMode;

/**
 * Two services run the same projection: one is active, the other takes it over. Each fault is followed by an event, and
 * the time until that shows in the read model is printed, and asserted at twice what is promised.
 */
@Execution(ExecutionMode.CONCURRENT)
final class LeaseIT {
    private static final Duration TAKE_OVER = Duration.ofSeconds(5);
    /** A standby looks each second; the rest is for stopping and beginning. */
    private static final Duration HAND_OVER = Duration.ofSeconds(3);

    private final EmbeddedEventStore eventStore = EmbeddedEventStore.builder()
            .systemProjections(false) // so that the last record in the log is the last event
            .start();
    private final EventStoreConnection events = EventStoreConnection.open(eventStore.connectionString());
    private int appended;

    @TempDir
    @SuppressWarnings("NullAway.Init")
    private Path folder;

    @SuppressWarnings("NullAway.Init")
    private EmbeddedPostgres postgres;

    @SuppressWarnings("NullAway.Init")
    private StallingProxy network;

    @SuppressWarnings("NullAway.Init")
    private ServiceProcess active;

    @SuppressWarnings("NullAway.Init")
    private ServiceProcess standby;

    @BeforeEach
    void startTwo() throws Exception {
        postgres = new DataFolder(folder.resolve("postgres")).startNew();
        network = new StallingProxy(postgres.port());
        append(150);
        active = start("active", network.port());
        active.awaitLog("views-per-viewer: LIVE");
        standby = start("standby", postgres.port());
        standby.awaitLog("views-per-viewer: STANDBY: process ");
    }

    @AfterEach
    void stopAll() {
        active.close();
        standby.close();
        network.close();
        events.close();
        eventStore.close();
        postgres.close();
    }

    private ServiceProcess start(String name, int port) throws IOException {
        Path configuration = Files.writeString(
                folder.resolve(name + ".yaml"),
                "eventstore: '" + eventStore.connectionString() + "'\npostgres: {url: 'jdbc:postgresql://127.0.0.1:"
                        + port + "/" + postgres.database() + "', user: " + postgres.user()
                        + "}\nprojections:\n  views-per-viewer:\n");
        return ServiceProcess.start(configuration, folder.resolve(name + ".log"));
    }

    private void append(int views) {
        for (int i = 0; i < views; i++) {
            NewEvent event = NewEvent.json(
                    UUID.randomUUID(),
                    "VideoViewed",
                    ("{\"viewerId\":\"" + appended % 7 + "\"}").getBytes(StandardCharsets.UTF_8),
                    new byte[0]);
            events.appender().appendNow("viewer-1", ExpectedRevision.any(), List.of(event));
            appended++;
        }
    }

    private void expectFold() {
        try (Connection connection = DriverManager.getConnection(postgres.jdbcUrl())) {
            assertThat(Standing.inDatabase(connection, ByHand.viewsPerViewer()))
                    .as(active.log() + "\n" + standby.log())
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
            return "";
        }
    }

    /** Appends one event, and waits until the read model has it and no more than it, and the checkpoint stands at it. */
    private void expectProgress() throws InterruptedException {
        append(1);
        Await.until(
                () -> query("SELECT sum(views) FROM viewer_views").equals(Integer.toString(appended)),
                () -> appended
                        + " views; there are " + query("SELECT sum(views) FROM viewer_views") + "\n" + active.log()
                        + "\n"
                        + standby.log());
        expectFold();
    }

    private void expectTakeOver(String fault, Duration promised) throws InterruptedException {
        expectTakeOver(fault, System.nanoTime(), promised);
    }

    private void expectTakeOver(String fault, long from, Duration promised) throws InterruptedException {
        expectProgress();
        Duration took = Duration.ofNanos(System.nanoTime() - from);
        System.out.println("it: lease: " + fault + ": " + took.toMillis() + " ms from the fault to progress (promised: "
                + promised.toMillis() + " ms)");
        assertThat(took).as(fault).isLessThan(promised.multipliedBy(2));
        assertThat(query("SELECT epoch FROM millrace.checkpoints")).isEqualTo("2");
    }

    @Test
    void takesOverFromOneThatIsKilled() throws Exception {
        active.kill();

        expectTakeOver("killed", TAKE_OVER);
    }

    @Test
    void takesOverFromOneThatIsFrozenWhichStandsByWhenItIsBack() throws Exception {
        active.freeze();

        expectTakeOver("frozen", TAKE_OVER);
        append(20);
        active.thaw();
        active.awaitLog("views-per-viewer: STANDBY: process ");
        expectProgress();
        assertThat(active.log()).contains("views-per-viewer: FENCED: the lease ");
        standby.terminate();
        standby.awaitEnd();
        expectProgress();
        assertThat(query("SELECT epoch FROM millrace.checkpoints")).isEqualTo("3");
    }

    @Test
    void takesOverFromOneWhoseNetworkIsCutWhichStandsByWhenItIsBack() throws Exception {
        network.cut(true);

        expectTakeOver("cut off from PostgreSQL", TAKE_OVER);
        active.awaitLog("views-per-viewer: FENCED: the lease could not be renewed");
        append(20);
        network.cut(false);
        active.awaitLog("views-per-viewer: STANDBY: process ");
        expectProgress();
    }

    @Test
    void takesOverFromOneWhoseHostIsGone() throws Exception {
        network.cut(true); // so that PostgreSQL is not told that it died
        active.kill();

        expectTakeOver("host gone", TAKE_OVER);
    }

    @Test
    void takesOverAtOnceFromOneThatIsStopped() throws Exception {
        long from = System.nanoTime();
        active.terminate();
        active.awaitLog("views-per-viewer: STOPPED"); // until then it may count the event itself

        expectTakeOver("stopped", from, HAND_OVER);
        active.awaitEnd();
    }
}
