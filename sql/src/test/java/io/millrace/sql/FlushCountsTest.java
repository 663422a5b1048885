package io.millrace.sql;

import static io.millrace.sql.Fixtures.VIEWS;
import static io.millrace.sql.Fixtures.views;
import static org.assertj.core.api.Assertions.assertThat;

import io.millrace.batching.CommitOutcome;
import io.millrace.projections.Projection;
import java.util.List;
import java.util.OptionalLong;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

class FlushCountsTest {
    private static final Projection PROJECTION = Fixtures.projection("views-per-viewer", VIEWS);
    private static final OptionalLong EVER = OptionalLong.empty();

    private final TestDatabase database = TestDatabase.create();
    private final PostgresStore store = PostgresStore.open(database.settings());

    @AfterEach
    void close() {
        store.close();
    }

    private FlushCounts only(OptionalLong lastMinutes) {
        List<FlushCounts> counts = store.flushCounts("views-per-viewer", lastMinutes);
        assertThat(counts).hasSize(1);
        return counts.get(0);
    }

    @Test
    void areKeptWithTheCheckpointAcrossWriters() {
        assertThat(store.flushCounts("views-per-viewer", EVER)).isEmpty();
        PostgresBatchCommitter first = store.committerFor(PROJECTION);
        first.commit(views(PROJECTION, 5, "ann", "bob"));
        first.close();

        store.committerFor(PROJECTION).commit(views(PROJECTION, 9, "ann"));

        FlushCounts counts = only(EVER);
        assertThat(counts.flushes()).isEqualTo(2);
        assertThat(counts.rows()).isEqualTo(3);
        assertThat(counts.statements()).isEqualTo(4);
        assertThat(counts.roundTrips()).isEqualTo(2);
        assertThat(only(OptionalLong.of(60))).isEqualTo(counts);
    }

    @Test
    void countNothingThatWasFenced() {
        PostgresBatchCommitter first = store.committerFor(PROJECTION);
        PostgresBatchCommitter second = store.committerFor(PROJECTION);
        first.commit(views(PROJECTION, 5, "ann"));

        assertThat(second.commit(views(PROJECTION, 5, "ann"))).isInstanceOf(CommitOutcome.Fenced.class);

        assertThat(only(EVER).flushes()).isEqualTo(1);
    }

    @Test
    void areSummedUpAfterFortyEightHours() {
        PostgresBatchCommitter committer = store.committerFor(PROJECTION);
        committer.commit(views(PROJECTION, 5, "ann"));
        database.execute("UPDATE millrace.flush_counts SET began_at = began_at - interval '49 hours'");
        committer.commit(views(PROJECTION, 6, "ann"));
        database.execute("UPDATE millrace.flush_counts SET began_at = began_at - interval '49 hours'"
                + " WHERE began_at > '-infinity'");

        committer.commit(views(PROJECTION, 7, "ann"));

        assertThat(database.query(
                        "SELECT began_at = '-infinity', flushes FROM millrace.flush_counts ORDER BY began_at"))
                .containsExactly("t|2", "f|1");
        assertThat(only(EVER).flushes()).isEqualTo(3);
        assertThat(only(OptionalLong.of(60)).flushes()).isEqualTo(1);
    }

    @Test
    void beginAnewWithAReset() {
        PostgresBatchCommitter committer = store.committerFor(PROJECTION);
        committer.commit(views(PROJECTION, 5, "ann"));
        committer.close();

        store.checkpoints().reset("views-per-viewer", List.of("viewer_views"));

        assertThat(store.flushCounts("views-per-viewer", EVER)).isEmpty();
    }
}
