package io.millrace.sql;

import static org.assertj.core.api.Assertions.assertThat;

import io.millrace.batching.Batch;
import io.millrace.batching.ChangeSet;
import io.millrace.batching.FlushReason;
import io.millrace.checkpoint.Checkpoint;
import io.millrace.checkpoint.Position;
import io.millrace.checkpoint.Writer;
import io.millrace.sql.Flush.Move;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Optional;
import java.util.UUID;
import org.junit.jupiter.api.Test;

class LastMoveTest {
    private static final Writer WRITER = new Writer(new UUID(1, 1), "host", 7);
    private static final long AT_NANOS = 1_000;
    /** Half a minute before the next five begin. */
    private static final Instant MOVED_AT = Instant.parse("2026-11-28T10:04:30Z");

    private final LastMove last =
            new LastMove("views", 3, 12, WRITER, FlushReason.LIVE, MOVED_AT.getEpochSecond() * 1_000_000, AT_NANOS);

    @Test
    void goesOnInTheSameFiveMinutes() {
        assertThat(isContinued(move("views", 3, 12, FlushReason.LIVE), Duration.ZERO))
                .isTrue();
        assertThat(isContinued(move("views", 3, 12, FlushReason.LIVE), Duration.ofSeconds(29)))
                .isTrue();
    }

    @Test
    void doesNotGoOnInTheNextFive() {
        assertThat(isContinued(move("views", 3, 12, FlushReason.LIVE), Duration.ofSeconds(30)))
                .isFalse();
        assertThat(isContinued(move("views", 3, 12, FlushReason.LIVE), Duration.ofHours(49)))
                .isFalse();
    }

    @Test
    void doesNotGoOnForAnotherReasonProjectionEpochOrWriter() {
        assertThat(isContinued(move("views", 3, 12, FlushReason.SIZE), Duration.ZERO))
                .isFalse();
        assertThat(isContinued(move("other", 3, 12, FlushReason.LIVE), Duration.ZERO))
                .isFalse();
        assertThat(isContinued(move("views", 4, 12, FlushReason.LIVE), Duration.ZERO))
                .isFalse();
        Writer other = new Writer(new UUID(1, 2), "host", 7);
        assertThat(last.isContinuedBy(move("views", 3, 12, FlushReason.LIVE), other, AT_NANOS))
                .isFalse();
    }

    @Test
    void doesNotGoOnWhereAnotherSessionHasMovedTheCheckpointMeanwhile() {
        assertThat(isContinued(move("views", 3, 13, FlushReason.LIVE), Duration.ZERO))
                .isFalse();
    }

    @Test
    void tellsTheTimeOfWhatGoesOnByItsOwnClock() {
        LastMove third = last.next().next();

        assertThat(third.micros(AT_NANOS + Duration.ofSeconds(2).toNanos()))
                .isEqualTo(MOVED_AT.plusSeconds(2).getEpochSecond() * 1_000_000);
        assertThat(third.isContinuedBy(
                        move("views", 3, 14, FlushReason.LIVE),
                        WRITER,
                        AT_NANOS + Duration.ofSeconds(29).toNanos()))
                .isTrue();
        assertThat(third.isContinuedBy(
                        move("views", 3, 14, FlushReason.LIVE),
                        WRITER,
                        AT_NANOS + Duration.ofSeconds(30).toNanos()))
                .as("five minutes count from when the server was asked, and not from each move")
                .isFalse();
    }

    private boolean isContinued(Move next, Duration after) {
        return last.isContinuedBy(next, WRITER, AT_NANOS + after.toNanos());
    }

    private static Move move(String projection, long epoch, long flushNumber, FlushReason reason) {
        Checkpoint start = Checkpoint.atStart(projection);
        Checkpoint from = new Checkpoint(
                projection, epoch, start.position(), start.lastHandled(), flushNumber, start.writer(), start.movedAt());
        Batch batch = new Batch(
                projection, 1, reason, new ChangeSet(List.of(), 0), Position.inLog(1, 1), Optional.empty(), List.of());
        return new Move(from, batch, new StatementPlan(List.of()));
    }
}
