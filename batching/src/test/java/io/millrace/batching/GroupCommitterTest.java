package io.millrace.batching;

import static io.millrace.batching.Views.viewed;
import static org.assertj.core.api.Assertions.assertThat;

import io.millrace.batching.CommitOutcome.Committed;
import io.millrace.batching.CommitOutcome.Failed;
import io.millrace.batching.CommitOutcome.TooSlow;
import io.millrace.batching.CommitOutcome.Unavailable;
import java.util.List;
import java.util.Optional;
import java.util.stream.LongStream;
import org.junit.jupiter.api.Test;

/** What a group does not try again, since each of its members can by itself. */
class GroupCommitterTest {
    private final Throwable cause = new IllegalStateException("55P03");

    private final MemoryCommitter database = new MemoryCommitter(Views.PROJECTION.name());
    private final GroupCommitter group = new GroupCommitter(database);

    private static Batch batchOf(int events) {
        return new Batch(
                Views.PROJECTION.name(),
                1,
                FlushReason.SIZE,
                ChangeSet.NONE,
                Views.at(events),
                Optional.empty(),
                LongStream.rangeClosed(1, events)
                        .mapToObj(position -> viewed(position, "1"))
                        .toList());
    }

    @Test
    void endsWhereALockDidNotComeInTime() {
        database.answer(new Unavailable("a lock did not come in time", cause, true));

        assertThat(group.commit(batchOf(2)))
                .isInstanceOfSatisfying(
                        Failed.class,
                        failed -> assertThat(failed.message())
                                .contains("others hold what a group locks", "a lock did not come in time"));
    }

    @Test
    void waitsForADatabaseThatIsAway() {
        database.answer(new Unavailable("away", cause));

        assertThat(group.commit(batchOf(2))).isInstanceOf(Unavailable.class);
        assertThat(group.commit(batchOf(2))).isInstanceOf(Committed.class);
    }

    @Test
    void endsWhereASingleEventTakesTooLong() {
        List.of(1, 2).forEach(again -> database.answer(new TooSlow("a limit of time", cause)));

        assertThat(group.commit(batchOf(2))).as("smaller batches may pass").isInstanceOf(TooSlow.class);
        assertThat(group.commit(batchOf(1))).isInstanceOf(Failed.class);
    }
}
