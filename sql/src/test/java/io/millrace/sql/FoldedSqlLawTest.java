package io.millrace.sql;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import io.millrace.batching.ChangeSet;
import io.millrace.batching.ChangeSet.Segment;
import io.millrace.projections.CannotFoldException;
import io.millrace.projections.ColumnType;
import io.millrace.projections.Effect;
import io.millrace.projections.Projection;
import io.millrace.projections.ReadModel;
import io.millrace.projections.ReadModelBuilder;
import io.millrace.projections.RowChange;
import io.millrace.projections.RowKey;
import java.sql.Connection;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.Random;
import java.util.TreeMap;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;

/**
 * The fourth law: with PostgreSQL as the judge, the SQL of a folded change equals the SQL of its parts one after
 * another, on absent rows, NULLs and values, for every type, with and without defaults and not-null.
 *
 * <p>Two schemas begin alike. In one, each step of all rows' histories is written by itself; in the other, all
 * histories at once, folded. Then their rows must read the same, as text. One of the two is upserted and the other one
 * merged, each way round: so those are the same, too.
 */
class FoldedSqlLawTest {
    private static final long SEED = Long.getLong("millrace.seed", 20_240_229L);
    private static final int ROWS = 120;
    /** 0: all rows share the statement that fits every shape; 1,000: none does. */
    private static final int[] MAX_SHAPES = {1_000, 0, 4};

    private static final TestDatabase DATABASE = TestDatabase.createForClass();
    private static Connection connection;
    private static Connection another;
    private static PlanRunner upserting;
    private static PlanRunner merging;

    private static int plannedExactly;

    private int compared;
    private int refused;
    private int unfoldable;

    @BeforeAll
    static void connect() throws SQLException {
        DATABASE.execute("CREATE SCHEMA millrace; CREATE SCHEMA parts; CREATE SCHEMA folded");
        DATABASE.execute(MillraceSchema.script().replace("CREATE SCHEMA IF NOT EXISTS millrace;", ""));
        connection = DATABASE.connect();
        upserting = new PlanRunner(connection, false);
        another = DATABASE.connect();
        try (Statement statement = another.createStatement()) {
            statement.execute(SessionSettings.LOOK_UP_BY_KEY);
        }
        merging = new PlanRunner(another, true);
    }

    @AfterAll
    static void disconnect() throws SQLException {
        connection.close();
        another.close();
    }

    @Test
    void foldedChangesWriteWhatTheirPartsWrite() throws SQLException {
        Random seeds = new Random(SEED);
        int round = 0;
        for (ColumnType type : ColumnType.values()) {
            for (boolean notNull : new boolean[] {false, true}) {
                for (boolean withDefault : new boolean[] {false, true}) {
                    int maxShapes = MAX_SHAPES[round++ % 3];
                    for (boolean merges : new boolean[] {false, true}) {
                        compare(new Case(seeds.nextLong(), type, notNull, withDefault, maxShapes, false, merges));
                    }
                }
            }
        }
        print("all types");
        assertThat(compared).isGreaterThan(2_000);
    }

    @Test
    void whatOneOfThePartsWouldHaveFailedAtFailsFolded() throws SQLException {
        Random seeds = new Random(SEED);
        for (int maxShapes : MAX_SHAPES) {
            for (ColumnType type : List.of(ColumnType.BIGINT, ColumnType.INTEGER)) {
                for (boolean notNull : new boolean[] {false, true}) {
                    for (boolean merges : new boolean[] {false, true}) {
                        compare(new Case(seeds.nextLong(), type, notNull, notNull, maxShapes, true, merges));
                    }
                }
            }
        }
        print("at the edge of a range");
        assertThat(refused).isGreaterThan(100);
        assertThat(plannedExactly).isPositive();
    }

    private void print(String what) {
        System.out.println("law 4, " + what + ": " + compared + " histories compared, " + refused
                + " refused one way or both, " + unfoldable + " not foldable");
    }

    private record Case(
            long seed,
            ColumnType type,
            boolean notNull,
            boolean withDefault,
            int maxShapes,
            boolean atTheEdge,
            boolean foldedIsMerged) {}

    /** One of the two schemas, and how it is written. */
    private record Written(StatementPlanner planner, PlanRunner runner, boolean alone) {}

    private void compare(Case drawn) throws SQLException {
        try {
            tryCompare(drawn);
        } catch (AssertionError e) {
            throw new AssertionError(drawn + " (of -Dmillrace.seed=" + SEED + "): " + e.getMessage(), e);
        }
    }

