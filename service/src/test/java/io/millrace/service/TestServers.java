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

/** An event store and a PostgreSQL of a test's own. */
final class TestServers implements AutoCloseable {
    final EmbeddedEventStore eventStore = EmbeddedEventStore.start();
    final EmbeddedPostgres postgres = EmbeddedPostgres.start();
    final EventStoreConnection events = EventStoreConnection.open(eventStore.connectionString());

    /** Writes a configuration for these servers, with these projections at their defaults. */
    String configure(Path folder, String... projections) {
        StringBuilder yaml = new StringBuilder();
        yaml.append("eventstore: ").append(eventStore.connectionString()).append('\n');
        yaml.append("postgres: {url: '")
                .append(url())
                .append("', user: ")
                .append(postgres.user())
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
        return "jdbc:postgresql://127.0.0.1:" + postgres.port() + "/" + postgres.database();
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
        return DriverManager.getConnection(postgres.jdbcUrl());
    }

    void execute(String sql) throws SQLException {
        try (Connection connection = connect();
                Statement statement = connection.createStatement()) {
            statement.execute(sql);
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
        postgres.close();
    }
}
