package io.millrace.sql;

import io.millrace.batching.Batch;
import io.millrace.batching.ParkedStreams;
import io.millrace.checkpoint.Checkpoint;
import io.millrace.checkpoint.Writer;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;
import org.postgresql.PGStatement;

/**
 * A session at PostgreSQL.
 *
 * <p>A flush is one string of statements in autocommit mode: the driver sends all of it before a single Sync and waits
 * once. What comes before a Sync is one transaction to the server. The driver puts in a Sync by itself after 255
 * statements (so that neither side's buffers fill up), and before a user's whose result has no bound: those flushes are
 * {@code BEGIN; …; COMMIT}, as it would commit the half before it otherwise. The others, nearly all, go without: to
 * begin and to commit costs a sixth of what a flush of 100 events costs the server (ADR 13).
 *
 * <p>Rows are merged where the server can and nobody's statements but ours run in the session; else upserted (ADR 17).
 */
final class PostgresFlushSession implements FlushSession {
    private static final int MERGE_SINCE = 15;
    private static final int MERGE_RETURNS_SINCE = 17;

    /**
     * pgjdbc counts 250 bytes of answer for each statement and puts in a Sync before the one that would reach 64,000
     * (QueryExecutorImpl.flushIfDeadlockRisk).
     */
    private static final int STATEMENTS_PER_SYNC = 255;

    /** Far below the driver's limit, and above what projections have tables and shapes. */
    private static final int MOST_IN_ONE_SYNC = 32;

    /** Stands for whichever process a pooler lends us. */
    private static final Backend LENT = new Backend(0, "");

    private final ConnectionSource connections;
    private final Connection connection;
    private final List<Checkpoint> writing;
    private final Backend backend;
    /** What each transaction begins with where a pooler lends sessions; else empty. */
    private final String perTransaction;
    /** Whether the last flush began a transaction that it had to end. */
    private boolean begun;

    /** Whether rows are merged: not where others' statements would run under the settings that this needs. */
    private boolean merging;

    /** Whether a merge can return something: then the checkpoint is merged where rows are. */
    private boolean mergeReturns;

    private @Nullable Prepared last;
    private @Nullable LastMove moved;

    private PostgresFlushSession(
            ConnectionSource connections,
            Connection connection,
            List<Checkpoint> writing,
            Backend backend,
            String perTransaction) {
        this.connections = connections;
        this.connection = connection;
        this.writing = List.copyOf(writing);
        this.backend = backend;
        this.perTransaction = perTransaction;
    }

    /**
     * Opens one.
     *
     * @param name whose connection it is
     * @param writing whose checkpoints are moved over it, and under which epochs
     * @param mayMerge whether only our own statements are to be sent over it, as far as is known
     */
    static PostgresFlushSession open(
            ConnectionSource connections,
            String name,
            List<Checkpoint> writing,
            FlushTimeouts timeouts,
            boolean mayMerge)
            throws SQLException {
        Connection connection = connections.open(name);
        try {
            if (connections.isBehindPooler()) {
                String settings = SessionSettings.perTransaction(connection, name, writing, timeouts);
                return new PostgresFlushSession(connections, connection, writing, LENT, settings);
            }
            SessionSettings.apply(connection, name, writing, timeouts);
            Backend backend = identify(connection, writing);
            PostgresFlushSession session = new PostgresFlushSession(connections, connection, writing, backend, "");
            if (mayMerge && session.canMerge()) {
                session.execute(SessionSettings.LOOK_UP_BY_KEY);
                session.merging = true;
                session.mergeReturns = session.serverIsOrAfter(MERGE_RETURNS_SINCE);
            }
            return session;
        } catch (SQLException | RuntimeException e) {
            connections.discard(connection);
            throw e;
        }
    }

    /** Also says to the rest of the world who is being written, for as long as the session lives. */
    private static Backend identify(Connection connection, List<Checkpoint> writing) throws SQLException {
        String locks = writing.stream()
                .map(of -> ", pg_advisory_lock_shared(" + WriterSessions.KEY + ")")
                .collect(Collectors.joining());
        String sql = "SELECT pid, backend_start::text" + locks + " FROM pg_stat_activity WHERE pid = pg_backend_pid()";
        try (PreparedStatement statement = connection.prepareStatement(sql)) {
            for (int i = 0; i < writing.size(); i++) {
                statement.setString(i + 1, writing.get(i).projection());
            }
            try (ResultSet row = statement.executeQuery()) {
                row.next();
                return new Backend(row.getInt(1), row.getString(2));
            }
        }
    }

    private boolean canMerge() throws SQLException {
        return serverIsOrAfter(MERGE_SINCE) && !tablesHaveTriggers();
    }