    private void tryCompare(Case drawn) throws SQLException {
        Random random = new Random(drawn.seed());
        RandomChanges draw = new RandomChanges(random, drawn.atTheEdge());
        ReadModel table = table(random, draw, drawn);
        Written parts = new Written(
                new StatementPlanner("parts", List.of(table), drawn.maxShapes()),
                drawn.foldedIsMerged() ? upserting : merging,
                false);
        Written folded = new Written(
                new StatementPlanner("folded", List.of(table), drawn.maxShapes()),
                drawn.foldedIsMerged() ? merging : upserting,
                drawn.foldedIsMerged() && random.nextBoolean());
        createTables(table);

        Map<RowKey, RowChange> before = new LinkedHashMap<>();
        Map<RowKey, List<RowChange>> histories = new LinkedHashMap<>();
        for (int i = 0; i < ROWS; i++) {
            RowKey key = new RowKey(List.of("row " + i));
            if (random.nextInt(3) > 0) {
                before.put(key, change(table, row -> draw.fill(table, row)));
            }
            List<RowChange> history = new ArrayList<>();
            for (int step = 0; step < 2 + random.nextInt(3); step++) {
                history.add(acceptedChange(table, row -> draw.change(table, row)));
            }
            histories.put(key, history);
        }
        run(parts, table, before);
        run(folded, table, before);
        separateFailures(parts, folded, table, before, histories);

        for (int step = 0; step < 4; step++) {
            run(parts, table, step(histories, step));
        }
        run(folded, table, fold(table, histories));

        expectSameRows(table, before, histories);
        compared += histories.size();
    }

    private static void expectSameRows(
            ReadModel table, Map<RowKey, RowChange> before, Map<RowKey, List<RowChange>> histories) {
        Map<String, String> folded = rows("folded");
        Map<String, String> parts = rows("parts");
        for (RowKey key : histories.keySet()) {
            String id = (String) key.values().get(0);
            assertThat(folded.get(id))
                    .as(
                            "%s %s: %s, then %s, in one: %s",
                            table,
                            id,
                            before.get(key),
                            histories.get(key),
                            fold(table, Objects.requireNonNull(histories.get(key))))
                    .isEqualTo(parts.get(id));
        }
        assertThat(folded.keySet()).isEqualTo(parts.keySet());
    }

    /** Histories that PostgreSQL refuses, and those that don't fold, are tried one by one, and taken out. */
    private void separateFailures(
            Written parts,
            Written folded,
            ReadModel table,
            Map<RowKey, RowChange> before,
            Map<RowKey, List<RowChange>> histories)
            throws SQLException {
        List<RowKey> keys = new ArrayList<>(histories.keySet());
        for (RowKey key : keys) {
            List<RowChange> history = Objects.requireNonNull(histories.get(key));
            if (passesInMemory(table, Optional.ofNullable(before.get(key)), history)) {
                continue;
            }
            histories.remove(key);
            boolean refusedInParts = false;
            for (RowChange part : history) {
                refusedInParts |= tryRun(parts, table, Map.of(key, part)).isPresent();
            }
            Optional<RowChange> whole = fold(table, history);
            if (whole.isEmpty()) {
                unfoldable++;
            } else {
                boolean refusedFolded =
                        tryRun(folded, table, Map.of(key, whole.get())).isPresent();
                assertThat(refusedFolded || !refusedInParts)
                        .as("refused in parts, so refused as a whole: %s = %s, folded %s", key, history, whole)
                        .isTrue();
                refused++;
            }
            tryRun(parts, table, Map.of(key, RowChange.DELETE));
            tryRun(folded, table, Map.of(key, RowChange.DELETE));
        }
    }

    private static boolean passesInMemory(ReadModel table, Optional<RowChange> before, List<RowChange> history) {
        try {
            Optional<Map<String, Object>> row = Optional.empty();
            row = before.isPresent() ? before.get().applyTo(row, table) : row;
            Optional<RowChange> whole = fold(table, history);
            if (whole.isEmpty()) {
                return false;
            }
            whole.get().applyTo(row, table);
            for (RowChange part : history) {
                row = part.applyTo(row, table);
            }
            return true;
        } catch (io.millrace.projections.RejectedChangeException e) {
            return false;
        }
    }

    private static Optional<RowChange> fold(ReadModel table, List<RowChange> history) {
        try {
            RowChange whole = RowChange.NONE;
            for (RowChange part : history) {
                whole = whole.then(part, table);
            }
            return Optional.of(whole);
        } catch (CannotFoldException e) {
            return Optional.empty();
        }
    }

