package io.millrace.sql;

import static io.millrace.projections.ColumnType.BIGINT;
import static io.millrace.projections.ColumnType.INTEGER;
import static io.millrace.projections.ColumnType.TEXT;
import static io.millrace.sql.Fixtures.VIEWS;
import static io.millrace.sql.Fixtures.views;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import com.fasterxml.jackson.databind.JsonNode;
import io.millrace.batching.CommitOutcome.Committed;
import io.millrace.projections.Projection;
import io.millrace.projections.ReadModel;
import io.millrace.sql.StartRefusedException.Reason;
import java.util.List;
import java.util.concurrent.CyclicBarrier;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.stream.IntStream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** What is created at the start, and what refuses to start. */
class RegistrationTest {
    private static final Projection PROJECTION = Fixtures.projection("views-per-viewer", VIEWS);

    private final TestDatabase database = TestDatabase.create();
    private final PostgresStore store = PostgresStore.open(database.settings());

    @AfterEach
    void close() {
        store.close();
    }

    @Test
    void createsTheTableInTheSchemaThatTheSettingsName() {
        PostgresSettings settings =
                PostgresSettings.of(database.url(), "postgres", "postgres", "My \"own\" schéma; --");
        try (PostgresStore elsewhere = PostgresStore.open(settings)) {
            PostgresBatchCommitter committer = elsewhere.committerFor(PROJECTION);
            committer.commit(views(PROJECTION, 1, "ann"));
        }

        assertThat(database.query("SELECT * FROM \"My \"\"own\"\" schéma; --\".viewer_views"))
                .containsExactly("ann|1");
        assertThat(database.query("SELECT to_regclass('public.viewer_views')")).containsExactly("null");
    }

    @Test
    void startsTwoProgramsAtOnceOnAnEmptyDatabase() throws Exception {
        int programs = 4;
        ExecutorService threads = Executors.newFixedThreadPool(programs);
        try {
            CyclicBarrier together = new CyclicBarrier(programs);
            List<Future<Long>> epochs = IntStream.range(0, programs)
                    .mapToObj(i -> threads.submit(() -> {
                        try (PostgresStore program = PostgresStore.open(database.settings())) {
                            together.await();
                            return program.committerFor(PROJECTION).checkpoint().epoch();
                        }
                    }))
                    .toList();
            for (Future<Long> epoch : epochs) {
                assertThat(epoch.get()).isEqualTo(1);
            }
        } finally {
            threads.shutdownNow();
        }
        assertThat(database.query("SELECT version FROM millrace.schema_version"))
                .containsExactly("1");
    }

    @Test
    void goesOnFromItsCheckpoint() {
        store.committerFor(PROJECTION).commit(views(PROJECTION, 7, "ann"));

        PostgresBatchCommitter again = store.committerFor(PROJECTION);

        assertThat(again.checkpoint().flushNumber()).isEqualTo(1);
        assertThat(again.commit(views(PROJECTION, 8, "ann"))).isInstanceOf(Committed.class);
    }

    @Test
    void takesATableWithFurtherColumnsThatFillThemselves() {
        database.execute("CREATE TABLE viewer_views (note text, viewer_id text PRIMARY KEY, views bigint,"
                + " at timestamptz NOT NULL DEFAULT now(), n bigint GENERATED ALWAYS AS IDENTITY)");

        assertThat(store.committerFor(PROJECTION).commit(views(PROJECTION, 7, "ann")))
                .isInstanceOf(Committed.class);
    }

    @Test
    void refusesATableWithAnotherKeyTypeOrNullability() {
        database.execute("CREATE TABLE viewer_views (viewer_id varchar(20), views integer NOT NULL, must int NOT NULL,"
                + " PRIMARY KEY (viewer_id, must))");

        StartRefusedException refusal = refused(PROJECTION, Reason.TABLE_DIFFERS);

        assertThat(refusal)
                .hasMessageContaining("primary key: expected [viewer_id], is [viewer_id, must]")
                .hasMessageContaining("column viewer_id: expected text, is character varying(20)")
                .hasMessageContaining("column views: expected bigint, is integer")
                .hasMessageContaining("column views: expected nullable, is NOT NULL")
                .hasMessageContaining("column must: not among the read model's, but NOT NULL and without a default");
        assertThat(database.query("SELECT to_regnamespace('millrace')"))
                .as("nothing was written")
                .containsExactly("null");
    }

    @Test
    void refusesATableWithoutItsColumn() {
        database.execute("CREATE TABLE viewer_views (viewer_id text PRIMARY KEY)");

        assertThat(refused(PROJECTION, Reason.TABLE_DIFFERS)).hasMessageContaining("column views: missing");
    }

    @Test
    void refusesAKeyWhoseCollationTakesDifferentTextsForOne() {
        database.execute("CREATE COLLATION blind (provider = icu, locale = 'und-u-ks-level1', deterministic = false);"
                + " CREATE TABLE viewer_views (viewer_id text COLLATE blind PRIMARY KEY, views bigint)");

        assertThat(refused(PROJECTION, Reason.TABLE_DIFFERS)).hasMessageContaining("nondeterministic");
    }

