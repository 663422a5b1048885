package io.millrace.sql;

import static io.millrace.projections.ColumnType.BIGINT;
import static io.millrace.projections.ColumnType.JSONB;
import static io.millrace.projections.ColumnType.TEXT;
import static io.millrace.sql.Fixtures.VIEWS;
import static io.millrace.sql.Fixtures.changes;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.millrace.batching.ChangeSet;
import io.millrace.projections.ReadModel;
import io.millrace.projections.ReadModelBuilder;
import io.millrace.projections.Row;
import io.millrace.projections.Rows;
import java.util.HashSet;
import java.util.List;
import java.util.Random;
import java.util.Set;
import java.util.function.Consumer;
import org.junit.jupiter.api.Test;

class StatementPlannerTest {
    private static final ReadModel OTHER = ReadModel.table("other")
            .key("a", TEXT)
            .key("b", BIGINT)
            .column("n", BIGINT)
            .column("ten", BIGINT)
            .defaultValue(10)
            .column("must", TEXT)
            .notNull()
            .build();

    private static final ReadModel DOCUMENTS =
            ReadModel.table("documents").key("id", TEXT).column("doc", JSONB).build();

    private final StatementPlanner planner = new StatementPlanner("public", List.of(VIEWS, OTHER, DOCUMENTS));

    @Test
    void anIncrementIsOneUpsertOverArrays() {
        StatementPlan plan = plan(rows -> rows.of(VIEWS).row("ann").increment("views", 2));

        assertThat(texts(plan)).containsExactly("""
                INSERT INTO "public"."viewer_views" AS t ("viewer_id", "views")
                SELECT n.k0, n.c0_v FROM (SELECT unnest(?::text[]) AS k0, unnest(?::bigint[]) AS c0_v) AS n
                ON CONFLICT ("viewer_id") DO UPDATE SET "views" = coalesce(t."views", 0) + excluded."views\"""");
        assertThat(plan.statements().get(0).parameters())
                .containsExactly(new Parameter.Values(TEXT, List.of("ann")), new Parameter.Values(BIGINT, List.of(2L)));
    }

    @Test
    void incrementsOfBothSignsShareAStatementWithPlainOnes() {
        StatementPlan plan = plan(List.of(
                rows -> rows.of(VIEWS).row("cem").increment("views", 2),
                rows -> rows.of(VIEWS).row("ann").increment("views", 1),
                rows -> rows.of(VIEWS).row("bob").increment("views", 7),
                rows -> rows.of(VIEWS).row("bob").increment("views", -3)));

        assertThat(texts(plan))
                .singleElement()
                .asString()
                .contains("plan_exactly")
                .doesNotContain("JOIN");
        assertThat(plan.statements().get(0).parameters())
                .containsExactly(
                        new Parameter.Values(TEXT, List.of("ann", "bob", "cem")),
                        new Parameter.Values(BIGINT, List.of(1L, 4L, 2L)));
        assertThat(texts(plan(rows -> rows.of(VIEWS).row("ann").increment("views", 2))))
                .isEqualTo(texts(plan));
    }

    @Test
    void incrementsOfBothSignsAreLookedAtOneByOneWhereNumbersAreNearTheirEnds() {
        List<Consumer<Rows>> events = List.of(
                rows -> rows.of(VIEWS).row("bob").increment("views", 7),
                rows -> rows.of(VIEWS).row("bob").increment("views", -3));
        plan(events);

        assertThat(planner.planExactly()).isTrue();

        assertThat(texts(plan(events))).singleElement().asString().contains("JOIN");
        assertThat(planner.planExactly()).isFalse();
    }

    @Test
    void aMergePatchIsSentOnce() {
        StatementPlan plan = plan(List.of(
                rows -> rows.of(DOCUMENTS).row("a").merge("doc", "{\"x\":1}"),
                rows -> rows.of(DOCUMENTS).row("a").merge("doc", "{\"y\":2}")));

        assertThat(plan.statements())
                .singleElement()
                .satisfies(statement -> assertThat(statement.parameters())
                        .containsExactly(
                                new Parameter.Values(TEXT, List.of("a")),
                                new Parameter.Values(JSONB, List.of("{\"s\":{\"x\":1,\"y\":2}}"))));
    }

    @Test
    void aMergePatchGoesOutBesideWhatIsThereWithoutARow() {
        StatementPlan plan = plan(rows ->
                rows.of(DOCUMENTS).row("a").setIfAbsent("doc", "{\"x\":1}").merge("doc", "{\"y\":2}"));

        assertThat(plan.statements().get(0).parameters()).hasSize(3);
    }

    @Test
    void theTextDoesNotDependOnTheNumberOfRows() {
        StatementPlan one = plan(rows -> rows.of(VIEWS).row("ann").increment("views", 2));
        StatementPlan many = plan(rows -> {
            for (int i = 0; i < 500; i++) {
                rows.of(VIEWS).row("viewer " + i).increment("views", i);
            }
        });

        assertThat(texts(many)).isEqualTo(texts(one));
    }

