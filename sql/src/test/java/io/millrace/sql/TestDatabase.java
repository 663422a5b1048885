package io.millrace.sql;

import io.zonky.test.db.postgres.embedded.EmbeddedPostgres;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.ArrayList;
import java.util.List;
import java.util.Queue;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.atomic.AtomicInteger;

/**
 * A database of its own on the PostgreSQL server that all tests of this JVM share; the server ends with the JVM.
 */
final class TestDatabase {
    private static final AtomicInteger COUNTER = new AtomicInteger();
    private static final EmbeddedPostgres SERVER = start();
    /** More than one test uses at once. */
    private static final int KEPT = 4;

    private static final Queue<TestDatabase> OF_TESTS = new ConcurrentLinkedQueue<>();

    private final String name;

    private TestDatabase(String name) {
        this.name = name;
    }

    private static EmbeddedPostgres start() {
        try {
            return EmbeddedPostgres.builder()
                    .setServerConfig("fsync", "off")
                    .setServerConfig("max_connections", "200")
                    .start(); // ends with the JVM, by a hook of its own
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** For one test. Those of tests that are long over are dropped: the server's end would take minutes to delete all. */
    static TestDatabase create() {
        TestDatabase database = createForClass();
        OF_TESTS.add(database);
        if (OF_TESTS.size() > KEPT) {
            String oldest = OF_TESTS.remove().name;
            new TestDatabase("postgres").execute("DROP DATABASE " + oldest + " WITH (FORCE)");
        }
        return database;
    }

    /** For all tests of a class. */
    static TestDatabase createForClass() {
        TestDatabase database = new TestDatabase("test_" + COUNTER.incrementAndGet());
        new TestDatabase("postgres").execute("CREATE DATABASE " + database.name);
        return database;
    }

    String name() {
        return name;
    }

    int port() {
        return SERVER.getPort();
    }

    String url() {
        return url(port());
    }

    /** The same database through another port: a proxy's. */
    String url(int port) {
        return "jdbc:postgresql://localhost:" + port + "/" + name + "?sslmode=disable";
    }

    PostgresSettings settings() {
        return PostgresSettings.of(url(), "postgres", "postgres", "public");
    }

    PostgresSettings settings(int port) {
        return PostgresSettings.of(url(port), "postgres", "postgres", "public");
    }

    Connection connect() {
        try {
            return DriverManager.getConnection(url(), "postgres", "postgres");
        } catch (SQLException e) {
            throw new IllegalStateException(e);
        }
    }

    void execute(String sql) {
        try (Connection connection = connect();
                Statement statement = connection.createStatement()) {
            statement.execute(sql);
        } catch (SQLException e) {
            throw new IllegalStateException(e);
        }
    }

    /** All rows of a query, columns joined by {@code |}, NULL shown as {@code null}. */
    List<String> query(String sql) {
        try (Connection connection = connect();
                Statement statement = connection.createStatement();
                ResultSet rows = statement.executeQuery(sql)) {
            List<String> lines = new ArrayList<>();
            while (rows.next()) {
                List<String> fields = new ArrayList<>();
                for (int i = 1; i <= rows.getMetaData().getColumnCount(); i++) {
                    fields.add(String.valueOf(rows.getString(i)));
                }
                lines.add(String.join("|", fields));
            }
            return lines;
        } catch (SQLException e) {
            throw new IllegalStateException(e);
        }
    }
}
