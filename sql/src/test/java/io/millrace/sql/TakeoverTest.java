package io.millrace.sql;

import static io.millrace.sql.Fixtures.VIEWS;
import static io.millrace.sql.Fixtures.views;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import io.millrace.batching.Batch;
import io.millrace.batching.CommitOutcome;
import io.millrace.batching.CommitOutcome.Committed;
import io.millrace.batching.CommitOutcome.Fenced;
import io.millrace.batching.CommitOutcome.Unavailable;
import io.millrace.projections.Projection;
import io.millrace.sql.StartRefusedException.Reason;
import io.millrace.sql.WireProxy.Fault;
import java.sql.Connection;
import java.sql.Statement;
import java.util.concurrent.CompletableFuture;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** One takes a projection over from another, who may have frozen in the midst of a flush. */
class TakeoverTest {
    private static final Projection PROJECTION = Fixtures.projection("views-per-viewer", VIEWS);
    private static final String NAME = PROJECTION.name();

    private final TestDatabase database = TestDatabase.create();
    private final WireProxy proxy = WireProxy.to(database.port());
    private final PostgresStore frozen = PostgresStore.open(database.settings(proxy.port()));
    private final PostgresStore successor = PostgresStore.open(database.settings());

    @AfterEach
    void close() {
        frozen.close();
        successor.close();
        proxy.close();
    }

    private void expectRows(String... rows) {
        assertThat(database.query("SELECT * FROM viewer_views ORDER BY 1")).containsExactly(rows);
    }

    @Test
    void whoWritesUnderTheOldEpochIsFenced() {
        PostgresBatchCommitter old = frozen.committerFor(PROJECTION, 1);
        old.commit(views(PROJECTION, 1, "ann"));
        PostgresBatchCommitter next = successor.committerFor(PROJECTION, 2);
        assertThat(next.checkpoint().position()).isPresent();

        old.commit(views(PROJECTION, 2, "ann")); // its session was ended
        CommitOutcome outcome = old.commit(views(PROJECTION, 2, "ann"));

        assertThat(outcome).isInstanceOf(Fenced.class);
        assertThat(next.commit(views(PROJECTION, 2, "ann"))).isInstanceOf(Committed.class);
        expectRows("ann|2");
    }

    @Test
    void aSessionThatHoldsHalfOfAFlushOfAnOlderEpochIsEnded() {
        PostgresBatchCommitter old = frozen.committerFor(PROJECTION, 1);
        old.commit(views(PROJECTION, 1, "ann"));
        proxy.failNextFlush(Fault.LEAVE_HALF);
        assertThat(old.commit(views(PROJECTION, 2, "ann"))).isInstanceOf(Unavailable.class);

        PostgresBatchCommitter next = successor.committerFor(PROJECTION, 2);

        assertThat(next.commit(views(PROJECTION, 2, "ann"))).isInstanceOf(Committed.class);
        expectRows("ann|2");
    }

    @Test
    void aSessionOfAnOlderEpochThatBlocksLaterOnIsFoundAndEnded() throws Exception {
        PostgresBatchCommitter next = successor.committerFor(PROJECTION, 2);
        next.commit(views(PROJECTION, 1, "ann"));
        try (Connection old = database.connect();
                Statement statement = old.createStatement()) {
            statement.execute("SET application_name = 'millrace 1 views-per-viewer'");
            statement.execute(
                    "SELECT pg_advisory_lock_shared(" + WriterSessions.KEY.replace("?", "'views-per-viewer'") + ")");
            old.setAutoCommit(false);
            statement.execute("SELECT * FROM viewer_views FOR UPDATE");
            CompletableFuture<CommitOutcome> flush =
                    CompletableFuture.supplyAsync(() -> next.commit(views(PROJECTION, 2, "ann")));
            awaitBlocked();

            assertThat(successor.endOlderAndNameBlockers(NAME, 2)).isEmpty();

            assertThat(flush.get()).isInstanceOf(Committed.class);
        }
        expectRows("ann|2");
    }

    @Test
    void anyOtherThatBlocksIsNamedAndLeftAlone() throws Exception {
        PostgresBatchCommitter next = successor.committerFor(PROJECTION, 2);
        next.commit(views(PROJECTION, 1, "ann"));
        try (Connection other = database.connect();
                Statement statement = other.createStatement()) {
            statement.execute("SET application_name = 'nightly report'");
            other.setAutoCommit(false);
            statement.execute("SELECT * FROM viewer_views FOR UPDATE");
            CompletableFuture<CommitOutcome> flush =
                    CompletableFuture.supplyAsync(() -> next.commit(views(PROJECTION, 2, "ann")));
            awaitBlocked();

            assertThat(successor.endOlderAndNameBlockers(NAME, 2))
                    .hasValueSatisfying(blocker -> assertThat(blocker)
                            .startsWith("server process ")
                            .contains(
                                    "(nightly report) of role postgres, in its transaction since ",
                                    "SELECT * FROM viewer_views"));
            assertThat(successor.blockersOf(NAME)).isPresent();

            other.rollback();
            assertThat(flush.get()).isInstanceOf(Committed.class);
            assertThat(successor.blockersOf(NAME)).isEmpty();
        }
        expectRows("ann|2");
    }

    @Test
    void aLeaseThatWasOvertakenBeforeItBeganIsRefused() {
        successor.committerFor(PROJECTION, 3);

        StartRefusedException refusal =
                catchThrowableOfType(StartRefusedException.class, () -> frozen.committerFor(PROJECTION, 2));

        assertThat(refusal.reason()).isEqualTo(Reason.LEASE_LOST);
    }

    @Test
    void aSuccessorGoesOnFromWhatWasCommittedLast() {
        PostgresBatchCommitter old = frozen.committerFor(PROJECTION, 1);
        Batch batch = views(PROJECTION, 5, "ann");
        old.commit(batch);

        PostgresBatchCommitter next = successor.committerFor(PROJECTION, 2);

        assertThat(next.checkpoint().position()).contains(batch.checkpoint());
        assertThat(next.checkpoint().epoch()).isEqualTo(2);
        assertThat(next.checkpoint().flushNumber()).isZero();
    }

    private void awaitBlocked() {
        Waiting.until(() -> database.query("SELECT 1 FROM pg_stat_activity WHERE wait_event_type = 'Lock'"
                                + " AND datname = current_database()")
                        .size()
                == 1);
    }
}
