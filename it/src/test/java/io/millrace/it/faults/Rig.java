package io.millrace.it.faults;

import io.millrace.embedded.EmbeddedEventStore;
import io.millrace.embedded.EmbeddedPostgres;
import io.millrace.it.ByHand;
import io.millrace.it.Cli;
import io.millrace.it.DataFolder;
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
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.assertj.core.api.Assertions;

/** An event store and a PostgreSQL of a test's own, and the configuration of a projector between them. */
final class Rig implements AutoCloseable {
    static final String PROJECTION = "airport-departures";
    /** Whether the projector is to wait as long as it does where nothing is configured. */
    static final boolean DEFAULTS = Boolean.getBoolean("millrace.it.defaults");

    private static final ByHand DEPARTURES = byHand("origin", PROJECTION);
    private static final ByHand ARRIVALS = byHand("destination", MoreFlights.ARRIVALS);
    private static final ByHand MINUTES = byHand("departed_at", MoreFlights.MINUTES);

    private static final String POSTGRES_FOLDER = "postgres";

    /** Which projections there are; those of one source and the same settings share their flushes. */
    enum Projections {
        ONE,
        THREE_THAT_SHARE,
        /** The first one has settings of its own. */
        ONE_AND_TWO_THAT_SHARE;

        List<ByHand> all() {
            return this == ONE ? List.of(DEPARTURES) : List.of(DEPARTURES, ARRIVALS, MINUTES);
        }

        /** How many of them flush together. */
        int sharing() {
            return this == ONE_AND_TWO_THAT_SHARE ? 2 : all().size();
        }

        String optionsOfTheFirst() {
            return this == ONE_AND_TWO_THAT_SHARE ? "batch-size: 90" : "";
        }
    }

    final EmbeddedEventStore store;
    private final Projections projections;
    private EmbeddedPostgres postgres;
    private final Path folder;

    private Rig(Path folder, Projections projections, EmbeddedEventStore store, EmbeddedPostgres postgres) {
        this.folder = folder;
        this.projections = projections;
        this.store = store;
        this.postgres = postgres;
    }

    private static ByHand byHand(String key, String projection) {
        return ByHand.flightsBy(
                key,
                projection,
                MoreFlights.table(projection),
                key,
                event -> event.getStreamId().startsWith("flight-"));
    }

    static Rig start(Path folder) {
        return start(folder, Projections.ONE);
    }

    /** Without the store's own projections, so that the last record in the log is the last flight. */
    static Rig start(Path folder, Projections projections) {
        EmbeddedEventStore store = EmbeddedEventStore.builder()
                .systemProjections(false)
                .maxAppendSize(16 << 20)
                .start();
        return new Rig(folder, projections, store, dataFolder(folder).startNew());
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
        return dataFolder(folder);
    }

    private static DataFolder dataFolder(Path folder) {
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
                plugins: '%s'
                projections:
                """.formatted(
                        eventStorePort,
                        DEFAULTS ? "" : "&keepAliveInterval=1000&keepAliveTimeout=1000",
                        postgresPort,
                        DEFAULTS ? "" : "&socketTimeout=6",
                        MoreFlights.plugIn(folder.resolve("plugins")));
        yaml += projections.all().stream()
                .map(one -> "  " + one.projection() + ": {"
                        + (one.equals(DEPARTURES) ? projections.optionsOfTheFirst() : "") + "}\n")
                .collect(Collectors.joining());
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
        return projections.all().stream()
                .map(one -> Standing.folded(store.connectionString(), one))
                .reduce(Standing::and)
                .orElseThrow();
    }

    /** What PostgreSQL has; nothing as long as nobody has made the tables. */
    Standing actual() throws SQLException {
        try (Connection connection = connect()) {
            Standing all = Standing.inDatabase(connection, DEPARTURES);
            for (ByHand other : projections.all().subList(1, projections.all().size())) {
                all = all.and(Standing.inDatabase(connection, other));
            }
            return all;
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

    /** Waits until those flush together that are to. */
    void awaitShared(Duration atMost) throws Exception {
        Await.until(
                atMost,
                () -> "flushes of several",
                () -> number("SELECT count(*) FROM millrace.checkpoints WHERE counted_shares < counted_flushes")
                        >= projections.sharing());
    }

    /** Waits until two instances hold what each may hold while the other lives. */
    void awaitShares(Duration atMost) throws Exception {
        int all = projections.all().size();
        String shares = all == 1 ? "1" : all / 2 + "," + (all + 1) / 2;
        Await.until(
                atMost,
                () -> "leases are shared as " + shares,
                () -> ask("SELECT string_agg(held::text, ',' ORDER BY held) FROM (SELECT count(*) AS held FROM"
                                + " millrace.leases WHERE millrace.is_live(renewed_at, valid_until)"
                                + " GROUP BY instance_id) AS shares")
                        .equals(shares));
    }

    /** Waits until PostgreSQL has ended the sessions of a projector that was killed. */
    void awaitNoSessions(Duration atMost) throws Exception {
        Await.until(
                atMost,
                () -> "the server sessions of the killed projector end",
                () -> "0".equals(ask("SELECT count(*) FROM pg_stat_activity WHERE application_name LIKE 'millrace%'")));
    }

    /** How many flushes the checkpoint has seen in its epoch; 0 where there is none. */
    long flushNumber() throws SQLException {
        return number("SELECT max(flush_number) FROM millrace.checkpoints");
    }

    /** How many flights are counted in the read model; where there are several, in the one that is least far. */
    long flightsCounted() throws SQLException {
        return flightsCountedInEach().stream().mapToLong(Long::longValue).min().orElse(0);
    }

    /** Nothing as long as nobody has made the tables. */
    List<Long> flightsCountedInEach() throws SQLException {
        return numbers(projections.all().stream()
                .map(one -> "(SELECT coalesce(sum(flights), 0) FROM " + one.table() + ")")
                .collect(Collectors.joining(", ", "SELECT concat_ws(',', ", ")")));
    }

    private List<Long> numbers(String sql) throws SQLException {
        String found = ask(sql);
        return found.isEmpty()
                ? List.of()
                : Stream.of(found.split(",", -1)).map(Long::valueOf).toList();
    }

    /** How many flushes those have seen in their epochs that share them, each. */
    List<Long> sharedFlushNumbers() throws SQLException {
        return numbers("SELECT string_agg(flush_number::text, ',' ORDER BY projection) FROM millrace.checkpoints"
                + " WHERE projection <> '"
                + (projections.sharing() < projections.all().size() ? PROJECTION : "") + "'");
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
