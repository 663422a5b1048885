package io.millrace.sql;

import static io.millrace.sql.Fixtures.VIEWS;
import static io.millrace.sql.Fixtures.views;
import static org.assertj.core.api.Assertions.assertThat;

import io.millrace.checkpoint.Checkpoint;
import io.millrace.projections.Projection;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** The database lost commits while nobody here wrote: the next committer begins with what is left. */
class LastCommittersTest {
    private static final Projection PROJECTION = Fixtures.projection("views-per-viewer", VIEWS);
    private static final String NAME = PROJECTION.name();

    private final TestDatabase database = TestDatabase.create();
    private final PostgresStore store = PostgresStore.open(database.settings());
    private final LastCommitters committers = new LastCommitters();

    @AfterEach
    void close() {
        store.close();
    }

    private Checkpoint found() {
        return store.checkpoints().find(NAME).orElseThrow();
    }

    /** The checkpoint after the first of two flushes, of which the second is acknowledged. */
    private Checkpoint afterOneOfTwoFlushes() {
        PostgresBatchCommitter committer = store.committerFor(PROJECTION, 1);
        committer.commit(views(PROJECTION, 1, "ann"));
        Checkpoint first = found();
        committer.commit(views(PROJECTION, 2, "ann"));
        committer.close();
        committers.remember(committer);
        return first;
    }

    @Test
    void saysHowFarItWentBackThoughTheEpochIsAnotherOne() {
        Checkpoint first = afterOneOfTwoFlushes();
        Checkpoint takenOver =
                new Checkpoint(NAME, 7, first.position(), first.lastHandled(), 0, first.writer(), first.movedAt());

        assertThat(committers.lossBefore(takenOver))
                .hasValueSatisfying(loss -> assertThat(loss)
                        .startsWith("The database lost commits of projection " + NAME + " that it had acknowledged: ")
                        .contains("expected its checkpoint at 2/2", "stands at 1/1"));
    }

    @Test
    void saysThatAllWasLostOrThatItWasReset() {
        afterOneOfTwoFlushes();

        assertThat(committers.lossBefore(Checkpoint.atStart(NAME, 7)))
                .hasValueSatisfying(loss -> assertThat(loss)
                        .contains("or somebody reset it", "expected its checkpoint at 2/2", "stands at the beginning"));
    }

    @Test
    void saysNothingWhereItStandsOrHasGoneOn() {
        afterOneOfTwoFlushes();
        assertThat(committers.lossBefore(found())).isEmpty();

        PostgresBatchCommitter other = store.committerFor(PROJECTION, 2);
        other.commit(views(PROJECTION, 3, "ann"));
        other.close();
        assertThat(committers.lossBefore(found())).isEmpty();
    }

    @Test
    void saysNothingAfterAResetOfItsOwn() {
        afterOneOfTwoFlushes();
        store.checkpoints().reset(NAME, List.of("viewer_views"), 2);
        committers.forget(NAME);

        assertThat(committers.lossBefore(found())).isEmpty();
    }
}
