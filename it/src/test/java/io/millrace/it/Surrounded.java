package io.millrace.it;

import static org.assertj.core.api.Assertions.assertThat;

import com.eventstore.dbclient.AppendToStreamOptions;
import com.eventstore.dbclient.EventData;
import com.eventstore.dbclient.EventStoreDBClient;
import io.millrace.embedded.EmbeddedPostgres;
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
import java.util.ArrayList;
import java.util.List;
import java.util.function.BooleanSupplier;
import java.util.stream.IntStream;

/**
 * A program that writes as a role of its own into a database of its own, so that a test can change what is around it; and
 * what its table and its checkpoint should be by now, by a plain fold over all that was appended.
 */
final class Surrounded implements AutoCloseable {
    private static final Duration PATIENCE = Duration.ofSeconds(60);

    private final Departures.Setup setup;
    private final String database;
    private final String role;
    private final EmbeddedPostgres server;
    private final String configuration;
    private final EventStoreDBClient client = Servers.eventStore().client();
    private final ByHand byHand;
    private int departed;

    Surrounded(String name, EmbeddedPostgres server, Path folder) throws IOException {
        this(name, server, folder, "", "batch-age: 200ms");
    }

    /**
     * @param parameters more of them for the event store's connection string
     * @param options of the projection, in YAML
     */
    Surrounded(String name, EmbeddedPostgres server, Path folder, String parameters, String options)
            throws IOException {
        this.setup = Departures.surrounded(name);
        this.byHand = setup.byHand()
                .readFrom("(SELECT * FROM " + setup.table() + " WHERE origin LIKE 'A%') AS what_it_wrote");
        this.server = server;
        this.database = name.replace('-', '_');
        this.role = "writer_of_" + database;
        asAdministrator("postgres", "CREATE ROLE " + role + " LOGIN");
        asAdministrator("postgres", "CREATE DATABASE " + database + " OWNER " + role);
        this.configuration = Files.writeString(
                        folder.resolve("millrace.yaml"),
                        "eventstore: '" + Servers.eventStore().connectionString() + parameters
                                + "'\npostgres:\n  url: '"
                                + url(database) + "'\n  user: " + role + "\nprojections:\n  " + setup.projection()
                                + ": {" + options + "}\n")
                .toString();
        asAdministrator(database, "GRANT CREATE, USAGE ON SCHEMA public TO " + role);
    }

    String table() {
        return setup.table();
    }

    String role() {
        return role;
    }

    String database() {
        return database;
    }

    private String url(String ofDatabase) {
        return "jdbc:postgresql://127.0.0.1:" + server.port() + "/" + ofDatabase;
    }

    /** One flight from each of so many airports, each with another delay, in one append: one batch, as a rule. */
    void depart(int airports) {
        List<EventData> events = IntStream.range(0, airports)
                .mapToObj(airport -> {
                    String flight = "{\"origin\":\"A" + airport + "\",\"delay_min\":" + departed++ * 7 % 97
                            + ",\"distance_mi\":100}";
                    return EventData.builderAsJson(setup.eventType(), flight.getBytes(StandardCharsets.UTF_8))
                            .build();
                })
                .toList();
        client.appendToStream(setup.stream("all"), AppendToStreamOptions.get(), events.iterator())
                .join();
    }

    Cli.Running start() {
        return Cli.start("run", "--config", configuration);
    }

    Cli.Result replay() {
        return Cli.run("replay", setup.projection(), "--config", configuration);
    }

    /** From then on the log goes there, too, and is not to be looked at. */
    void awaitStatus(String... texts) {
        String out = "";
        for (long since = System.nanoTime();
                !List.of(texts).stream().allMatch(out::contains) && System.nanoTime() - since < PATIENCE.toNanos(); ) {
            out = Cli.run("status", "--config", configuration).out();
        }
        assertThat(out).contains(texts);
    }

    Cli.Running startLive() throws InterruptedException {
        Cli.Running run = start();
        awaitLog(run, setup.projection() + ": LIVE");
        return run;
    }

    static void awaitLog(Cli.Running run, String text) throws InterruptedException {
        await(() -> run.err().contains(text) || run.hasEnded());
        assertThat(run.err()).contains(text);
    }

    /** Waits until the table holds what was appended, each event once, and the checkpoint says so. */
    void awaitAllOnce(Cli.Running run) throws InterruptedException {
        Standing expected = Standing.folded(client, byHand);
        await(() -> actual().handled().equals(expected.handled()) || run.hasEnded());
        expected.assertReachedBy(actual(), run.err());
        assertThat(run.hasEnded()).as(run.err()).isFalse();
    }

    void assertAllOnce() {
        Standing.folded(client, byHand).assertReachedBy(actual(), setup.projection());
    }

    private static void await(BooleanSupplier condition) throws InterruptedException {
        long deadline = System.nanoTime() + PATIENCE.toNanos();
        while (!condition.getAsBoolean() && System.nanoTime() - deadline < 0) {
            Thread.sleep(20);
        }
    }

    private Standing actual() {
        try (Connection connection = administrator(database)) {
            return Standing.inDatabase(connection, byHand);
        } catch (SQLException e) {
            throw new IllegalStateException(e);
        }
    }

    List<String> query(String sql) {
        try (Connection connection = administrator(database);
                Statement statement = connection.createStatement();
                ResultSet row = statement.executeQuery(sql)) {
            List<String> found = new ArrayList<>();
            while (row.next()) {
                found.add(String.valueOf(row.getString(1)));
            }
            return found;
        } catch (SQLException e) {
            throw new IllegalStateException(e);
        }
    }

    /** How many sessions of this name the program has. */
    int sessions(String applicationName) {
        return query("SELECT pid FROM pg_stat_activity WHERE usename = '" + role + "' AND application_name = '"
                        + applicationName + "'")
                .size();
    }

    void execute(String sql) {
        asAdministrator(database, sql);
    }

    /** In another database than the program's. */
    void executeElsewhere(String sql) {
        asAdministrator("postgres", sql);
    }

    private void asAdministrator(String where, String sql) {
        try (Connection connection = administrator(where);
                Statement statement = connection.createStatement()) {
            statement.execute(sql);
        } catch (SQLException e) {
            throw new IllegalStateException(e);
        }
    }

    Connection administrator() throws SQLException {
        return administrator(database);
    }

    private Connection administrator(String where) throws SQLException {
        return DriverManager.getConnection(url(where), server.user(), server.password());
    }

    /** Ends all sessions of the program. */
    void endSessions() {
        execute("SELECT pg_terminate_backend(pid, 10000) FROM pg_stat_activity WHERE usename = '" + role + "'");
    }

    @Override
    public void close() {
        client.shutdown().join();
    }
}
