package io.millrace.projections;

import static io.millrace.projections.ColumnType.BIGINT;
import static io.millrace.projections.ColumnType.TEXT;
import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.millrace.checkpoint.Position;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Collections;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.Random;
import java.util.UUID;
import java.util.function.Consumer;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Handling in place comes to what folding the effects by the algebra comes to, as a whole and in two halves. */
class InPlaceHandlingTest {
    private static final int RUNS = 4_000;
    private static final int EVENTS = 8;
    private static final List<ReadModel> MODELS =
            List.of(RandomChanges.EVERY_TYPE, RandomChanges.DEMANDING, FoldingLawsTest.narrow());

    private static final ReadModel BY_TEXT =
            ReadModel.table("by_text").key("id", TEXT).column("n", BIGINT).build();
    private static final ReadModel BY_UUID = ReadModel.table("by_uuid")
            .key("id", ColumnType.UUID)
            .column("n", BIGINT)
            .build();

    /** Rows that are folded in place. */
    private static final class Tables implements InPlaceHandling.FoldedTables {
        final Map<RowKey, FoldedRow> rows = new LinkedHashMap<>();

        @Override
        public FoldedRow rowOf(ReadModel model, RowKey key) {
            return rows.computeIfAbsent(key, absent -> new FoldedRow(model));
        }

        /** Whether all of these events were handled in place. */
        boolean handle(Projection projection, List<EventEnvelope> events) {
            InPlaceHandling handling = InPlaceHandling.of(projection, this).orElseThrow();
            return events.stream().allMatch(event -> handling.handle(event).isPresent());
        }

        Map<RowKey, RowChange> changes() {
            Map<RowKey, RowChange> changes = new HashMap<>();
            rows.forEach((key, row) -> changes.put(key, row.change()));
            return changes;
        }

        /** Whether all of the next ones were folded in. */
        boolean foldAll(Tables next) {
            boolean takes = next.rows.entrySet().stream()
                    .allMatch(row -> !rows.containsKey(row.getKey())
                            || rows.get(row.getKey()).takes(row.getValue()));
            if (takes) {
                next.rows.forEach((key, row) -> {
                    FoldedRow before = rows.putIfAbsent(key, row);
                    if (before != null) {
                        before.fold(row);
                    }
                });
            }
            return takes;
        }
    }

    /** A projection whose events say which of these scripts their handler follows. */
    private static Projection following(ReadModel model, List<Consumer<Rows>> scripts) {
        return Projection.named("scripted")
                .into(model)
                .on(
                        "Happened",
                        byte[].class,
                        (data, rows) -> scripts.get(Integer.parseInt(new String(data, UTF_8)))
                                .accept(rows))
                .build();
    }

    private static EventEnvelope event(int script) {
        return new EventEnvelope(
                new UUID(0, script),
                "Happened",
                "stream",
                script,
                Position.inLog(script, script),
                Instant.EPOCH,
                Integer.toString(script).getBytes(UTF_8),
                new byte[0]);
    }

    private static List<EventEnvelope> events(int count) {
        List<EventEnvelope> events = new ArrayList<>();
        for (int i = 0; i < count; i++) {
            events.add(event(i));
        }
        return events;
    }

    @ParameterizedTest
    @ValueSource(longs = {3, 4_711, 20_261_129})
    void comesToWhatTheEffectsComeTo(long seed) {
        int inPlace = 0;
        int inHalves = 0;
        for (int run = 0; run < RUNS; run++) {
            ReadModel model = MODELS.get(run % MODELS.size());
            long runSeed = seed * 1_000_003 + run;
            Scripts scripts = new Scripts(model, runSeed);
            Projection projection = following(model, scripts.draw(EVENTS));
            Tables whole = new Tables();
            if (!whole.handle(projection, events(EVENTS))) {
                continue;
            }
            inPlace++;
            Map<RowKey, RowChange> expected = composed(projection, events(EVENTS), model);
            assertThat(whole.changes()).as("seed " + runSeed).isEqualTo(expected);

            int cut = 1 + scripts.random.nextInt(EVENTS - 1);
            Tables first = new Tables();
            Tables second = new Tables();
            assertThat(first.handle(projection, events(EVENTS).subList(0, cut))).isTrue();
            if (second.handle(projection, events(EVENTS).subList(cut, EVENTS)) && first.foldAll(second)) {
                inHalves++;
                assertThat(first.changes())
                        .as("seed " + runSeed + ", cut at " + cut)
                        .isEqualTo(expected);
            }
        }
        assertThat(inPlace).as("in place, of " + RUNS).isBetween(RUNS / 4, RUNS * 9 / 10);
        assertThat(inHalves).as("in two halves, of " + inPlace).isGreaterThan(inPlace * 9 / 10);
    }

