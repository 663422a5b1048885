package io.millrace.projections;

import static io.millrace.projections.ColumnType.BIGINT;
import static io.millrace.projections.ColumnType.DATE;
import static io.millrace.projections.ColumnType.DOUBLE;
import static io.millrace.projections.ColumnType.INTEGER;
import static io.millrace.projections.ColumnType.JSONB;
import static io.millrace.projections.ColumnType.TEXT;
import static io.millrace.projections.ColumnType.TIMESTAMPTZ;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import com.fasterxml.jackson.databind.JsonNode;
import io.millrace.checkpoint.Position;
import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import org.junit.jupiter.api.Test;

class ProjectionTest {
    record VideoViewed(String viewerId) {}

    static final ReadModel VIEWS = ReadModel.table("viewer_views")
            .key("viewer_id", TEXT)
            .column("views", BIGINT)
            .build();

    static final ReadModel DAYS = ReadModel.table("days")
            .key("viewer_id", TEXT)
            .key("day", DATE)
            .column("last", TIMESTAMPTZ)
            .column("views", INTEGER)
            .notNull()
            .defaultValue(0)
            .column("name", TEXT)
            .notNull()
            .column("ratio", DOUBLE)
            .column("doc", JSONB)
            .build();

    static final Projection VIEWS_PER_VIEWER = Projection.named("views-per-viewer")
            .into(VIEWS)
            .on(
                    "VideoViewed",
                    VideoViewed.class,
                    (viewed, rows) -> rows.row(viewed.viewerId()).increment("views", 1))
            .build();

    @Test
    void countsEachEventOnce() {
        InMemoryReadModels tables = new InMemoryReadModels();
        tables.apply(VIEWS_PER_VIEWER.effectsOf(event("VideoViewed", "{\"viewerId\":\"1\",\"at\":3}")));
        tables.apply(VIEWS_PER_VIEWER.effectsOf(event("VideoViewed", "{\"viewerId\":\"1\"}")));

        assertThat(tables.rows(VIEWS)).isEqualTo(Map.of(new RowKey(List.of("1")), Map.of("views", 2L)));
    }

    @Test
    void writesSeveralReadModelsWithCompositeKeysAndTheEnvelope() {
        Projection projection = Projection.named("both")
                .into(VIEWS, DAYS)
                .on(VideoViewed.class, (viewed, envelope, rows) -> {
                    rows.of(VIEWS).row(viewed.viewerId()).increment("views", 1);
                    rows.of(DAYS)
                            .row(
                                    viewed.viewerId(),
                                    envelope.created().toString().substring(0, 10))
                            .setIfAbsent("name", envelope.stream())
                            .increment("views", 1)
                            .max("last", envelope.created());
                })
                .build();
        InMemoryReadModels tables = new InMemoryReadModels();
        tables.apply(projection.effectsOf(event("VideoViewed", "{\"viewerId\":\"1\"}")));

        assertThat(tables.row(VIEWS, "1")).contains(Map.of("views", 1L));
        assertThat(tables.row(DAYS, "1", "1970-01-01"))
                .contains(Map.of("name", "video-1", "views", 1, "last", Instant.EPOCH));
    }

    @Test
    void knowsItsTypesAndItsSource() {
        Projection projection = Projection.named("p")
                .fromStreamsStartingWith("flight-", "train-")
                .into(VIEWS)
                .alsoWrites("audit")
                .on("Zeta", JsonNode.class, (event, rows) -> {})
                .on("Alpha", byte[].class, (event, rows) -> {})
                .build();

        assertThat(projection.eventTypes()).containsExactly("Alpha", "Zeta");
        assertThat(projection.source()).isEqualTo(new Source.StreamsStartingWith(List.of("flight-", "train-")));
        assertThat(projection.alsoWrites()).containsExactly("audit");
        assertThat(VIEWS_PER_VIEWER.source()).isEqualTo(new Source.AllStreams());
    }

    @Test
    void foldsWhatOneEventDoesToOneRow() {
        List<Effect> effects = effectsOf(rows -> {
            rows.of(VIEWS).row("1").increment("views", 1);
            rows.of(VIEWS).row("2").increment("views", 1);
            rows.of(VIEWS).row("1").increment("views", 2);
        });

        assertThat(effects).hasSize(2);
        assertThat(((Effect.OnRow) effects.get(0)).change())
                .isEqualTo(RowChange.of("views", Operations.increment(BIGINT, 3L)));
    }

    @Test
    void leavesNothingOfAHandlerThatThrows() {
        EventFailedException failed = fails(rows -> {
            rows.of(VIEWS).row("1").increment("views", 1);
            throw new IllegalStateException("no such viewer");
        });

        assertThat(failed)
                .hasMessage("projection p: event E video-1#3 at 12/12: its handler failed: no such viewer. Mend the"
                        + " handler, or let it leave such events out")
                .hasCauseInstanceOf(IllegalStateException.class);
        assertThat(failed.revision()).isEqualTo(3);
    }

    @Test
    void takesStackOverflowsAndAssertionsForFailuresToo() {
        assertThat(fails(rows -> recurse(0))).hasCauseInstanceOf(StackOverflowError.class);
        assertThat(fails(rows -> {
                    throw new AssertionError("impossible");
                }))
                .hasMessageContaining("impossible");
    }