    @Test
    void rowsAreSortedByKey() {
        StatementPlan plan = plan(rows -> {
            for (String viewer : List.of("cem", "ann", "bob")) {
                rows.of(VIEWS).row(viewer).increment("views", 1);
            }
        });

        assertThat(plan.statements().get(0).parameters().get(0))
                .isEqualTo(new Parameter.Values(TEXT, List.of("ann", "bob", "cem")));
    }

    @Test
    void statementsComeInAFixedOrderWhateverTheOrderOfTheChanges() {
        List<Consumer<Rows>> events = new java.util.ArrayList<>(List.of(
                rows -> rows.of(VIEWS).row("a").increment("views", 1),
                rows -> rows.of(VIEWS).row("b").set("views", 1),
                rows -> rows.of(VIEWS).row("c").delete(),
                rows -> rows.of(OTHER).row("a", 1).set("must", "x"),
                rows -> rows.of(OTHER).row("b", 1).set("must", "x").max("n", 1),
                rows -> rows.of(OTHER).row("c", 1).delete()));
        List<String> expected = texts(plan(events));

        java.util.Collections.shuffle(events, new Random(3));

        assertThat(texts(plan(events))).isEqualTo(expected);
        assertThat(expected.stream().map(text -> text.substring(0, 30)))
                .containsExactly(
                        "DELETE FROM \"public\".\"other\" A",
                        "DELETE FROM \"public\".\"viewer_v",
                        "INSERT INTO \"public\".\"viewer_v",
                        "INSERT INTO \"public\".\"viewer_v",
                        "INSERT INTO \"public\".\"other\" A",
                        "INSERT INTO \"public\".\"other\" A");
    }

    @Test
    void aDefaultThatAnIncrementReadsJoinsTheOldRows() {
        StatementPlan plan =
                plan(rows -> rows.of(OTHER).row("a", 1).set("must", "x").increment("ten", 1));

        assertThat(texts(plan).get(0))
                .contains("LEFT JOIN \"public\".\"other\" AS o")
                .contains("'10'::bigint");
    }

    @Test
    void aNotNullColumnThatIsNotMentionedJoinsTheOldRows() {
        StatementPlan plan = plan(rows -> rows.of(OTHER).row("a", 1).increment("n", 1));

        assertThat(texts(plan).get(0)).contains("LEFT JOIN");
    }

    @Test
    void rawSqlStandsBetweenItsNeighbours() {
        StatementPlan plan = plan(rows -> {
            rows.of(VIEWS).row("a").increment("views", 1);
            rows.execute("UPDATE elsewhere SET n = ? -- so", 3);
            rows.of(VIEWS).row("a").increment("views", 1);
        });

        assertThat(plan.statements().stream().map(StatementPlan.Planned::usersOwn))
                .containsExactly(false, true, false);
        assertThat(plan.statements().get(1).parameters()).containsExactly(new Parameter.Raw(3));
    }

    /** A thousand batches of random shapes: 20 columns, each set, incremented or left alone by chance. */
    @Test
    void theNumberOfTextsStaysBounded() {
        ReadModelBuilder builder = ReadModel.table("wide").key("id", BIGINT);
        for (int i = 0; i < 20; i++) {
            builder.column("c" + i, BIGINT);
        }
        ReadModel wide = builder.build();
        StatementPlanner wides = new StatementPlanner("public", List.of(wide));
        Random random = new Random(1);
        Set<String> texts = new HashSet<>();
        for (int i = 0; i < 1_000; i++) {
            ChangeSet changes = changes(wide, rows -> {
                for (int id = 0; id < 5; id++) {
                    changeAtRandom(rows.row(id), random);
                }
            });
            texts.addAll(texts(wides.plan(changes)));
        }

        assertThat(texts).hasSizeBetween(StatementPlanner.MAX_SHAPES, StatementPlanner.MAX_SHAPES + 2);
    }

    @Test
    void aTableOfAnotherProjectionIsRefused() {
        StatementPlanner onlyViews = new StatementPlanner("public", List.of(VIEWS));

        assertThatThrownBy(() ->
                        onlyViews.plan(changes(OTHER, rows -> rows.row("a", 1).delete())))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("table=other");
    }

    private static void changeAtRandom(Row row, Random random) {
        row.set("c0", 1);
        for (int column = 1; column < 20; column++) {
            switch (random.nextInt(3)) {
                case 0 -> row.set("c" + column, 1);
                case 1 -> row.increment("c" + column, 1);
                default -> {}
            }
        }
    }

    private StatementPlan plan(Consumer<Rows> event) {
        return plan(List.of(event));
    }

    private StatementPlan plan(List<Consumer<Rows>> events) {
        return planner.plan(changes(List.of(VIEWS, OTHER, DOCUMENTS), events));
    }

    private static List<String> texts(StatementPlan plan) {
        return plan.statements().stream().map(StatementPlan.Planned::text).toList();
    }
}