    private static Map<RowKey, RowChange> composed(Projection projection, List<EventEnvelope> events, ReadModel model) {
        Map<RowKey, RowChange> changes = new HashMap<>();
        for (EventEnvelope event : events) {
            for (Effect effect : projection.effectsOf(event)) {
                Effect.OnRow onRow = (Effect.OnRow) effect;
                changes.merge(onRow.key(), onRow.change(), (before, next) -> before.then(next, model));
            }
        }
        return changes;
    }

    /** Draws what events do: mostly the same to the same columns, of one row or two. */
    private static final class Scripts {
        private final ReadModel model;
        private final Random random;
        private final RandomChanges any;
        private final RandomHabit habit;

        Scripts(ReadModel model, long seed) {
            this.model = model;
            this.random = new Random(seed);
            this.any = new RandomChanges(seed);
            this.habit = new RandomHabit(model, random, any);
        }

        List<Consumer<Rows>> draw(int count) {
            List<Consumer<Rows>> scripts = new ArrayList<>();
            for (int i = 0; i < count; i++) {
                Consumer<Rows> one = ofOneRow();
                scripts.add(random.nextInt(4) == 0 ? one.andThen(ofOneRow()) : one);
            }
            return scripts;
        }

        private Consumer<Rows> ofOneRow() {
            Object[] key = any.key(model).values().toArray();
            List<Consumer<Row>> operations = new ArrayList<>();
            if (random.nextInt(60) == 0) {
                operations.add(Row::delete);
            }
            operations.addAll(habit.operations());
            return rows -> {
                Row row = rows.row(key);
                operations.forEach(operation -> operation.accept(row));
            };
        }
    }

    @Test
    void givesUpOnWhatIsNotPlainAlsoIfTheHandlerSwallowsThat() {
        ReadModel model = FoldingLawsTest.narrow();
        String column = model.columns().get(0).name();
        Object[] key = new RandomChanges(1).key(model).values().toArray();
        List<Consumer<Rows>> scripts = List.of(
                rows -> rows.row(key).delete(),
                rows -> rows.execute("SELECT 1"),
                rows -> rows.row(key).set(column, null).set(column, null),
                rows -> {
                    try {
                        rows.row(key).delete();
                    } catch (RuntimeException e) {
                        rows.row(key).set(column, null);
                    }
                });
        Projection projection = following(model, scripts);

        for (int script = 0; script < scripts.size(); script++) {
            assertThat(new Tables().handle(projection, List.of(event(script))))
                    .as("script " + script)
                    .isFalse();
        }
    }

    @Test
    void countsTheRowsThatAnEventChanges() {
        ReadModel model = FoldingLawsTest.narrow();
        String column = model.columns().get(0).name();
        RandomChanges any = new RandomChanges(2);
        RowKey one = any.key(model);
        RowKey other = one;
        while (other.equals(one)) {
            other = any.key(model);
        }
        Object[] first = one.values().toArray();
        Object[] second = other.values().toArray();
        Projection projection = following(
                model, List.of(rows -> rows.row(first), rows -> rows.row(first).set(column, null), rows -> {
                    rows.row(first).set(column, null);
                    rows.row(second).set(column, null);
                }));
        InPlaceHandling handling = InPlaceHandling.of(projection, new Tables()).orElseThrow();

        assertThat(handling.handle(event(0))).hasValue(0);
        assertThat(handling.handle(event(1))).hasValue(1);
        assertThat(handling.handle(event(2))).hasValue(2);
    }

