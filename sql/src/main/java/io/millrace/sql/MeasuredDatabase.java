package io.millrace.sql;

import io.millrace.batching.BatchCommitter;
import io.millrace.checkpoint.Checkpoint;
import io.millrace.checkpoint.Writer;
import io.millrace.projections.Projection;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.HexFormat;
import java.util.List;
import java.util.OptionalLong;
import java.util.UUID;
import java.util.concurrent.ThreadLocalRandom;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * A database made for measuring one projection, on a server that is there, and dropped when this is closed: what is
 * counted in it nobody else did. Autovacuum is off in it. For one thread.
 */
public final class MeasuredDatabase implements AutoCloseable {
    private static final Pattern URL = Pattern.compile("(jdbc:postgresql://[^/?]*)(?:/[^?]*)?(\\?.*)?");
    private static final int FORCED_STATISTICS_SINCE = 150000;

    private final PostgresSettings server;
    private final String name;
    private final Projection projection;
    private final ConnectionPool pool;
    private final PostgresFlushSession session;
    private final Writer writer =
            new Writer(UUID.randomUUID(), "localhost", ProcessHandle.current().pid());
    private final boolean local;
    private final Server is;

    /** How a measured committer writes. */
    public enum Way {
        /** Each change and each checkpoint in an autocommit of its own. */
        SINGLE_STATEMENTS,
        /** A batch at once, a statement per change, not folded. */
        STATEMENT_PER_CHANGE,
        /** A batch at once, folded, a statement per row. */
        STATEMENT_PER_ROW,
        /** As the shipped committer does. */
        STATEMENT_PER_SHAPE
    }

    /** What the server says of itself. */
    public record Server(String version, int versionNumber, boolean fsync, String synchronousCommit) {}

    private MeasuredDatabase(PostgresSettings server, String name, Projection projection) throws SQLException {
        this.server = server;
        this.name = name;
        this.projection = projection;
        PostgresSettings inside = in(server, name);
        this.local = inside.url().matches("jdbc:postgresql://(localhost|127\\.0\\.0\\.1|\\[::1])?(:.*)?/.*");
        try (PostgresStore store = PostgresStore.open(inside)) {
            store.committerFor(projection).close();
        }
        this.pool = ConnectionPool.open(inside);
        this.session =
                PostgresFlushSession.open(pool, projection.name(), List.of(checkpoint()), server.timeouts(), true);
        this.is = prepare();
    }

    /**
     * Creates it.
     *
     * @throws PostgresException if the server cannot be reached, or does not let us create a database
     */
    public static MeasuredDatabase create(PostgresSettings server, Projection projection) {
        byte[] random = new byte[6];
        ThreadLocalRandom.current().nextBytes(random);
        String name = "millrace_cost_" + HexFormat.of().formatHex(random);
        administer(server, "CREATE DATABASE " + name, "A database to measure in cannot be created");
        try {
            return new MeasuredDatabase(server, name, projection);
        } catch (SQLException | RuntimeException e) {
            drop(server, name);
            throw e instanceof SQLException sql
                    ? PostgresException.asking("The database to measure in cannot be prepared", sql)
                    : (RuntimeException) e;
        }
    }

    private static PostgresSettings in(PostgresSettings server, String database) {
        Matcher url = URL.matcher(server.url());
        if (!url.matches()) {
            throw new IllegalArgumentException("expected a URL like jdbc:postgresql://localhost:5432/postgres");
        }
        String rest = url.group(2) == null ? "" : url.group(2);
        return new PostgresSettings(
                url.group(1) + "/" + database + rest,
                server.user(),
                server.password(),
                server.schema(),
                server.timeouts());
    }

    private static void administer(PostgresSettings server, String sql, String otherwise) {
        try (ConnectionPool pool = ConnectionPool.open(server);
                Connection connection = pool.borrow();
                Statement statement = connection.createStatement()) {
            statement.execute(sql);
        } catch (SQLException e) {
            throw PostgresException.asking(otherwise, e);
        }
    }

    private static void drop(PostgresSettings server, String name) {
        administer(
                server, "DROP DATABASE IF EXISTS " + name + " WITH (FORCE)", "Database " + name + " cannot be dropped");
    }

    private Server prepare() throws SQLException {
        StringBuilder sql = new StringBuilder("SET synchronous_commit = on");
        tables().forEach(table -> sql.append(";ALTER TABLE ").append(table).append(" SET (autovacuum_enabled = off)"));
        session.execute(sql.toString());
        return session.ask(
                "SELECT current_setting('server_version'), current_setting('server_version_num')::int,"
                        + " current_setting('fsync'), current_setting('synchronous_commit')",
                row -> new Server(
                        row.getString(1), row.getInt(2), row.getString(3).equals("on"), row.getString(4)));
    }

