package io.millrace.sql;

import static io.millrace.sql.Fixtures.VIEWS;
import static io.millrace.sql.Fixtures.views;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.millrace.batching.Batch;
import io.millrace.batching.CommitOutcome;
import io.millrace.batching.CommitOutcome.Committed;
import io.millrace.batching.CommitOutcome.Fenced;
import io.millrace.batching.CommitOutcome.Unavailable;
import io.millrace.batching.CommitOutcome.WentBack;
import io.millrace.checkpoint.Checkpoint;
import io.millrace.checkpoint.Position;
import io.millrace.projections.Projection;
import io.millrace.sql.WireProxy.Fault;
import java.sql.Connection;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** The connection is lost in the middle of a flush: what became of it is found out, and nothing counts twice. */
class LostConnectionTest {
    private static final Projection PROJECTION = Fixtures.projection("views-per-viewer", VIEWS);

    private final TestDatabase database = TestDatabase.create();
    private final WireProxy proxy = WireProxy.to(database.port());
    private final PostgresStore store = PostgresStore.open(database.settings(proxy.port()));
    private final PostgresBatchCommitter committer = store.committerFor(PROJECTION);

    @AfterEach
    void close() {
        store.close();
        proxy.close();
    }

    @Test
    void aBatchWhoseAnswerWasLostIsFoundCommitted() {
        committer.commit(views(PROJECTION, 1, "ann"));
        Batch batch = views(PROJECTION, 2, "ann", "bob");

        proxy.failNextFlush(Fault.LOSE_ANSWER);
        assertThat(committer.commit(batch)).isInstanceOf(Unavailable.class);
        CommitOutcome outcome = committer.commit(batch);

        assertThat(outcome).isInstanceOf(Committed.class);
        assertThat(((Committed) outcome).checkpoint().position()).contains(Position.inLog(2, 2));
        expectRows("ann|2", "bob|1");
        assertThat(committer.commit(views(PROJECTION, 3, "bob"))).isInstanceOf(Committed.class);
        expectRows("ann|2", "bob|2");
    }

    @Test
    void aBatchThatNeverArrivedWholeIsSentAgain() {
        committer.commit(views(PROJECTION, 1, "ann"));
        Batch batch = views(PROJECTION, 2, "ann", "bob");

        proxy.failNextFlush(Fault.CUT_IN_HALF);
        assertThat(committer.commit(batch)).isInstanceOf(Unavailable.class);

        assertThat(committer.commit(batch)).isInstanceOf(Committed.class);
        expectRows("ann|2", "bob|1");
    }

    @Test
    void theSessionThatHoldsHalfOfABatchIsEndedFirst() {
        committer.commit(views(PROJECTION, 1, "ann"));
        Batch batch = views(PROJECTION, 2, "ann", "bob");

        proxy.failNextFlush(Fault.LEAVE_HALF);
        assertThat(committer.commit(batch)).isInstanceOf(Unavailable.class);
        assertThat(sessionsInTransaction()).isEqualTo(1);

        assertThat(committer.commit(batch)).isInstanceOf(Committed.class);
        assertThat(sessionsInTransaction()).isZero();
        expectRows("ann|2", "bob|1");
    }

    @Test
    void anAttemptThatWaitsForALockIsEndedBeforeTheBatchIsSentAgain() throws Exception {
        committer.commit(views(PROJECTION, 1, "ann"));
        Batch batch = views(PROJECTION, 2, "ann");
        try (Connection other = database.connect();
                Statement statement = other.createStatement()) {
            other.setAutoCommit(false);
            statement.execute("SELECT * FROM viewer_views FOR UPDATE");
            CompletableFuture<CommitOutcome> first = CompletableFuture.supplyAsync(() -> committer.commit(batch));
            Waiting.until(() -> waitingForALock().size() == 1);
            List<String> lost = waitingForALock();
            proxy.cutClients();
            assertThat(first.get()).isInstanceOf(Unavailable.class);
            assertThat(waitingForALock()).as("who waits when it is given up").isEqualTo(lost);

            CompletableFuture<CommitOutcome> again = CompletableFuture.supplyAsync(() -> committer.commit(batch));
            Waiting.until(() -> !lost.containsAll(waitingForALock()));

            assertThat(waitingForALock()).as("who waits when it is sent again").doesNotContainAnyElementsOf(lost);
            other.rollback();
            assertThat(again.get()).isInstanceOf(Committed.class);
        }
        expectRows("ann|2");
    }

    @Test
    void anotherWriterInTheMeantimeFences() {
        committer.commit(views(PROJECTION, 1, "ann"));
        Batch batch = views(PROJECTION, 2, "ann");
        proxy.failNextFlush(Fault.CUT_IN_HALF);
        committer.commit(batch);
        try (PostgresStore elsewhere = PostgresStore.open(database.settings())) {
            PostgresBatchCommitter other = elsewhere.committerFor(PROJECTION);
            assertThat(other.commit(views(PROJECTION, 2, "ann"))).isInstanceOf(Committed.class);

            CommitOutcome outcome = committer.commit(batch);

            assertThat(outcome).isInstanceOf(Fenced.class);
            assertThat(((Fenced) outcome).message()).contains(other.writer().toString());
        }
        expectRows("ann|2");
    }

