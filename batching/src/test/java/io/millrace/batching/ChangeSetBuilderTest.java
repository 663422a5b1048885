package io.millrace.batching;

import static io.millrace.projections.ColumnType.BIGINT;
import static io.millrace.projections.ColumnType.TEXT;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.millrace.batching.ChangeSet.Segment;
import io.millrace.projections.CannotFoldException;
import io.millrace.projections.Effect;
import io.millrace.projections.EventEnvelope;
import io.millrace.projections.InMemoryReadModels;
import io.millrace.projections.ReadModel;
import io.millrace.projections.RowChange;
import io.millrace.projections.RowKey;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;

class ChangeSetBuilderTest {
    private static final ReadModel OTHER =
            ReadModel.table("other").key("id", TEXT).column("n", BIGINT).build();
    private static final Effect RAW = new Effect.RawSql("select 1", List.of());

    private final ChangeSetBuilder builder = new ChangeSetBuilder();

    @Test
    void foldsTheChangesOfOneRowIntoOne() {
        builder.add(views("1", 2));
        builder.add(views("2", 1));
        builder.add(views("1", 3));

        ChangeSet changes = builder.build();

        assertThat(changes.rows()).isEqualTo(2);
        assertThat(changes.changesIn()).isEqualTo(3);
        assertThat(applied(changes)).isEqualTo(Map.of(key("1"), Map.of("views", 5L), key("2"), Map.of("views", 1L)));
    }

    @Test
    void keepsTablesAndRowsInTheOrderOfTheirFirstChange() {
        builder.add(views("b", 1));
        builder.add(List.of(onOther("x"), views("a", 1).get(0), views("b", 1).get(0)));

        Segment.Rows rows = (Segment.Rows) builder.build().segments().get(0);

        assertThat(rows.tables().keySet()).containsExactly(Views.TABLE, OTHER);
        assertThat(rows.tables().getOrDefault(Views.TABLE, Map.of()).keySet()).containsExactly(key("b"), key("a"));
    }

    @Test
    void endsASegmentAtRawSqlAndKeepsItsPlace() {
        builder.add(views("1", 1));
        builder.add(List.of(
                views("1", 2).get(0), RAW, views("1", 4).get(0), views("1", 8).get(0)));
        builder.add(List.of(RAW));
        builder.add(views("1", 16));

        ChangeSet changes = builder.build();

        assertThat(changes.segments().stream().map(ChangeSetBuilderTest::shown))
                .containsExactly("3", "raw", "12", "raw", "16");
        assertThat(changes.changesIn()).isEqualTo(7);
    }

    @Test
    void takesAllEffectsOfAnEventOrNone() {
        builder.add(views("1", Long.MAX_VALUE));

        assertThatThrownBy(() -> builder.add(List.of(
                        views("2", 1).get(0), onOther("x"), views("1", 1).get(0))))
                .isInstanceOf(CannotFoldException.class);

        ChangeSet changes = builder.build();
        assertThat(applied(changes)).isEqualTo(Map.of(key("1"), Map.of("views", Long.MAX_VALUE)));
        assertThat(changes.changesIn()).isEqualTo(1);
        assertThat(changes.rows()).isEqualTo(1);
    }

    @Test
    void takesNothingOfAnEventWhoseRawSqlComesBeforeWhatCannotFold() {
        assertThatThrownBy(() -> builder.add(List.of(
                        views("1", 1).get(0),
                        RAW,
                        views("1", Long.MAX_VALUE).get(0),
                        views("1", 1).get(0))))
                .isInstanceOf(CannotFoldException.class);

        assertThat(builder.isEmpty()).isTrue();
        assertThat(builder.build().isEmpty()).isTrue();
    }

    private static String shown(Segment segment) {
        return segment instanceof Segment.Rows rows
                ? String.valueOf(applied(new ChangeSet(List.of(rows), 1))
                        .getOrDefault(key("1"), Map.of())
                        .get("views"))
                : "raw";
    }

    private static Map<RowKey, Map<String, Object>> applied(ChangeSet changes) {
        InMemoryReadModels tables = new InMemoryReadModels();
        tables.apply(MemoryCommitter.effects(changes));
        return tables.rows(Views.TABLE);
    }

    private static List<Effect> views(String viewer, long times) {
        EventEnvelope event = Views.viewed(1, viewer, times);
        return Views.PROJECTION.effectsOf(event);
    }

    private static Effect onOther(String id) {
        Effect.OnRow views = (Effect.OnRow) views(id, 1).get(0);
        return new Effect.OnRow(
                OTHER,
                views.key(),
                RowChange.of("n", views.change().column("views").orElseThrow()));
    }

    private static RowKey key(String viewer) {
        return Views.key(viewer);
    }
}
