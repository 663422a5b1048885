package io.millrace.sql;

import static io.millrace.sql.Fixtures.VIEWS;
import static io.millrace.sql.Fixtures.views;
import static org.assertj.core.api.Assertions.assertThat;

import io.millrace.batching.CommitOutcome.Committed;
import io.millrace.batching.CommitOutcome.Fenced;
import io.millrace.projections.Projection;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** After a reset the same positions come by again: it is the epoch that tells who may write. */
class EpochTest {
    private static final Projection PROJECTION = Fixtures.projection("views-per-viewer", VIEWS);

    private final TestDatabase database = TestDatabase.create();
    private final PostgresStore store = PostgresStore.open(database.settings());
    private final PostgresBatchCommitter committer = store.committerFor(PROJECTION);

    @AfterEach
    void close() {
        store.close();
    }

    @Test
    void whoWritesUnderAnOlderEpochIsRefusedAlsoAtTheSamePlace() {
        assertThat(committer.commit(views(PROJECTION, 1, "ann"))).isInstanceOf(Committed.class);
        database.execute("UPDATE millrace.checkpoints SET epoch = epoch + 1");

        assertThat(committer.commit(views(PROJECTION, 2, "ann"))).isInstanceOf(Fenced.class);

        assertThat(database.query("SELECT * FROM viewer_views")).containsExactly("ann|1");
    }
}