    private boolean serverIsOrAfter(int version) throws SQLException {
        return connection.getMetaData().getDatabaseMajorVersion() >= version;
    }

    private boolean tablesHaveTriggers() throws SQLException {
        String sql = "SELECT FROM millrace.read_models AS r JOIN pg_trigger AS t"
                + " ON t.tgrelid = to_regclass(format('%I.%I', r.schema_name, r.table_name))"
                + " WHERE r.projection = ANY (?) AND NOT t.tgisinternal";
        try (PreparedStatement statement = connection.prepareStatement(sql)) {
            statement.setArray(
                    1,
                    connection.createArrayOf(
                            "text", writing.stream().map(Checkpoint::projection).toArray()));
            try (ResultSet row = statement.executeQuery()) {
                return row.next();
            }
        }
    }

    @Override
    public boolean sendsOtherwise(SQLException refusal) throws SQLException {
        if (!merging || !SqlFailure.mayBeOfMerge(refusal)) {
            return false;
        }
        execute(SessionSettings.PLAN_FREELY);
        merging = false;
        return true;
    }

    @Override
    public Backend backend() {
        return backend;
    }

    private boolean isLent() {
        return backend.equals(LENT);
    }

    /** How often the driver waits for the server while it sends a plan. */
    static int roundTrips(StatementPlan plan) {
        int statements = plan.statements().size() + 3; // checkpoint; BEGIN and COMMIT, where there are as many
        return (statements + STATEMENTS_PER_SYNC - 1) / STATEMENTS_PER_SYNC;
    }

    @Override
    public long flush(Flush flush, Writer writer) throws SQLException {
        long sentNanos = System.nanoTime();
        FlushText sent = new FlushText(flush, writer, mannerOf(flush, writer, sentNanos), perTransaction);
        begun = sent.manner().begins();
        LastMove before = moved;
        moved = null; // until it is known what became of this one
        PreparedStatement statement = prepared(sent);
        sent.bind(connection, statement);
        OptionalLong answeredMicros = execute(statement);
        statement.clearParameters();
        merging &= !sent.manner().endsMerging();
        if (flush.moves().size() > 1) {
            return answeredMicros.orElseThrow();
        }
        LastMove now = answeredMicros.isPresent()
                ? LastMove.of(flush.moves().get(0), writer, answeredMicros.getAsLong(), sentNanos)
                : Objects.requireNonNull(before, "only a move that goes on answers nothing")
                        .next();
        moved = now;
        return now.micros(sentNanos);
    }

    private FlushText.Manner mannerOf(Flush flush, Writer writer, long nowNanos) {
        boolean hasRawSql = flush.plan().hasRawSql();
        boolean begins = isLent() || hasRawSql || flush.plan().statements().size() > MOST_IN_ONE_SYNC;
        // A user's statement is not to find the settings that merging needs: nothing is merged from the first one on.
        boolean merges = merging && !hasRawSql;
        boolean goesOn = moved != null && moved.isContinuedBy(flush.moves().get(0), writer, nowNanos);
        return new FlushText.Manner(begins, merges, merging && !merges, goesOn, merges && mergeReturns);
    }

    /** Writes each statement, and a plain checkpoint, in an autocommit of its own: what a flush is measured against. */
    void oneByOne(StatementPlan plan, Checkpoint from, Batch batch) throws SQLException {
        for (StatementPlan.Planned planned : plan.statements()) {
            try (PreparedStatement statement = connection.prepareStatement(planned.text())) {
                FlushText.bind(connection, statement, new StatementPlan(List.of(planned)), false);
                statement.execute();
            }
        }
        String checkpoint = "UPDATE millrace.checkpoints SET position = ?, flush_number = flush_number + 1,"
                + " moved_at = clock_timestamp() WHERE projection = ?";
        try (PreparedStatement statement = connection.prepareStatement(checkpoint)) {
            statement.setString(1, PositionText.of(batch.checkpoint()));
            statement.setString(2, from.projection());
            statement.executeUpdate();
        }
    }

    /** Runs statements that answer nothing. */
    void execute(String sql) throws SQLException {
        try (Statement statement = connection.createStatement()) {
            statement.execute(sql);
        }
    }

    /** Asks for one row. */
    <T> T ask(String sql, Answer<T> answer) throws SQLException {
        try (Statement statement = connection.createStatement();
                ResultSet row = statement.executeQuery(sql)) {
            row.next();
            return answer.of(row);
        }
    }

    /** Reads a row. */
    @FunctionalInterface
    interface Answer<T> {
        T of(ResultSet row) throws SQLException;
    }

    /** A flush's statement, and what its text depends on; most flushes have that of the one before. */
    private record Prepared(FlushText.Key dependsOn, PreparedStatement statement) {}

