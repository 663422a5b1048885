package io.millrace.projections;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.Supplier;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** The laws of folding, on random changes of random rows. */
class FoldingLawsTest {
    private static final int RUNS = 8_000;
    private static final List<ReadModel> MODELS = List.of(RandomChanges.EVERY_TYPE, RandomChanges.DEMANDING, narrow());

    /** What became of a row: the row, or the SQLSTATE that refused it. */
    private record Outcome(Optional<Map<String, Object>> row, String refused) {
        static Outcome of(Optional<Map<String, Object>> row, List<RowChange> changes, ReadModel model) {
            Optional<Map<String, Object>> current = row;
            try {
                for (RowChange change : changes) {
                    current = change.applyTo(current, model);
                }
                return new Outcome(current, "");
            } catch (RejectedChangeException e) {
                return new Outcome(Optional.empty(), e.sqlState());
            }
        }
    }

    @ParameterizedTest
    @ValueSource(longs = {3, 1234, 20_261_123})
    void applyingAFoldIsApplyingOneAfterAnother(long seed) {
        RandomChanges random = new RandomChanges(seed);
        int cautious = 0;
        int refused = 0;
        for (int run = 0; run < RUNS; run++) {
            int number = run;
            ReadModel model = MODELS.get(run % MODELS.size());
            List<RowChange> changes = changes(random, model, 2 + run % 4);
            Optional<Map<String, Object>> row = random.row(model);
            Optional<RowChange> fold = fold(changes, model);
            Outcome oneByOne = Outcome.of(row, changes, model);
            refused += oneByOne.refused().isEmpty() ? 0 : 1;
            if (fold.isEmpty()) {
                cautious++;
                continue;
            }
            Outcome folded = Outcome.of(row, List.of(fold.get()), model);
            if (folded.refused().equals(RejectedChangeException.OUT_OF_RANGE)
                    && oneByOne.refused().isEmpty()) {
                cautious++; // redone one at a time, which succeeds
                continue;
            }
            Supplier<String> about =
                    () -> "seed " + seed + ", run " + number + ": " + changes + " on " + row + " as " + fold;
            assertThat(folded.refused().isEmpty())
                    .as(about)
                    .isEqualTo(oneByOne.refused().isEmpty());
            assertThat(folded.row()).as(about).isEqualTo(oneByOne.row());
        }
        assertThat(cautious).as("folds given up, of " + RUNS).isLessThan(RUNS / 8);
        assertThat(refused).as("refused one by one, of " + RUNS).isBetween(RUNS / 100, RUNS / 2);
    }

    @ParameterizedTest
    @ValueSource(longs = {5, 4321, 20_261_124})
    void foldingIsAssociative(long seed) {
        RandomChanges random = new RandomChanges(seed);
        int compared = 0;
        for (int run = 0; run < RUNS; run++) {
            int number = run;
            ReadModel model = MODELS.get(run % MODELS.size());
            RowChange a = random.change(model);
            RowChange b = random.change(model);
            RowChange c = random.change(model);
            Optional<RowChange> left = fold(List.of(a, b), model).flatMap(ab -> fold(List.of(ab, c), model));
            Optional<RowChange> right = fold(List.of(b, c), model).flatMap(bc -> fold(List.of(a, bc), model));
            if (left.isPresent() && right.isPresent()) {
                compared++;
                assertThat(withoutCaution(left.get()))
                        .as(() -> "seed " + seed + ", run " + number + ": " + List.of(a, b, c))
                        .isEqualTo(withoutCaution(right.get()));
            }
        }
        assertThat(compared).isGreaterThan(RUNS * 7 / 8);
    }

    @Test
    void theEmptyChangeIsTheIdentity() {
        RandomChanges random = new RandomChanges(7);
        for (int run = 0; run < RUNS; run++) {
            ReadModel model = MODELS.get(run % MODELS.size());
            RowChange change = random.change(model);
            assertThat(RowChange.NONE.then(change, model)).isEqualTo(change);
            assertThat(change.then(RowChange.NONE, model)).isEqualTo(change);
            Optional<Map<String, Object>> row = random.row(model);
            assertThat(RowChange.NONE.applyTo(row, model)).isEqualTo(row);
        }
    }

    /** Hidden sums may be told wider in one bracketing than in the other, and only lead to a redo one at a time. */
    private static RowChange withoutCaution(RowChange change) {
        Precondition precondition = new Precondition(change.precondition().rowExists(), Map.of());
        return new RowChange(change.deleteFirst(), change.columns(), precondition);
    }

    private static List<RowChange> changes(RandomChanges random, ReadModel model, int count) {
        List<RowChange> changes = new ArrayList<>();
        for (int i = 0; i < count; i++) {
            changes.add(random.change(model));
        }
        return changes;
    }

    private static Optional<RowChange> fold(List<RowChange> changes, ReadModel model) {
        try {
            RowChange folded = RowChange.NONE;
            for (RowChange change : changes) {
                folded = folded.then(change, model);
            }
            return Optional.of(folded);
        } catch (CannotFoldException e) {
            return Optional.empty();
        }
    }

    /** Few columns, so that changes meet on one column again and again. */
    static ReadModel narrow() {
        return ReadModel.table("narrow")
                .key("id", ColumnType.BIGINT)
                .column("n", ColumnType.NUMERIC)
                .column("i", ColumnType.INTEGER)
                .defaultValue(2)
                .column("d", ColumnType.DOUBLE)
                .column("j", ColumnType.JSONB)
                .build();
    }
}
