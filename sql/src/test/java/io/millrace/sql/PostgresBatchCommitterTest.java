package io.millrace.sql;

import static io.millrace.sql.Fixtures.VIEWS;
import static io.millrace.sql.Fixtures.views;
import static org.assertj.core.api.Assertions.assertThat;

import io.millrace.batching.Batch;
import io.millrace.batching.CommitOutcome;
import io.millrace.batching.CommitOutcome.Committed;
import io.millrace.checkpoint.Checkpoint;
import io.millrace.checkpoint.HandledEvent;
import io.millrace.checkpoint.Position;
import io.millrace.projections.Projection;
import io.millrace.projections.Rows;
import java.util.List;
import java.util.Optional;
import java.util.UUID;
import java.util.function.Consumer;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

class PostgresBatchCommitterTest {
    private static final Projection PROJECTION = Fixtures.projection("views-per-viewer", VIEWS);

    private final TestDatabase database = TestDatabase.create();
    private final PostgresStore store = PostgresStore.open(database.settings());

    @AfterEach
    void close() {
        store.close();
    }

    @Test
    void writesRowsAndCheckpointTogether() {
        PostgresBatchCommitter committer = store.committerFor(PROJECTION);

        CommitOutcome outcome = committer.commit(views(PROJECTION, 5, "ann", "bob"));
        committer.commit(views(PROJECTION, 9, "ann"));

        assertThat(outcome).isInstanceOf(Committed.class);
        assertThat(((Committed) outcome).statements()).isEqualTo(2);
        assertThat(((Committed) outcome).roundTrips()).isEqualTo(1);
        assertThat(database.query("SELECT * FROM viewer_views ORDER BY 1")).containsExactly("ann|2", "bob|1");
        Checkpoint checkpoint = store.checkpoints().find("views-per-viewer").orElseThrow();
        assertThat(checkpoint)
                .usingRecursiveComparison()
                .ignoringFields("movedAt") // which is reckoned, see CheckpointMoveTest
                .isEqualTo(committer.checkpoint());
        assertThat(checkpoint.position()).contains(Position.inLog(9, 9));
        assertThat(checkpoint.flushNumber()).isEqualTo(2);
        assertThat(checkpoint.writer()).contains(committer.writer());
        assertThat(checkpoint.lastHandled())
                .isEqualTo(Optional.of(new HandledEvent(Position.inLog(9, 9), new UUID(7, 9))));
    }

    @Test
    void sendsAgainWhatMustBeAddedExactlyNearTheEndOfARange() {
        PostgresBatchCommitter committer = store.committerFor(PROJECTION);
        database.execute("INSERT INTO viewer_views VALUES ('ann', " + (Long.MAX_VALUE - 5) + ")");

        CommitOutcome first = committer.commit(upAndDown(5));
        CommitOutcome second = committer.commit(upAndDown(6));

        assertThat(((Committed) first).roundTrips())
                .as("sent, rolled back, sent")
                .isEqualTo(3);
        assertThat(((Committed) second).roundTrips()).isEqualTo(1);
        assertThat(database.query("SELECT views FROM viewer_views")).containsExactly("" + (Long.MAX_VALUE - 3));
    }

    private static Batch upAndDown(long position) {
        List<Consumer<Rows>> events = List.of(
                rows -> rows.row("ann").increment("views", 3),
                rows -> rows.row("ann").increment("views", -2));
        return Fixtures.batch(PROJECTION, position, Fixtures.changes(List.of(VIEWS), events));
    }

    @Test
    void refusesASecondWriterAndRollsItBackWhole() {
        PostgresBatchCommitter first = store.committerFor(PROJECTION);
        PostgresBatchCommitter second = store.committerFor(PROJECTION);
        first.commit(views(PROJECTION, 5, "ann"));

        CommitOutcome outcome = second.commit(views(PROJECTION, 5, "ann", "bob"));

        assertThat(outcome).isInstanceOf(CommitOutcome.Fenced.class);
        assertThat(((CommitOutcome.Fenced) outcome).message())
                .contains(first.writer().toString());
        assertThat(database.query("SELECT * FROM viewer_views")).containsExactly("ann|1");
    }
}
