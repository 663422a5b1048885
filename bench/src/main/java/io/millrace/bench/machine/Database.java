package io.millrace.bench.machine;

import io.millrace.embedded.EmbeddedPostgres;
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
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.stream.Stream;

/** A PostgreSQL of its own for a measurement, as durable as it is delivered: it waits for the disk. For one thread. */
public final class Database implements AutoCloseable {
    private final Path folder;
    private final EmbeddedPostgres server;
    private final Connection connection;
    private final ProcessHandle postmaster;

    private Database(Path folder, EmbeddedPostgres server) throws SQLException, IOException {
        this.folder = folder;
        this.server = server;
        this.connection = DriverManager.getConnection(server.jdbcUrl());
        this.postmaster = ProcessHandle.of(Long.parseLong(
                        Files.readAllLines(folder.resolve("postmaster.pid")).get(0)))
                .orElseThrow();
        requireDurable();
    }

    public static Database start() throws IOException, SQLException {
        Path folder = Files.createTempDirectory("millrace-bench-postgres");
        return new Database(folder, EmbeddedPostgres.start(folder));
    }

    private void requireDurable() throws SQLException {
        for (String setting : List.of("fsync", "synchronous_commit", "full_page_writes")) {
            String value = text("SHOW " + setting);
            if (!value.equals("on")) {
                throw new IllegalStateException("expected " + setting + " to be on: " + setting + "=" + value);
            }
        }
    }

    /** Where round trips are counted, by {@link CountingSocketFactory}. */
    public String url() {
        return server.jdbcUrl() + "&socketFactory=" + CountingSocketFactory.class.getName();
    }

    public String user() {
        return server.user();
    }

    public int port() {
        return server.port();
    }

    /** A new connection whose round trips are counted; the caller closes it. */
    public Connection connect(String moreOfTheUrl) throws SQLException {
        return DriverManager.getConnection(url() + moreOfTheUrl);
    }

    public void execute(String sql) throws SQLException {
        try (Statement statement = connection.createStatement()) {
            statement.execute(sql);
        }
    }

    public String text(String sql) throws SQLException {
        return texts(sql).get(0);
    }

    /** The first column of all rows. */
    public List<String> texts(String sql) throws SQLException {
        List<String> texts = new ArrayList<>();
        try (Statement statement = connection.createStatement();
                ResultSet rows = statement.executeQuery(sql)) {
            while (rows.next()) {
                texts.add(String.valueOf(rows.getString(1)));
            }
        }
        return texts;
    }

    /** CPU time of the server with all its processes. */
    public Duration cpu() {
        return ProcessCpu.ofFamily(postmaster);
    }

    /** Bytes written ahead so far. */
    public long walBytes() throws SQLException {
        return Long.parseLong(text("SELECT pg_current_wal_insert_lsn() - '0/0'::pg_lsn"));
    }

    /** Transactions that wrote something so far, committed or not. */
    public long writingTransactions() throws SQLException {
        return Long.parseLong(text("SELECT pg_snapshot_xmax(pg_current_snapshot())"));
    }

    @Override
    public void close() {
        try {
            connection.close();
        } catch (SQLException e) {
            throw new IllegalStateException("a connection that can be closed was expected", e);
        } finally {
            server.close();
            delete();
        }
    }

    private void delete() {
        try (Stream<Path> files = Files.walk(folder)) {
            for (Path file : files.sorted(Comparator.reverseOrder()).toList()) {
                Files.deleteIfExists(file);
            }
        } catch (IOException e) {
            throw new UncheckedIOException("a folder that can be deleted was expected: " + folder, e);
        }
    }
}
