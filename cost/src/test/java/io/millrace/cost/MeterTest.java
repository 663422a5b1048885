package io.millrace.cost;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.millrace.batching.Batch;
import io.millrace.batching.ChangeSet;
import io.millrace.batching.CommitOutcome;
import io.millrace.batching.FlushReason;
import io.millrace.checkpoint.Checkpoint;
import io.millrace.checkpoint.Position;
import io.millrace.projections.Effect;
import java.math.BigDecimal;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.Test;

class MeterTest {
    private static final ChangeSet TWO_RAW = new ChangeSet(List.of(raw(), raw()), 2);

    @Test
    void takesWhatTheCommitterSaysThatItSent() {
        Meter meter = new Meter(PriceList.REFERENCE, StatementCount.AS_SENT);

        meter.count(batch(FlushReason.SIZE, TWO_RAW), committed(7, 2));

        assertThat(meter.cost()).isEqualTo(new Cost(1, 7, 2, new BigDecimal("1.7"), 0, BigDecimal.ZERO));
    }

    @Test
    void countsARawStatementAsOneAndTheCheckpointAsOne() {
        assertThat(StatementCount.PER_ROW.of(batch(FlushReason.SIZE, TWO_RAW), committed(7, 1)))
                .isEqualTo(3);
        assertThat(StatementCount.PER_CHANGE.of(batch(FlushReason.SIZE, TWO_RAW), committed(7, 1)))
                .isEqualTo(3);
    }

    @Test
    void countsMovesOfTheCheckpointAloneApart() {
        Meter meter = new Meter(PriceList.REFERENCE, StatementCount.AS_SENT);

        meter.count(batch(FlushReason.CHECKPOINT_ONLY, new ChangeSet(List.of(), 0)), committed(1, 1));

        assertThat(meter.cost()).isEqualTo(new Cost(0, 0, 0, new BigDecimal("0.0"), 1, BigDecimal.ONE));
    }

    @Test
    void pricesStatementsThatGoOutOneByOneAsSingles() {
        Meter meter = new Meter(PriceList.REFERENCE, StatementCount.PER_CHANGE, Sending.SINGLES);

        meter.count(batch(FlushReason.SIZE, TWO_RAW), committed(7, 1));

        assertThat(meter.cost()).isEqualTo(new Cost(1, 3, 3, new BigDecimal("3"), 0, BigDecimal.ZERO));
    }

    @Test
    void pricesTheFirstTwoRungsByTheStatement() {
        assertThat(PriceList.REFERENCE.singles(3_600 + 3_650)).isEqualByComparingTo("7250");
        assertThat(PriceList.REFERENCE.singles(3_600 + 3_600)).isEqualByComparingTo("7200");
    }

    @Test
    void refusesAPriceBelowZero() {
        assertThatThrownBy(() -> new PriceList(BigDecimal.ONE, BigDecimal.ONE, BigDecimal.ONE.negate()))
                .hasMessageContaining("perStatement=-1");
    }

    @Test
    void doesNotCountWhatWasNotCommitted() {
        Meter meter = new Meter(PriceList.REFERENCE, StatementCount.PER_ROW);
        InMemoryCommitter committer = new InMemoryCommitter(ReferenceStream.VIEWS_PER_VIEWER);
        MeteringCommitter metering = new MeteringCommitter(
                new io.millrace.batching.BatchCommitter() {
                    @Override
                    public Checkpoint checkpoint() {
                        return committer.checkpoint();
                    }

                    @Override
                    public CommitOutcome commit(Batch batch) {
                        return new CommitOutcome.Unavailable("away", new IllegalStateException());
                    }

                    @Override
                    public Optional<CommitOutcome> look() {
                        return Optional.empty();
                    }

                    @Override
                    public void close() {}
                },
                meter);

        metering.commit(batch(FlushReason.SIZE, TWO_RAW));

        assertThat(meter.cost().batches()).isZero();
    }

    private static ChangeSet.Segment raw() {
        return new ChangeSet.Segment.Raw(new Effect.RawSql("select 1", List.of()));
    }

    private static Batch batch(FlushReason reason, ChangeSet changes) {
        return new Batch("p", 1, reason, changes, Position.inLog(1, 1), Optional.empty(), List.of());
    }

    private static CommitOutcome.Committed committed(int statements, int roundTrips) {
        return new CommitOutcome.Committed(Checkpoint.atStart("p"), statements, roundTrips);
    }
}
