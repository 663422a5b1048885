package io.millrace.it.faults;

import io.millrace.embedded.EmbeddedEventStore;
import io.millrace.embedded.EmbeddedPostgres;
import io.millrace.it.ByHand;
import io.millrace.it.Cli;
import io.millrace.it.Standing;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.Duration;
import java.util.List;
import org.assertj.core.api.Assertions;

/** An event store and a PostgreSQL of a test's own, and the configuration of a projector between them. */
final class Rig implements AutoCloseable {
    static final String PROJECTION = "airport-departures";
    /** Whether the projector is to wait as long as it does where nothing is configured. */
    static final boolean DEFAULTS = Boolean.getBoolean("millrace.it.defaults");

    private static final ByHand DEPARTURES = ByHand.flightsBy(
            "origin",
            PROJECTION,
            "airport_departures",
            "origin",
            event -> event.getStreamId().startsWith("flight-"));
    private static final String POSTGRES_FOLDER = "postgres";

    final EmbeddedEventStore store;
    private EmbeddedPostgres postgres;
    private final Path folder;

    private Rig(Path folder, EmbeddedEventStore store, EmbeddedPostgres postgres) {
        this.folder = folder;
        this.store = store;
        this.postgres = postgres;
    }

    /** Without the store's own projections, so that the last record in the log is the last flight. */
    static Rig start(Path folder) {
        EmbeddedEventStore store = EmbeddedEventStore.builder()
                .systemProjections(false)
                .maxAppendSize(16 << 20)
                .start();
        return new Rig(folder, store, EmbeddedPostgres.start(folder.resolve(POSTGRES_FOLDER)));
    }

    EmbeddedPostgres postgres() {
        return postgres;
    }

    /** From now on this is the database. */
    void replacePostgres(EmbeddedPostgres other) {
        postgres.close();
        postgres = other;
    }

    /** That of the PostgreSQL that it began with. */
    DataFolder dataFolder() {
        return new DataFolder(folder.resolve(POSTGRES_FOLDER));
    }

    Flights flights() {
        return new Flights(store.connectionString(), "sample");
    }

    /** A configuration that leads straight to both servers. */
    Path configuration() {
        return configuration(store.port(), postgres.port());
    }

    /** A configuration that leads to these ports, behind which there are the servers. */
    Path configuration(int eventStorePort, int postgresPort) {
        String yaml = """
                eventstore: 'esdb://127.0.0.1:%d?tls=false%s'
                postgres:
                  url: 'jdbc:postgresql://127.0.0.1:%d/postgres?sslmode=disable%s'
                  user: postgres
                  password: postgres
                projections:
                  %s:
                """.formatted(
                        eventStorePort,
                        DEFAULTS ? "" : "&keepAliveInterval=1000&keepAliveTimeout=1000",
                        postgresPort,
                        DEFAULTS ? "" : "&socketTimeout=6",
                        Rig.PROJECTION);
        try {
            return Files.writeString(folder.resolve("millrace-" + eventStorePort + "-" + postgresPort + ".yaml"), yaml);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** Runs the program in this process, with this configuration, until it is stopped. */
    static Cli.Running run(Path configuration) {
        return Cli.start("run", "--config", configuration.toString());
    }

    /** Where a process' output goes. */
    Path output(String name) {
        return folder.resolve(name + ".log");
    }

    Connection connect() throws SQLException {
        return connect(postgres);
    }

    static Connection connect(EmbeddedPostgres postgres) throws SQLException {
        return DriverManager.getConnection(
                postgres.jdbcUrl() + "&ApplicationName=judge", postgres.user(), postgres.password());
    }

    /** What the whole history comes to. */
    Standing expected() {
        return Standing.folded(store.connectionString(), DEPARTURES);
    }

    /** What PostgreSQL has; nothing as long as nobody has made the tables. */
    Standing actual() throws SQLException {
        try (Connection connection = connect()) {
            return Standing.inDatabase(connection, DEPARTURES);
        } catch (SQLException e) {
            if ("42P01".equals(e.getSQLState())) {
                return Standing.NOTHING;
            }
            throw e;
        }
    }

    /** Waits until rows and checkpoint are those of a plain fold over the whole history. */
    void awaitHead(Duration atMost) throws Exception {
        Standing expected = expected();
        long deadline = System.nanoTime() + atMost.toNanos();
        while (!actual().equals(expected) && System.nanoTime() - deadline < 0) {
            Await.pause();
        }
        Assertions.assertThat(actual()).isEqualTo(expected);
    }

    /** How many flushes the checkpoint has seen in its epoch; 0 where there is none. */
    long flushNumber() throws SQLException {
        return number("SELECT max(flush_number) FROM millrace.checkpoints");
    }

    /** How many flights are counted in the read model. */
    long flightsCounted() throws SQLException {
        return number("SELECT sum(flights) FROM airport_departures");
    }

    private long number(String sql) throws SQLException {
        String found = ask(sql);
        return found.isEmpty() ? 0 : Long.parseLong(found);
    }

    /** Makes the leases of those that were killed run out now, so that nobody has to wait for it. */
    void expireLeases() throws SQLException {
        for (String table : List.of("instances", "leases")) {
            ask("UPDATE millrace." + table + " SET valid_until = clock_timestamp()");
        }
    }

    /** One value, as text; empty where there is none, it is NULL, or there is no such table. */
    String ask(String sql) throws SQLException {
        return ask(postgres, sql);
    }

    static String ask(EmbeddedPostgres postgres, String sql) throws SQLException {
        try (Connection connection = connect(postgres);
                Statement statement = connection.createStatement()) {
            if (!statement.execute(sql)) {
                return "";
            }
            try (ResultSet result = statement.getResultSet()) {
                return result.next() && result.getString(1) != null ? result.getString(1) : "";
            }
        } catch (SQLException e) {
            if ("42P01".equals(e.getSQLState()) || "3F000".equals(e.getSQLState())) {
                return "";
            }
            throw e;
        }
    }

    @Override
    public void close() {
        store.close();
        postgres.close();
    }
}