    private static Map<RowKey, RowChange> fold(ReadModel table, Map<RowKey, List<RowChange>> histories) {
        Map<RowKey, RowChange> folded = new LinkedHashMap<>();
        histories.forEach((key, history) -> folded.put(key, fold(table, history).orElseThrow()));
        return folded;
    }

    private static Map<RowKey, RowChange> step(Map<RowKey, List<RowChange>> histories, int step) {
        Map<RowKey, RowChange> changes = new LinkedHashMap<>();
        histories.forEach((key, history) -> {
            if (step < history.size()) {
                changes.put(key, history.get(step));
            }
        });
        return changes;
    }

    /** All rows in one plan; or each in one of its own, as live events write them. */
    private static void run(Written schema, ReadModel table, Map<RowKey, RowChange> changes) throws SQLException {
        if (schema.alone()) {
            for (Map.Entry<RowKey, RowChange> row : changes.entrySet()) {
                assertThat(tryRun(schema, table, Map.of(row.getKey(), row.getValue())))
                        .as("%s of %s", row, table)
                        .isEmpty();
            }
            return;
        }
        Optional<SQLException> error = tryRun(schema, table, changes);
        if (error.isPresent()) {
            for (Map.Entry<RowKey, RowChange> row : changes.entrySet()) {
                assertThat(tryRun(schema, table, Map.of(row.getKey(), row.getValue()))
                                .map(Throwable::getMessage))
                        .as("%s of %s", row, table)
                        .isEmpty();
            }
            throw new AssertionError("refused together, but not alone", error.get());
        }
    }

    /** As the committer does: planned again, exactly, where that is asked for. */
    private static Optional<SQLException> tryRun(Written schema, ReadModel table, Map<RowKey, RowChange> changes)
            throws SQLException {
        Optional<SQLException> error = schema.runner().tryRun(plan(schema, table, changes));
        if (error.map(SqlFailure::state).equals(Optional.of(SqlFailure.PLAN_EXACTLY))
                && schema.planner().planExactly()) {
            plannedExactly++;
            return schema.runner().tryRun(plan(schema, table, changes));
        }
        return error;
    }

    private static StatementPlan plan(Written schema, ReadModel table, Map<RowKey, RowChange> changes) {
        return schema.planner().plan(new ChangeSet(List.of(new Segment.Rows(Map.of(table, changes))), changes.size()));
    }

    private static RowChange change(ReadModel table, java.util.function.Consumer<io.millrace.projections.Row> handler) {
        List<Effect> effects = Projection.named("any")
                .into(table)
                .on("Happened", JsonNode.class, (event, rows) -> handler.accept(rows.row("any")))
                .build()
                .effectsOf(Fixtures.event(0));
        return ((Effect.OnRow) effects.get(0)).change();
    }

    /** Draws again where the operations of one event contradict each other, as a sum that leaves its range does. */
    private static RowChange acceptedChange(
            ReadModel table, java.util.function.Consumer<io.millrace.projections.Row> handler) {
        while (true) {
            try {
                return change(table, handler);
            } catch (io.millrace.projections.EventFailedException drawAgain) {
                // Another draw will do.
            }
        }
    }

    private static ReadModel table(Random random, RandomChanges draw, Case drawn) {
        ColumnType type = drawn.type();
        ReadModelBuilder builder = ReadModel.table("law").key("id", ColumnType.TEXT);
        builder.column("first", type);
        if (drawn.notNull()) {
            builder.notNull();
        }
        if (drawn.withDefault()) {
            builder.defaultValue(draw.value(type));
        }
        List<ColumnType> types = List.of(ColumnType.values());
        ColumnType other = drawn.atTheEdge() ? type : types.get(random.nextInt(types.size()));
        builder.column("second", other);
        if (random.nextInt(3) == 0) {
            builder.defaultValue(draw.value(other));
        }
        return builder.build();
    }

    private static void createTables(ReadModel table) {
        for (String schema : List.of("parts", "folded")) {
            DATABASE.execute("DROP TABLE IF EXISTS " + schema + ".law; " + TableText.create(schema, table));
        }
    }

    /** Rows as PostgreSQL shows them, by key. */
    private static Map<String, String> rows(String schema) {
        Map<String, String> rows = new TreeMap<>();
        DATABASE.query("SELECT id, law::text FROM " + schema + ".law").forEach(line -> {
            int end = line.indexOf('|');
            rows.put(line.substring(0, end), line.substring(end + 1));
        });
        return rows;
    }
}