    @Test
    void namesProjectionReadModelAndColumnInWhatHandlersDoWrong() {
        assertThat(fails(rows -> rows.of(VIEWS).row("1").increment("view", 1)))
                .hasMessageContaining("projection p, read model viewer_views: expected one of its columns [views]:"
                        + " column=view. Add .column(\"view\", …) to it, or mend the name")
                .hasMessageContaining("event E video-1#3");
        assertThat(fails(rows -> rows.of(VIEWS).row("1").set("viewer_id", "2")))
                .hasMessageContaining(
                        "projection p, read model viewer_views: expected a column that is not in the key");
        assertThat(fails(rows -> rows.of(DAYS).row("1", "2001-01-01").increment("name", 1)))
                .hasMessageContaining("projection p, read model days, column name: expected an increment of an integer,"
                        + " bigint or numeric column: type=text");
        assertThat(fails(rows -> rows.of(DAYS).row("1", "2001-01-01").increment("ratio", 1)))
                .hasMessageContaining("Use numeric");
        assertThat(fails(rows -> rows.of(DAYS).row("1", "2001-01-01").max("doc", "{}")))
                .hasMessageContaining("column doc: expected a max of");
        assertThat(fails(rows -> rows.of(DAYS).row("1", "2001-01-01").merge("name", "{}")))
                .hasMessageContaining("column name: expected a merge into a jsonb column");
        assertThat(fails(rows -> rows.of(DAYS).row("1", "2001-01-01").set("name", null)))
                .hasMessageContaining("column name: expected a value that is not null");
        assertThat(fails(rows -> rows.of(DAYS).row("1", "2001-01-01").increment("views", 1L << 31)))
                .hasMessageContaining("projection p, read model days, column views: expected a number within");
        assertThat(fails(rows -> rows.of(DAYS).row("1"))).hasMessageContaining("each key column [viewer_id, day]");
        assertThat(fails(rows -> rows.row("1"))).hasMessageContaining("Say which: rows.of(READ_MODEL).row(…)");
        ReadModel other =
                ReadModel.table("other").key("k", TEXT).column("c", TEXT).build();
        assertThat(fails(rows -> rows.of(other).row("1"))).hasMessageContaining("Add it to into(…)");
        assertThat(fails(rows -> rows.of(DAYS).row("1", "2001-01-01").delete().increment("views", 1)))
                .hasMessageContaining("made anew after a delete: columns=[name]");
    }

    @Test
    void refusesChangesAfterTheHandlerHasReturned() {
        List<Row> kept = new ArrayList<>();
        effectsOf(rows -> kept.add(rows.of(VIEWS).row("1")));

        assertThatThrownBy(() -> kept.get(0).increment("views", 1))
                .isInstanceOf(IllegalStateException.class)
                .hasMessageContaining("it has returned");
    }

    @Test
    void tellsWhatIsWrongWithAProjection() {
        assertInvalid(() -> Projection.named("no spaces"), "expected a projection name");
        assertInvalid(
                () -> Projection.named("p")
                        .on("E", JsonNode.class, (e, rows) -> {})
                        .build(),
                "say .into(");
        assertInvalid(
                () -> Projection.named("p").into(VIEWS).build(), "projection p: expected at least one event type");
        assertInvalid(
                () -> Projection.named("p")
                        .on("E", JsonNode.class, (e, rows) -> {})
                        .on("E", JsonNode.class, (e, rows) -> {}),
                "projection p: expected one handler for each event type: eventType=E");
        assertInvalid(() -> valid().into(VIEWS).build(), "projection p: expected each table once: table=viewer_views");
        assertInvalid(() -> valid().alsoWrites("viewer_views").build(), "expected each table once");
        assertInvalid(() -> valid().alsoWrites("").build(), "projection p: expected a name for the table");
        assertInvalid(() -> valid().fromStream("a").fromStream("b"), "projection p: expected one source");
        assertInvalid(() -> valid().fromStream("$all"), "projection p: expected the name of one stream");
    }

    private static ProjectionBuilder valid() {
        return Projection.named("p").into(VIEWS).on("E", JsonNode.class, (e, rows) -> {});
    }

    private static List<Effect> effectsOf(java.util.function.Consumer<Rows> handler) {
        return Projection.named("p")
                .into(VIEWS, DAYS)
                .on("E", JsonNode.class, (event, rows) -> handler.accept(rows))
                .build()
                .effectsOf(event("E", "{}"));
    }

    private static EventFailedException fails(java.util.function.Consumer<Rows> handler) {
        EventFailedException failed = catchThrowableOfType(EventFailedException.class, () -> effectsOf(handler));
        assertThat(failed).isNotNull();
        return failed;
    }

    private static int recurse(int depth) {
        return depth < 0 ? 0 : 1 + recurse(depth + 1);
    }

    private static void assertInvalid(org.assertj.core.api.ThrowableAssert.ThrowingCallable build, String said) {
        assertThatThrownBy(build).isInstanceOf(InvalidProjectionException.class).hasMessageContaining(said);
    }

    static EventEnvelope event(String type, String data) {
        return new EventEnvelope(
                new UUID(0, 7),
                type,
                "video-1",
                3,
                Position.inLog(12, 12),
                Instant.EPOCH,
                data.getBytes(StandardCharsets.UTF_8),
                new byte[0]);
    }
}
