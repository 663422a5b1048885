package io.millrace.service;

import io.millrace.embedded.EmbeddedEventStore;
import io.millrace.embedded.EmbeddedPostgres;
import io.millrace.eventstore.EventStoreConnection;
import io.millrace.eventstore.ExpectedRevision;
import io.millrace.eventstore.NewEvent;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.UUID;
import java.util.concurrent.atomic.AtomicInteger;

/** An event store of a test's own, and a database of its own on a PostgreSQL that all tests of this JVM share. */
final class TestServers implements AutoCloseable {
    private static final AtomicInteger DATABASES = new AtomicInteger();

    final EmbeddedEventStore eventStore = EmbeddedEventStore.start();
    final EventStoreConnection events = EventStoreConnection.open(eventStore.connectionString());
    private final EmbeddedPostgres postgres;
    private final boolean ofItsOwn;
    private final String database;

    /** Started for the first test that needs it: to make a new one takes two seconds, to make a database a tenth of one. */
    private static final class Shared {
        static final EmbeddedPostgres POSTGRES = EmbeddedPostgres.start();

        static {
            Runtime.getRuntime().addShutdownHook(new Thread(POSTGRES::close, "test-postgres-stop"));
        }
    }

    TestServers() {
        this(Shared.POSTGRES, false);
    }

    private TestServers(EmbeddedPostgres postgres, boolean ofItsOwn) {
        this.postgres = postgres;
        this.ofItsOwn = ofItsOwn;
        this.database = "test_" + DATABASES.incrementAndGet();
        executeIn(postgres.database(), "CREATE DATABASE " + database);
    }

    /** With a PostgreSQL of the test's own, for those that change or restart it. */
    static TestServers withOwnPostgres() {
        return new TestServers(EmbeddedPostgres.start(), true);
    }

    /** Writes a configuration for these servers, with these projections at their defaults. */
    String configure(Path folder, String... projections) {
        StringBuilder yaml = new StringBuilder();
        yaml.append("eventstore: ").append(eventStore.connectionString()).append('\n');
        yaml.append("postgres: {url: '")
                .append(url())
                .append("', user: ")
                .append(user())
                .append("}\n");
        yaml.append("projections:\n");
        Arrays.stream(projections)
                .forEach(name -> yaml.append("  ").append(name).append(":\n"));
        return write(folder, yaml.toString());
    }

    static String write(Path folder, String yaml) {
        try {
            return Files.writeString(folder.resolve("millrace.yaml"), yaml).toString();
        } catch (IOException e) {
            throw new AssertionError("the configuration cannot be written", e);
        }
    }

    String url() {
        return url(database);
    }

    private String url(String of) {
        return "jdbc:postgresql://127.0.0.1:" + postgres.port() + "/" + of;
    }

    String user() {
        return postgres.user();
    }

    void restartPostgres() {
        if (!ofItsOwn) {
            throw new IllegalStateException("expected a PostgreSQL of the test's own: use withOwnPostgres()");
        }
        postgres.restart();
    }

    void append(String stream, String type, String... data) {
        List<NewEvent> all = Arrays.stream(data)
                .map(json -> NewEvent.json(UUID.randomUUID(), type, json.getBytes(StandardCharsets.UTF_8), new byte[0]))
                .toList();
        for (int from = 0; from < all.size(); from += 500) {
            events.appender()
                    .appendNow(stream, ExpectedRevision.any(), all.subList(from, Math.min(all.size(), from + 500)));
        }
    }

    Connection connect() throws SQLException {
        return connect(database);
    }

    private Connection connect(String to) throws SQLException {
        return DriverManager.getConnection(url(to), user(), postgres.password());
    }

    void execute(String sql) throws SQLException {
        try (Connection connection = connect();
                Statement statement = connection.createStatement()) {
            statement.execute(sql);
        }
    }

    private void executeIn(String other, String sql) {
        try (Connection connection = connect(other);
                Statement statement = connection.createStatement()) {
            statement.execute(sql);
        } catch (SQLException e) {
            throw new AssertionError(sql, e);
        }
    }

    /** The first column of each row. */
    List<String> query(String sql) throws SQLException {
        try (Connection connection = connect();
                Statement statement = connection.createStatement();
                ResultSet row = statement.executeQuery(sql)) {
            List<String> found = new ArrayList<>();
            while (row.next()) {
                found.add(row.getString(1));
            }
            return found;
        }
    }

    @Override
    public void close() {
        events.close();
        eventStore.close();
        if (ofItsOwn) {
            postgres.close();
        } else {
            executeIn(postgres.database(), "DROP DATABASE " + database + " WITH (FORCE)");
        }
    }
}