    private PreparedStatement prepared(FlushText sent) throws SQLException {
        FlushText.Key dependsOn = sent.key();
        Prepared kept = last;
        if (kept != null && kept.dependsOn().isSameAs(dependsOn)) {
            return kept.statement();
        }
        last = null;
        if (kept != null) {
            kept.statement().close();
        }
        PreparedStatement statement = connection.prepareStatement(sent.text());
        if (sent.flush().plan().hasRawSql() && statement.isWrapperFor(PGStatement.class)) {
            // A prepared statement of the user's whose result has no bound would get a Sync of its own.
            statement.unwrap(PGStatement.class).setPrepareThreshold(0);
        }
        last = new Prepared(dependsOn, statement);
        return statement;
    }

    /** The checkpoint's answer, if it gives one, is the last result set; users' statements may have given others before. */
    private static OptionalLong execute(PreparedStatement statement) throws SQLException {
        OptionalLong answer = OptionalLong.empty();
        boolean isResultSet = statement.execute();
        while (isResultSet || statement.getUpdateCount() != -1) {
            if (isResultSet) {
                try (ResultSet rows = statement.getResultSet()) {
                    answer = rows.next() && rows.getObject(1) instanceof Long number
                            ? OptionalLong.of(number)
                            : OptionalLong.empty();
                }
            }
            isResultSet = statement.getMoreResults();
        }
        return answer;
    }

    @Override
    public void rollback() throws SQLException {
        try (Statement statement = connection.createStatement()) {
            // Also where the Sync ended it already: that the session answers is what tells that nothing was committed.
            statement.execute(begun ? "ROLLBACK" : "SELECT 1");
        }
    }

    @Override
    public ParkedStreams readParked(Checkpoint checkpoint) throws SQLException {
        return ParkedRows.streams(connection, checkpoint);
    }

    @Override
    public void discard() {
        connections.discard(connection);
    }

    @Override
    public void release() throws SQLException {
        if (isLent()) {
            return; // the lock ended with each transaction
        }
        try (Statement statement = connection.createStatement()) {
            statement.execute("SELECT pg_advisory_unlock_all()");
        }
    }

    @Override
    public List<Checkpoint> readCheckpoints(List<String> projections) throws SQLException {
        return isLent()
                ? Transaction.in(connection, () -> {
                    try (Statement statement = connection.createStatement()) {
                        statement.execute(perTransaction);
                    }
                    return readForUpdate(projections);
                })
                : readForUpdate(projections);
    }

    private List<Checkpoint> readForUpdate(List<String> projections) throws SQLException {
        Map<String, Checkpoint> found = new HashMap<>();
        try (PreparedStatement statement = connection.prepareStatement(CheckpointRow.SELECT_FOR_UPDATE)) {
            statement.setArray(1, connection.createArrayOf("text", projections.toArray()));
            try (ResultSet row = statement.executeQuery()) {
                while (row.next()) {
                    Checkpoint checkpoint = CheckpointRow.read(row);
                    found.put(checkpoint.projection(), checkpoint);
                }
            }
        }
        return projections.stream()
                .flatMap(name -> Optional.ofNullable(found.get(name)).stream())
                .toList();
    }

    @Override
    public boolean ended(Backend lost, long waitMs) throws SQLException {
        if (lost.equals(LENT)) {
            // Nobody else writes under our epoch: what is found under it, or an older one, is what we lost.
            boolean ended = true;
            for (Checkpoint of : writing) {
                WriterSessions.endOlder(connection, of.projection(), of.epoch() + 1);
                ended &= !WriterSessions.existsOlder(connection, of.projection(), of.epoch() + 1);
            }
            return ended;
        }
        String terminate = "SELECT pg_terminate_backend(pid, ?) FROM pg_stat_activity"
                + " WHERE pid = ? AND backend_start = ?::timestamptz";
        try (PreparedStatement statement = connection.prepareStatement(terminate)) {
            statement.setLong(1, waitMs);
            statement.setInt(2, lost.processId());
            statement.setString(3, lost.startedAt());
            statement.executeQuery().close();
        } catch (SQLException e) {
            if (!SqlFailure.state(e).equals("42501")) { // not ours to end: another role's by now; then await it
                throw e;
            }
        }
        return !isAlive(lost);
    }

    private boolean isAlive(Backend lost) throws SQLException {
        String find = "SELECT 1 FROM pg_stat_activity WHERE pid = ? AND backend_start = ?::timestamptz";
        try (PreparedStatement statement = connection.prepareStatement(find)) {
            statement.setInt(1, lost.processId());
            statement.setString(2, lost.startedAt());
            try (ResultSet row = statement.executeQuery()) {
                return row.next();
            }
        }
    }
}
