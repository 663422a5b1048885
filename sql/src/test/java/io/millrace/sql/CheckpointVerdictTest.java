package io.millrace.sql;

import static org.assertj.core.api.Assertions.assertThat;

import io.millrace.batching.Batch;
import io.millrace.batching.ChangeSet;
import io.millrace.checkpoint.Checkpoint;
import io.millrace.checkpoint.Position;
import io.millrace.checkpoint.Writer;
import java.util.List;
import java.util.Optional;
import java.util.UUID;
import org.junit.jupiter.api.Test;

class CheckpointVerdictTest {
    private static final Writer ME = new Writer(new UUID(0, 1), "here", 1);
    private static final Writer OTHER = new Writer(new UUID(0, 2), "there", 2);
    private static final Checkpoint STARTED = at(1, 100, 10, OTHER);
    private static final Checkpoint ACKNOWLEDGED = at(1, 120, 12, ME);
    private static final Batch BATCH = Fixtures.batch("p", 130, new ChangeSet(List.of(), 0));

    @Test
    void whereWeLeftItMeansNotCommitted() {
        expect(ACKNOWLEDGED, CheckpointVerdict.NOT_COMMITTED);
    }

    @Test
    void atTheNewPositionByUsMeansCommitted() {
        expect(at(1, 130, 13, ME), CheckpointVerdict.COMMITTED);
    }

    @Test
    void atTheNewPositionByAnotherMeansFenced() {
        expect(at(1, 130, 13, OTHER), CheckpointVerdict.FENCED);
    }

    @Test
    void anotherEpochMeansFencedWhereverItStands() {
        expect(at(2, 120, 12, ME), CheckpointVerdict.FENCED);
        expect(at(2, 130, 13, ME), CheckpointVerdict.FENCED);
        expect(at(2, 100, 10, ME), CheckpointVerdict.FENCED);
    }

    @Test
    void anEarlierFlushOfOursMeansTheDatabaseWentBack() {
        expect(at(1, 110, 11, ME), CheckpointVerdict.WENT_BACK);
    }

    @Test
    void anEarlierFlushFromBeforeOurTimeMeansTheDatabaseWentBack() {
        expect(STARTED, CheckpointVerdict.WENT_BACK);
        expect(at(1, 90, 9, OTHER), CheckpointVerdict.WENT_BACK);
    }

    @Test
    void wentBackAndMovedByAnotherSinceMeansFenced() {
        expect(at(1, 110, 11, OTHER), CheckpointVerdict.FENCED);
        expect(at(1, 120, 12, OTHER), CheckpointVerdict.FENCED);
    }

    @Test
    void oursButFurtherThanOneFlushMeansFenced() {
        expect(at(1, 140, 14, ME), CheckpointVerdict.FENCED);
        expect(at(1, 131, 13, ME), CheckpointVerdict.FENCED);
    }

    private static void expect(Checkpoint found, CheckpointVerdict verdict) {
        assertThat(CheckpointVerdict.of(found, STARTED, ACKNOWLEDGED, BATCH, ME))
                .isEqualTo(verdict);
    }

    private static Checkpoint at(long epoch, long position, long flush, Writer writer) {
        return new Checkpoint(
                "p",
                epoch,
                Optional.of(Position.inLog(position, position)),
                Optional.empty(),
                flush,
                Optional.of(writer),
                Optional.empty());
    }
}
