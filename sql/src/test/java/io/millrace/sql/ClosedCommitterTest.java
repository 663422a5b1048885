package io.millrace.sql;

import static io.millrace.sql.Fixtures.VIEWS;
import static io.millrace.sql.Fixtures.views;
import static org.assertj.core.api.Assertions.assertThat;

import io.millrace.batching.CommitOutcome.Unavailable;
import io.millrace.checkpoint.Checkpoint;
import io.millrace.checkpoint.Writer;
import io.millrace.projections.Projection;
import java.util.ArrayList;
import java.util.List;
import java.util.UUID;
import java.util.function.Consumer;
import org.junit.jupiter.api.Test;

/** Whoever closes a committer has its word that it opens and sends nothing more. */
class ClosedCommitterTest {
    private static final Projection PROJECTION = Fixtures.projection("views-per-viewer", VIEWS);

    private final List<Opened> opened = new ArrayList<>();

    /** A connection that takes whatever is sent. */
    private static final class Opened implements FlushSession {
        int flushes;
        boolean discarded;

        @Override
        public Backend backend() {
            return new Backend(1, "then");
        }

        @Override
        public long flush(Flush flush, Writer writer) {
            flushes++;
            return 0;
        }

        @Override
        public void rollback() {}

        @Override
        public List<Checkpoint> readCheckpoints(List<String> projections) {
            return List.of();
        }

        @Override
        public boolean ended(Backend lost, long waitMs) {
            return true;
        }

        @Override
        public void release() {}

        @Override
        public void discard() {
            discarded = true;
        }
    }

    @Test
    void whatItConnectsToWhileItIsClosedIsClosedToo() {
        assertSendsNothing(PostgresBatchCommitter::close);
    }

    @Test
    void soItIsWhereItIsAborted() {
        assertSendsNothing(PostgresBatchCommitter::abort);
    }

    /** The flush's thread is just connecting when another one closes the committer. */
    private void assertSendsNothing(Consumer<PostgresBatchCommitter> end) {
        List<PostgresBatchCommitter> its = new ArrayList<>();
        its.add(PostgresBatchCommitter.over(
                writing -> {
                    Opened session = new Opened();
                    opened.add(session);
                    end.accept(its.get(0));
                    return session;
                },
                "public",
                PROJECTION,
                Checkpoint.atStart(PROJECTION.name()),
                new Writer(new UUID(1, 1), "here", 1)));

        assertThat(its.get(0).commit(views(PROJECTION, 1, "ann"))).isInstanceOf(Unavailable.class);

        assertThat(opened).hasSize(1);
        assertThat(opened.get(0).flushes).isZero();
        assertThat(opened.get(0).discarded).isTrue();
    }
}