    @Test
    void refusesRowsThatAHandlerKept() {
        ReadModel model = FoldingLawsTest.narrow();
        String column = model.columns().get(0).name();
        Object[] key = new RandomChanges(1).key(model).values().toArray();
        List<Row> kept = new ArrayList<>();
        List<Rows> all = new ArrayList<>();
        Projection projection = following(
                model,
                List.of(
                        rows -> {
                            all.add(rows);
                            kept.add(rows.row(key));
                            kept.add(rows.row(key).set(column, null));
                        },
                        rows -> kept.get(0).set(column, null),
                        rows -> kept.get(1).set(column, null),
                        rows -> all.get(0).row(key).set(column, null)));
        InPlaceHandling handling = InPlaceHandling.of(projection, new Tables()).orElseThrow();
        handling.handle(event(0));

        for (EventEnvelope later : events(4).subList(1, 4)) {
            assertThatThrownBy(() -> handling.handle(later))
                    .isInstanceOf(IllegalStateException.class)
                    .hasMessageContaining("it has returned");
        }
    }

    @Test
    void readsTheSameTextAnewForAKeyOfAnotherType() {
        String text = new UUID(1, 2).toString();
        Projection projection = Projection.named("both")
                .into(BY_TEXT, BY_UUID)
                .on("Happened", byte[].class, (data, rows) -> {
                    rows.of(BY_TEXT).row(text).increment("n", 1);
                    rows.of(BY_UUID).row(text).increment("n", 1);
                })
                .build();
        Tables tables = new Tables();

        assertThat(tables.handle(projection, events(2))).isTrue();

        assertThat(tables.rows.keySet())
                .containsExactlyInAnyOrder(new RowKey(List.of(text)), new RowKey(List.of(new UUID(1, 2))));
    }

    @ParameterizedTest
    @ValueSource(ints = {1, -1})
    void takesNoHalfWhoseSumsLeaveTheirRangeOnTheWay(int sign) {
        ReadModel model = ReadModel.table("sums")
                .key("id", TEXT)
                .column("n", ColumnType.INTEGER)
                .build();
        Projection projection = following(
                model,
                List.of(
                        rows -> rows.row("a").increment("n", sign * (Integer.MAX_VALUE - 1)),
                        rows -> rows.row("a").increment("n", sign * 5),
                        rows -> rows.row("a").increment("n", sign * -10)));
        Tables first = new Tables();
        Tables second = new Tables();
        Tables back = new Tables();
        assertThat(first.handle(projection, events(1))).isTrue();
        assertThat(second.handle(projection, events(3).subList(1, 3))).isTrue();
        assertThat(back.handle(projection, events(3).subList(2, 3))).isTrue();

        assertThat(first.foldAll(second)).as("beyond the range and back").isFalse();
        assertThat(first.foldAll(back)).as("within the range").isTrue();
    }

    @Test
    void knowsARowByWhateverItWasAskedFor() {
        String uuid = new UUID(0xA, 0xB).toString();
        Projection twiceByText =
                following(BY_TEXT, List.of(rows -> rows.row("a").increment("n", 1), rows -> {
                    rows.row("a").increment("n", 1);
                    rows.row('a').increment("n", 1);
                }));
        Projection twiceByUuid =
                following(BY_UUID, List.of(rows -> rows.row(uuid).increment("n", 1), rows -> {
                    rows.row(uuid).increment("n", 1);
                    rows.row(uuid.toUpperCase(Locale.ROOT)).increment("n", 1);
                }));

        for (Projection twice : List.of(twiceByText, twiceByUuid)) {
            InPlaceHandling handling = InPlaceHandling.of(twice, new Tables()).orElseThrow();
            assertThat(handling.handle(event(0))).hasValue(1);
            assertThat(handling.handle(event(1))).as("a column twice").isEmpty();
        }
    }

    @Test
    void refusesATextThatIsNoKeyEachTime() {
        Projection projection = following(
                BY_UUID, Collections.nCopies(2, rows -> rows.row("no UUID").increment("n", 1)));
        InPlaceHandling handling = InPlaceHandling.of(projection, new Tables()).orElseThrow();

        for (EventEnvelope event : events(2)) {
            assertThatThrownBy(() -> handling.handle(event))
                    .isInstanceOf(IllegalArgumentException.class)
                    .hasMessageContaining("key column id");
        }
    }

    @Test
    void isNotForProjectionsOfOtherKinds() {
        Projection one = following(FoldingLawsTest.narrow(), List.of());
        Projection group = new ProjectionGroup("group", List.of(new ProjectionGroup.Member(one, Optional.empty())));

        assertThat(InPlaceHandling.of(group, new Tables())).isEmpty();
    }
}