    @Test
    void refusesRowsWithoutACheckpoint() {
        database.execute("CREATE TABLE viewer_views (viewer_id text PRIMARY KEY, views bigint);"
                + " INSERT INTO viewer_views VALUES ('ann', 1)");

        assertThat(refused(PROJECTION, Reason.ROWS_WITHOUT_CHECKPOINT)).hasMessageContaining("--from-start");
    }

    @Test
    void refusesACheckpointWithoutItsTable() {
        store.committerFor(PROJECTION).commit(views(PROJECTION, 7, "ann"));
        database.execute("DROP TABLE viewer_views");

        assertThat(refused(PROJECTION, Reason.TABLE_MISSING)).hasMessageContaining("\"public\".\"viewer_views\"");
    }

    @Test
    void refusesAChangedSourceOtherEventTypesAndOtherColumns() {
        store.committerFor(PROJECTION).commit(views(PROJECTION, 7, "ann"));
        ReadModel more = ReadModel.table("viewer_views")
                .key("viewer_id", TEXT)
                .column("views", INTEGER)
                .build();
        Projection changed = Projection.named("views-per-viewer")
                .into(more)
                .fromStream("stream-1")
                .on("HappenedNow", JsonNode.class, (event, rows) -> {})
                .build();

        assertThat(refused(changed, Reason.DEFINITION_CHANGED))
                .hasMessageContaining("- source $all")
                .hasMessageContaining("+ source stream stream-1")
                .hasMessageContaining("- handles Happened")
                .hasMessageContaining("+ handles HappenedNow")
                .hasMessageContaining("- table \"public\".\"viewer_views\": \"views\" bigint")
                .hasMessageContaining("+ table \"public\".\"viewer_views\": \"views\" integer");
    }

    @Test
    void takesAChangedDefinitionAsLongAsNothingWasFlushed() {
        store.committerFor(PROJECTION).close();
        Projection changed = Fixtures.described("views-per-viewer", VIEWS)
                .on("Another", JsonNode.class, (event, rows) -> {})
                .build();

        store.committerFor(changed);

        assertThat(database.query("SELECT event_types FROM millrace.checkpoints"))
                .containsExactly("Another\nHappened");
    }

    @Test
    void refusesATableOfAnotherProjection() {
        store.committerFor(PROJECTION);

        assertThat(refused(Fixtures.projection("another", VIEWS), Reason.TABLE_OF_ANOTHER_PROJECTION))
                .hasMessageContaining("belongs to projection views-per-viewer");
    }

    @Test
    void refusesASchemaOfANewerVersion() {
        store.committerFor(PROJECTION);
        database.execute("INSERT INTO millrace.schema_version VALUES (99)");

        assertThat(refused(PROJECTION, Reason.NEWER_SCHEMA)).hasMessageContaining("version=99");
    }

    @Test
    void withoutRightsItPrintsWhatAnAdministratorMustRunAndThatIsEnough() {
        String role = "reader_" + database.name();
        database.execute("CREATE ROLE " + role + " LOGIN PASSWORD 'secret'; REVOKE ALL ON SCHEMA public FROM PUBLIC;"
                + " REVOKE CREATE ON DATABASE " + database.name() + " FROM PUBLIC");
        PostgresSettings settings = PostgresSettings.of(database.url(), role, "secret", "public");
        try (PostgresStore weak = PostgresStore.open(settings)) {
            StartRefusedException refusal =
                    catchThrowableOfType(StartRefusedException.class, () -> weak.committerFor(PROJECTION));
            assertThat(refusal.reason()).isEqualTo(Reason.RIGHTS_MISSING);
            String script = PostgresStore.schemaScript(settings, List.of(PROJECTION));
            assertThat(refusal).hasMessageContaining(script).hasMessageNotContaining("secret");

            database.execute(script);

            PostgresBatchCommitter committer = weak.committerFor(PROJECTION);
            assertThat(committer.commit(views(PROJECTION, 1, "ann"))).isInstanceOf(Committed.class);
            committer.close();
            weak.checkpoints().reset(PROJECTION.name(), List.of("viewer_views"));
        }
        assertThat(database.query("SELECT * FROM viewer_views")).isEmpty();
    }

    @Test
    void hostileNamesAreNames() {
        ReadModel hostile = ReadModel.table("ta\"ble'; DROP TABLE x; -- ?")
                .key("k\"ey $1 ?", TEXT)
                .column("ü'ñ\\i ::text", BIGINT)
                .defaultValue(3)
                .column("x".repeat(63), TEXT)
                .defaultValue("it's ? \\ \"odd\" $$")
                .build();
        Projection projection = Fixtures.projection("hostile", hostile);
        PostgresBatchCommitter committer = store.committerFor(projection);

        assertThat(committer.commit(Fixtures.batch(
                        projection,
                        1,
                        Fixtures.changes(hostile, rows -> rows.row("a'; --").increment("ü'ñ\\i ::text", 2)))))
                .isInstanceOf(Committed.class);

        assertThat(database.query("SELECT * FROM \"ta\"\"ble'; DROP TABLE x; -- ?\""))
                .containsExactly("a'; --|5|it's ? \\ \"odd\" $$");
    }

    private StartRefusedException refused(Projection projection, Reason reason) {
        StartRefusedException refusal =
                catchThrowableOfType(StartRefusedException.class, () -> store.committerFor(projection));
        assertThat(refusal).as("refusal").isNotNull();
        assertThat(refusal.reason()).isEqualTo(reason);
        return refusal;
    }
}
