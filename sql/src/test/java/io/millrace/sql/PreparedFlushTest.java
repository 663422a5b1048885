package io.millrace.sql;

import static io.millrace.sql.Fixtures.views;
import static org.assertj.core.api.Assertions.assertThat;

import io.millrace.batching.Batch;
import io.millrace.batching.CommitOutcome;
import io.millrace.batching.CommitOutcome.Committed;
import io.millrace.projections.Projection;
import java.sql.Connection;
import java.sql.Statement;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** What is planned before it is its turn. */
class PreparedFlushTest {
    private static final Projection PROJECTION = Fixtures.projection("views-per-viewer", Fixtures.VIEWS);

    private final TestDatabase database = TestDatabase.create();
    private final PostgresStore store = PostgresStore.open(database.settings());
    private final PostgresBatchCommitter committer = store.committerFor(PROJECTION);

    @AfterEach
    void close() {
        store.close();
    }

    @Test
    void isReadyWhileTheFlushBeforeItIsUnderWay() throws Exception {
        CompletableFuture<CommitOutcome> first;
        Batch next = views(PROJECTION, 2, "ann", "bob");
        try (Connection other = database.connect();
                Statement statement = other.createStatement()) {
            other.setAutoCommit(false);
            statement.execute("LOCK TABLE viewer_views");
            first = CompletableFuture.supplyAsync(() -> committer.commit(views(PROJECTION, 1, "ann")));
            Waiting.until(
                    () -> !database.query("SELECT FROM pg_stat_activity WHERE wait_event_type = 'Lock' AND datname = '"
                                    + database.name() + "'")
                            .isEmpty());

            CompletableFuture.runAsync(() -> committer.prepare(next)).get(20, TimeUnit.SECONDS);
            assertThat(first).isNotDone();
            other.rollback();
        }

        assertThat(first.get(20, TimeUnit.SECONDS)).isInstanceOf(Committed.class);
        assertThat(committer.commit(next)).isInstanceOf(Committed.class);
        assertThat(database.query("SELECT * FROM viewer_views ORDER BY 1")).containsExactly("ann|2", "bob|1");
    }

    @Test
    void isNotTakenForAnother() {
        committer.commit(views(PROJECTION, 1, "ann", "bob"));
        Batch last = views(PROJECTION, 3, "ann", "eve");
        committer.prepare(last);

        committer.commit(views(PROJECTION, 2, "bob", "eve"));
        committer.commit(last);

        assertThat(database.query("SELECT * FROM viewer_views ORDER BY 1")).containsExactly("ann|2", "bob|2", "eve|2");
    }
}