    private java.util.stream.Stream<String> tables() {
        return java.util.stream.Stream.concat(
                projection.readModels().stream().map(model -> Identifiers.quoted(server.schema(), model.table())),
                java.util.stream.Stream.of("millrace.checkpoints", "millrace.flush_counts"));
    }

    /** What the server says of itself. */
    public Server server() {
        return is;
    }

    String name() {
        return name;
    }

    /** Empties the read models, puts the checkpoint back to the start, and begins to write anew in this way. */
    public BatchCommitter committer(Way way) {
        try {
            StringBuilder sql = new StringBuilder();
            projection
                    .readModels()
                    .forEach(model -> sql.append("TRUNCATE ")
                            .append(Identifiers.quoted(server.schema(), model.table()))
                            .append(';'));
            // Truncated, not updated: else the first run of each way would find other pages than the next.
            sql.append(
                            "TRUNCATE millrace.flush_counts;CREATE TEMP TABLE kept AS SELECT * FROM millrace.checkpoints;TRUNCATE millrace.checkpoints;")
                    .append("UPDATE kept SET position = NULL, handled_position = NULL, handled_event_id = NULL,")
                    .append(
                            " flush_number = 0, counted_reason = NULL, counted_flushes = 0;INSERT INTO millrace.checkpoints SELECT * FROM kept;DROP TABLE kept");
            session.execute(sql.toString());
            // A planner remembers the shapes that it has met: each way shall meet its own.
            StatementPlanner planner = new StatementPlanner(server.schema(), projection.readModels());
            return new MeasuredCommitter(session, planner, projection, way, checkpoint(), writer);
        } catch (SQLException e) {
            throw PostgresException.asking("The measured tables cannot be emptied", e);
        }
    }

    private Checkpoint checkpoint() throws SQLException {
        try (Connection connection = pool.borrow();
                Statement statement = connection.createStatement();
                ResultSet row = statement.executeQuery(CheckpointRow.SELECT)) {
            row.next();
            return CheckpointRow.read(row);
        }
    }

    /** Reads the counters; the read itself shows in the next ones. */
    public ServerCounters read() {
        try {
            OptionalLong cpuNanos = cpuNanos();
            boolean counts = is.versionNumber() >= FORCED_STATISTICS_SINCE;
            if (counts) {
                session.ask("SELECT pg_stat_force_next_flush()", row -> true);
            }
            String tables =
                    "relname IN (" + readModelNames() + ") AND schemaname = " + Identifiers.literal(server.schema())
                            + " OR relname IN ('checkpoints', 'flush_counts') AND schemaname = 'millrace'";
            return session.ask(
                    "SELECT xact_commit, pg_wal_lsn_diff(pg_current_wal_insert_lsn(), '0/0')::bigint,"
                            + " (SELECT sum(n_tup_ins + n_tup_upd + n_tup_del)::bigint FROM pg_stat_user_tables WHERE "
                            + tables + "),"
                            + " (SELECT sum(n_dead_tup)::bigint FROM pg_stat_user_tables WHERE " + tables + ")"
                            + " FROM pg_stat_database WHERE datname = current_database()",
                    row -> new ServerCounters(
                            counts ? OptionalLong.of(row.getLong(1)) : OptionalLong.empty(),
                            counts ? OptionalLong.of(row.getLong(3)) : OptionalLong.empty(),
                            row.getLong(2),
                            counts ? OptionalLong.of(row.getLong(4)) : OptionalLong.empty(),
                            cpuNanos));
        } catch (SQLException e) {
            throw PostgresException.asking("The server's counters cannot be read", e);
        }
    }

    private String readModelNames() {
        return projection.readModels().stream()
                .map(model -> Identifiers.literal(model.table()))
                .collect(java.util.stream.Collectors.joining(", "));
    }

    /** Linux tells it, for processes of this machine; and that it is PostgreSQL's, its name. */
    private OptionalLong cpuNanos() {
        Path process = Path.of("/proc", Integer.toString(session.backend().processId()));
        try {
            if (!local || !Files.readString(process.resolve("comm")).startsWith("postgres")) {
                return OptionalLong.empty();
            }
            String spent = Files.readString(process.resolve("schedstat")).split(" ", 2)[0];
            return OptionalLong.of(Long.parseLong(spent));
        } catch (IOException | NumberFormatException e) {
            return OptionalLong.empty();
        }
    }

    /** Drops the database. */
    @Override
    public void close() {
        try {
            session.discard();
            pool.close();
        } finally {
            drop(server, name);
        }
    }
}
