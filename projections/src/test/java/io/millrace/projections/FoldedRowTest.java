package io.millrace.projections;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.Random;
import java.util.function.Supplier;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Folding in place is folding by the algebra, on random histories of a row that are plain for the most part. */
class FoldedRowTest {
    private static final int RUNS = 6_000;
    private static final List<ReadModel> MODELS =
            List.of(RandomChanges.EVERY_TYPE, RandomChanges.DEMANDING, FoldingLawsTest.narrow());

    private static final class History {
        private final ReadModel model;
        private final Random random;
        private final RandomChanges any;
        private final RandomHabit habit;

        History(ReadModel model, long seed) {
            this.model = model;
            this.random = new Random(seed);
            this.any = new RandomChanges(seed);
            this.habit = new RandomHabit(model, random, any);
        }

        /** What the next event does. */
        RowChange next() {
            if (random.nextInt(25) == 0) {
                return any.change(model);
            }
            RowCollector rows = new RowCollector("random", List.of(model), new RawStatement());
            Row row = rows.row(any.key(model).values().toArray());
            habit.operations().forEach(operation -> operation.accept(row));
            List<Effect> effects = rows.effects();
            return effects.isEmpty() ? RowChange.NONE : ((Effect.OnRow) effects.get(0)).change();
        }
    }

    @ParameterizedTest
    @ValueSource(longs = {9, 777, 20_261_125})
    void comesToWhatTheAlgebraComesTo(long seed) {
        int plain = 0;
        int refused = 0;
        int folds = 0;
        for (int run = 0; run < RUNS; run++) {
            ReadModel model = MODELS.get(run % MODELS.size());
            long runSeed = seed * 1_000_003 + run;
            History history = new History(model, runSeed);
            RowChange expected = history.next();
            FoldedRow row = new FoldedRow(model, expected);
            List<RowChange> changes = new ArrayList<>(List.of(expected));
            for (int i = 0; i < 8; i++) {
                RowChange next = history.next();
                changes.add(next);
                Supplier<String> about = () -> "seed " + runSeed + ": " + changes;
                Optional<RowChange> composed = then(expected, next, model);
                boolean isSure = row.takes(next);
                boolean folded = fold(row, next);
                assertThat(folded).as(about).isEqualTo(composed.isPresent());
                assertThat(isSure && !folded).as(about).isFalse();
                expected = composed.orElse(expected);
                if (i % 3 == 0) { // to look at it changes nothing
                    assertThat(row.change()).as(about).isEqualTo(expected);
                }
                folds++;
                plain += isSure ? 1 : 0;
                refused += folded ? 0 : 1;
            }
            assertThat(row.change()).as("seed " + runSeed + ": " + changes).isEqualTo(expected);
        }
        assertThat(plain).as("plain, of " + folds).isBetween(folds / 3, folds * 19 / 20);
        assertThat(refused).as("refused, of " + folds).isBetween(folds / 1_000, folds / 3);
    }

    @Test
    void leavesTheChangesThatWereFoldedAsTheyWere() {
        History history = new History(FoldingLawsTest.narrow(), 5);
        RowChange first = history.next();
        String before = first.toString();

        FoldedRow row = new FoldedRow(FoldingLawsTest.narrow(), first);
        for (int i = 0; i < 10; i++) {
            fold(row, history.next());
        }

        assertThat(first).hasToString(before);
    }

    private static boolean fold(FoldedRow row, RowChange next) {
        try {
            row.fold(next);
            return true;
        } catch (CannotFoldException e) {
            return false;
        }
    }

    private static Optional<RowChange> then(RowChange first, RowChange next, ReadModel model) {
        try {
            return Optional.of(first.then(next, model));
        } catch (CannotFoldException e) {
            return Optional.empty();
        }
    }
}
