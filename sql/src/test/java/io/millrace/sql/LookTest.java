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
import io.millrace.projections.Projection;
import io.millrace.sql.WireProxy.Fault;
import java.util.Optional;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** A committer that has nothing to commit still hears what became of its checkpoint. */
class LookTest {
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
    void aCheckpointThatStandsWhereItWasLeftIsNothingToTell() {
        assertThat(committer.look()).isEmpty();
        committer.commit(views(PROJECTION, 1, "ann"));
        assertThat(committer.look()).isEmpty();
    }

    @Test
    void whatTheDatabaseLostIsTold() {
        committer.commit(views(PROJECTION, 1, "ann"));
        committer.commit(views(PROJECTION, 2, "ann"));
        database.execute("UPDATE viewer_views SET views = 1;"
                + " UPDATE millrace.checkpoints SET position = '1/1', flush_number = 1");

        Optional<CommitOutcome> seen = committer.look();

        assertThat(seen).get().isInstanceOf(WentBack.class);
        assertThat(committer.commit(views(PROJECTION, 2, "ann"))).isInstanceOf(Committed.class);
        assertThat(database.query("SELECT * FROM viewer_views")).containsExactly("ann|2");
    }

    @Test
    void anotherWriterIsTold() {
        committer.commit(views(PROJECTION, 1, "ann"));
        database.execute("UPDATE millrace.checkpoints SET epoch = epoch + 1");

        assertThat(committer.look()).get().isInstanceOf(Fenced.class);
    }

    @Test
    void aLostConnectionIsOpenedAgain() {
        committer.commit(views(PROJECTION, 1, "ann"));
        proxy.cutClients();

        assertThat(committer.look()).get().isInstanceOf(Unavailable.class);
        assertThat(committer.look()).isEmpty();
    }

    @Test
    void whileTheOutcomeOfABatchIsUnknownThatIsAskedFirst() {
        Batch batch = views(PROJECTION, 1, "ann");
        proxy.failNextFlush(Fault.LOSE_ANSWER);
        committer.commit(batch);

        assertThatThrownBy(committer::look).isInstanceOf(IllegalStateException.class);
    }
}
