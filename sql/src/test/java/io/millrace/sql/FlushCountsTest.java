package io.millrace.sql;

import static io.millrace.sql.Fixtures.VIEWS;
import static io.millrace.sql.Fixtures.views;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.tuple;

import io.millrace.batching.Batch;
import io.millrace.batching.CommitOutcome;
import io.millrace.batching.FlushReason;
import io.millrace.checkpoint.Position;
import io.millrace.projections.Projection;
import io.millrace.projections.Rows;
import java.util.List;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.function.Consumer;
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

    /** Three events ask for six changes, which fold to two rows. */
    @Test
    void tellEventsFromChangesAndChangesFromRows() {
        Consumer<Rows> twoViews = rows -> {
            rows.row("ann").increment("views", 1);
            rows.row("bob").increment("views", 1);
        };
        PostgresBatchCommitter committer = store.committerFor(PROJECTION);

        committer.commit(new Batch(
                PROJECTION.name(),
                1,
                FlushReason.SIZE,
                Fixtures.changes(List.of(VIEWS), List.of(twoViews, twoViews, twoViews)),
                Position.inLog(7, 7),
                Optional.empty(),
                List.of(Fixtures.event(5), Fixtures.event(6), Fixtures.event(7))));

        FlushCounts counts = only(EVER);
        assertThat(List.of(counts.events(), counts.changes(), counts.rows())).containsExactly(3L, 6L, 2L);
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
        store.committerFor(PROJECTION).commit(views(PROJECTION, 5, "ann"));
        passFortyNineHours();
        store.committerFor(PROJECTION).commit(views(PROJECTION, 6, "ann"));
        passFortyNineHours();

        store.committerFor(PROJECTION).commit(views(PROJECTION, 7, "ann"));

        assertThat(database.query(
                        "SELECT began_at = '-infinity', flushes FROM millrace.flush_counts ORDER BY began_at"))
                .containsExactly("t|2");
        assertThat(only(EVER).flushes()).isEqualTo(3);
        assertThat(only(OptionalLong.of(60)).flushes()).isEqualTo(1);
    }

    /** A session that has moved the checkpoint counts on by its own clock: it is to be another one after that. */
    private void passFortyNineHours() {
        database.execute("UPDATE millrace.checkpoints SET counted_since = counted_since - interval '49 hours'");
    }

    @Test
    void areKeptApartByReasonAndFiveMinutes() {
        PostgresBatchCommitter committer = store.committerFor(PROJECTION);
        committer.commit(views(PROJECTION, 5, "ann"));
        committer.commit(of(views(PROJECTION, 6, "ann"), FlushReason.LIVE));
        committer.commit(views(PROJECTION, 7, "ann", "bob"));
        database.execute("UPDATE millrace.checkpoints SET counted_since = counted_since - interval '5 minutes'");

        store.committerFor(PROJECTION).commit(views(PROJECTION, 8, "ann"));

        assertThat(database.query("SELECT reason, sum(flushes), sum(changed_rows) FROM millrace.flush_counts"
                        + " GROUP BY reason ORDER BY reason"))
                .containsExactly("LIVE|1|1", "SIZE|2|3");
        assertThat(store.flushCounts("views-per-viewer", EVER))
                .extracting(FlushCounts::reason, FlushCounts::flushes)
                .containsExactly(tuple(FlushReason.SIZE, 3L), tuple(FlushReason.LIVE, 1L));
    }

    private static Batch of(Batch batch, FlushReason reason) {
        return new Batch(
                batch.projection(),
                batch.number(),
                reason,
                batch.changes(),
                batch.checkpoint(),
                batch.lastHandled(),
                batch.events());
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