    @Test
    void aDatabaseThatLostCommitsSaysHowFarItWentBack() {
        committer.commit(views(PROJECTION, 1, "ann"));
        List<String> then = database.query(
                "SELECT position, flush_number, handled_position, handled_event_id" + " FROM millrace.checkpoints");
        committer.commit(views(PROJECTION, 2, "ann"));
        committer.commit(views(PROJECTION, 3, "ann"));
        goBackToFirstFlush(then);

        CommitOutcome outcome = committer.commit(views(PROJECTION, 4, "ann"));

        assertThat(outcome).isInstanceOf(WentBack.class);
        Checkpoint checkpoint = ((WentBack) outcome).checkpoint();
        assertThat(checkpoint.position()).contains(Position.inLog(1, 1));
        assertThat(committer.commit(views(PROJECTION, 2, "ann"))).isInstanceOf(Committed.class);
        expectRows("ann|2");
    }

    @Test
    void aServerThatIsAwayIsUnavailableUntilItReturns() {
        Batch batch = views(PROJECTION, 1, "ann");
        proxy.refuse(true);
        proxy.failNextFlush(Fault.CUT_IN_HALF);
        assertThat(committer.commit(batch)).isInstanceOf(Unavailable.class);
        assertThat(committer.commit(batch)).isInstanceOf(Unavailable.class);

        proxy.refuse(false);

        assertThat(committer.commit(batch)).isInstanceOf(Committed.class);
        expectRows("ann|1");
    }

    @Test
    void aSessionThatAnAdministratorEndedIsReplaced() {
        committer.commit(views(PROJECTION, 1, "ann"));
        database.execute("SELECT pg_terminate_backend(pid, 10000) FROM pg_stat_activity"
                + " WHERE application_name = 'millrace 1 views-per-viewer' AND datname = current_database()");
        Batch batch = views(PROJECTION, 2, "ann");

        assertThat(committer.commit(batch)).isInstanceOf(Unavailable.class);

        assertThat(committer.commit(batch)).isInstanceOf(Committed.class);
        expectRows("ann|2");
    }

    @Test
    void aCheckpointIsNotReadFromAStandby() throws SQLException {
        committer.commit(views(PROJECTION, 1, "ann"));
        Batch batch = views(PROJECTION, 2, "ann");
        proxy.failNextFlush(Fault.CUT_IN_HALF);
        committer.commit(batch);
        try (Connection connection = database.connect();
                Statement statement = connection.createStatement()) {
            statement.execute("SET transaction_read_only = on"); // what hot standby imposes
            statement.execute("SET default_transaction_read_only = on");
            FlushSession session = PostgresFlushSession.open(
                    only(connection), "x", List.of(Checkpoint.atStart("x")), FlushTimeouts.DEFAULT, true);
            statement.execute("SET default_transaction_read_only = on");

            assertThatThrownBy(() -> session.readCheckpoints(List.of(PROJECTION.name())))
                    .isInstanceOfSatisfying(
                            SQLException.class,
                            e -> assertThat(SqlFailure.of(e)).isEqualTo(SqlFailure.UNAVAILABLE));
        }
    }

    /** Who takes it for a flush that was refused would go on as if nothing could be committed any more. */
    @Test
    void aLockOnTheCheckpointIsNoAnswerToAFlushWhoseOutcomeIsUnknown() throws SQLException {
        PostgresSettings soon =
                PostgresSettings.of(database.url(proxy.port()) + "&socketTimeout=6", "postgres", "postgres", "public");
        try (PostgresStore hasty = PostgresStore.open(soon);
                PostgresBatchCommitter its = hasty.committerFor(PROJECTION)) {
            its.commit(views(PROJECTION, 1, "ann"));
            Batch batch = views(PROJECTION, 2, "ann");
            proxy.failNextFlush(Fault.LOSE_ANSWER);
            assertThat(its.commit(batch)).isInstanceOf(Unavailable.class);
            try (Connection other = database.connect();
                    Statement statement = other.createStatement()) {
                other.setAutoCommit(false);
                statement.execute("SELECT * FROM millrace.checkpoints FOR UPDATE");

                assertThat(its.commit(batch))
                        .isInstanceOfSatisfying(
                                Unavailable.class,
                                unknown -> assertThat(unknown.contended()).isFalse());
                other.rollback();
            }

            assertThat(its.commit(batch)).isInstanceOf(Committed.class);
        }
        expectRows("ann|2");
    }

    @Test
    void anotherBatchIsNotTakenWhileTheOutcomeOfOneIsUnknown() {
        proxy.failNextFlush(Fault.LOSE_ANSWER);
        committer.commit(views(PROJECTION, 1, "ann"));

        CommitOutcome outcome = committer.commit(views(PROJECTION, 2, "ann"));

        assertThat(outcome).isInstanceOf(CommitOutcome.Failed.class);
    }

    private static ConnectionSource only(Connection connection) {
        return new ConnectionSource() {
            @Override
            public Connection open(String projection) {
                return connection;
            }

            @Override
            public void discard(Connection ended) {}
        };
    }

    private void goBackToFirstFlush(List<String> then) {
        String[] fields = then.get(0).split("\\|", -1);
        database.execute("UPDATE viewer_views SET views = 1; UPDATE millrace.checkpoints SET position = '" + fields[0]
                + "', flush_number = " + fields[1] + ", handled_position = '" + fields[2] + "', handled_event_id = '"
                + fields[3] + "'");
    }

    private void expectRows(String... rows) {
        assertThat(database.query("SELECT * FROM viewer_views ORDER BY 1")).containsExactly(rows);
    }

    /** Their process ids. */
    private List<String> waitingForALock() {
        return database.query("SELECT pid FROM pg_stat_activity WHERE wait_event_type = 'Lock'"
                + " AND datname = current_database()");
    }

    private long sessionsInTransaction() {
        return Long.parseLong(database.query("SELECT count(*) FROM pg_stat_activity WHERE datname ="
                        + " current_database() AND pid <> pg_backend_pid() AND xact_start IS NOT NULL")
                .get(0));
    }
}
