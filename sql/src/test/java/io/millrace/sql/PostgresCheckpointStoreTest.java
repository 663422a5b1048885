package io.millrace.sql;

import static io.millrace.sql.Fixtures.VIEWS;
import static io.millrace.sql.Fixtures.views;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import io.millrace.batching.CommitOutcome.Committed;
import io.millrace.batching.CommitOutcome.Fenced;
import io.millrace.checkpoint.Checkpoint;
import io.millrace.checkpoint.lease.Instance;
import io.millrace.checkpoint.lease.LeaseStore;
import io.millrace.projections.Projection;
import io.millrace.sql.StartRefusedException.Reason;
import java.time.Duration;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

class PostgresCheckpointStoreTest {
    private static final Projection PROJECTION = Fixtures.projection("views-per-viewer", VIEWS);

    private final TestDatabase database = TestDatabase.create();
    private final PostgresStore store = PostgresStore.open(database.settings());

    @AfterEach
    void close() {
        store.close();
    }

    @Test
    void hasNoCheckpointsBeforeAnythingStarted() {
        assertThat(store.checkpoints().all()).isEmpty();
        assertThat(store.checkpoints().find("views-per-viewer")).isEmpty();
    }

    @Test
    void findsWhatCommittersWrote() {
        PostgresBatchCommitter committer = store.committerFor(PROJECTION);
        assertThat(store.checkpoints().find("views-per-viewer").orElseThrow().position())
                .isEmpty();

        committer.commit(views(PROJECTION, 5, "ann"));

        assertThat(store.checkpoints().all()).containsExactly(committer.checkpoint());
    }

    @Test
    void saysSoIfSomebodyElseWroteWhatIsNoPosition() {
        store.committerFor(PROJECTION).commit(views(PROJECTION, 5, "ann"));
        database.execute("UPDATE millrace.checkpoints SET position = 'the end'");

        PostgresException refused = catchThrowableOfType(
                PostgresException.class, () -> store.checkpoints().find("views-per-viewer"));

        assertThat(refused).hasMessageContaining("position of a checkpoint: \"the end\". Somebody else wrote it");
    }

    @Test
    void resetEmptiesTheTablesClearsTheCheckpointAndRaisesTheEpoch() {
        PostgresBatchCommitter committer = store.committerFor(PROJECTION);
        committer.commit(views(PROJECTION, 5, "ann"));
        committer.close();

        Checkpoint checkpoint = store.checkpoints().reset("views-per-viewer", List.of("viewer_views", "not there"));

        assertThat(checkpoint.epoch()).isEqualTo(2);
        assertThat(checkpoint.position()).isEmpty();
        assertThat(checkpoint.lastHandled()).isEmpty();
        assertThat(store.checkpoints().find("views-per-viewer")).contains(checkpoint);
        assertThat(database.query("SELECT * FROM viewer_views")).isEmpty();
        assertThat(store.committerFor(PROJECTION).commit(views(PROJECTION, 5, "ann")))
                .isInstanceOf(Committed.class);
    }

    @Test
    void resetIsRefusedWhileSomebodyHoldsTheLease() {
        PostgresBatchCommitter committer = store.committerFor(PROJECTION);
        committer.commit(views(PROJECTION, 5, "ann"));
        Instance holder = PostgresStore.thisInstance();
        try (LeaseStore leases = store.leases()) {
            leases.take(holder, PROJECTION.name(), Duration.ofMinutes(1));
        }

        StartRefusedException refusal = catchThrowableOfType(
                StartRefusedException.class,
                () -> store.checkpoints().reset("views-per-viewer", List.of("viewer_views")));

        assertThat(refusal.reason()).isEqualTo(Reason.WRITER_RUNNING);
        assertThat(refusal).hasMessageContaining(holder + " holds its lease (epoch 2)");
        assertThat(database.query("SELECT * FROM viewer_views")).containsExactly("ann|1");
    }

    @Test
    void resetUnderALeaseTakesItsEpochAndOnlyBeforeAnythingIsWrittenUnderIt() {
        store.committerFor(PROJECTION).commit(views(PROJECTION, 5, "ann"));

        Checkpoint cleared = store.checkpoints().reset("views-per-viewer", List.of("viewer_views"), 2);

        assertThat(cleared).isEqualTo(Checkpoint.atStart("views-per-viewer", 2));
        assertThat(database.query("SELECT * FROM viewer_views")).isEmpty();
        assertThat(catchThrowableOfType(
                                StartRefusedException.class,
                                () -> store.checkpoints().reset("views-per-viewer", List.of("viewer_views"), 2))
                        .reason())
                .isEqualTo(Reason.LEASE_LOST);
    }

    @Test
    void whoeverStillWritesUnderTheOldEpochIsFenced() {
        PostgresBatchCommitter committer = store.committerFor(PROJECTION);
        committer.commit(views(PROJECTION, 5, "ann"));
        store.checkpoints().reset("views-per-viewer", List.of("viewer_views"));

        assertThat(committer.commit(views(PROJECTION, 6, "ann"))).isInstanceOf(Fenced.class);
        assertThat(database.query("SELECT * FROM viewer_views")).isEmpty();
    }
}
