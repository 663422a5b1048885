package io.millrace.sql;

import static io.millrace.sql.Fixtures.views;
import static org.assertj.core.api.Assertions.assertThat;

import io.millrace.batching.Batch;
import io.millrace.batching.CommitOutcome;
import io.millrace.batching.CommitOutcome.Committed;
import io.millrace.projections.ColumnType;
import io.millrace.projections.Projection;
import io.millrace.projections.ReadModel;
import java.math.BigDecimal;
import java.sql.Connection;
import java.sql.Statement;
import java.time.Instant;
import java.time.LocalDate;
import java.util.Map;
import java.util.UUID;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** What is made ready before it is its turn. */
class PreparedFlushTest {
    private static final Projection PROJECTION = Fixtures.projection("views-per-viewer", Fixtures.VIEWS);

    private static final ReadModel EVERY_TYPE = ReadModel.table("every_type")
            .key("k", ColumnType.TEXT)
            .column("big", ColumnType.BIGINT)
            .column("small", ColumnType.INTEGER)
            .column("exact", ColumnType.NUMERIC)
            .column("rough", ColumnType.DOUBLE)
            .column("flag", ColumnType.BOOLEAN)
            .column("at", ColumnType.TIMESTAMPTZ)
            .column("day", ColumnType.DATE)
            .column("id", ColumnType.UUID)
            .column("document", ColumnType.JSONB)
            .build();

    private final TestDatabase database = TestDatabase.create();
    private final PostgresStore store = PostgresStore.open(database.settings());

    @AfterEach
    void close() {
        store.close();
    }

    private static Batch everyType(Projection projection, long position) {
        return Fixtures.batch(projection, position, Fixtures.changes(EVERY_TYPE, rows -> {
            for (int i = 0; i < 3; i++) {
                rows.row("row " + i)
                        .increment("big", position + i)
                        .max("small", i)
                        .set("exact", new BigDecimal("1.50"))
                        .set("rough", i == 1 ? null : 0.25 * i)
                        .set("flag", i % 2 == 0)
                        .set("at", Instant.parse("2026-11-29T12:00:00.000001Z"))
                        .set("day", LocalDate.of(2026, 11, 29))
                        .set("id", new UUID(1, i))
                        .merge("document", Map.of("at " + position, i));
            }
        }));
    }

    @Test
    void isReadyWhileTheFlushBeforeItIsUnderWay() throws Exception {
        Projection projection = Fixtures.projection("every-type", EVERY_TYPE);
        PostgresBatchCommitter committer = store.committerFor(projection);
        CompletableFuture<CommitOutcome> first;
        Batch next = everyType(projection, 2);
        try (Connection other = database.connect();
                Statement statement = other.createStatement()) {
            other.setAutoCommit(false);
            statement.execute("LOCK TABLE every_type");
            first = CompletableFuture.supplyAsync(() -> committer.commit(everyType(projection, 1)));
            Waiting.until(
                    () -> !database.query("SELECT FROM pg_stat_activity WHERE wait_event_type = 'Lock' AND datname = '"
                                    + database.name() + "'")
                            .isEmpty());

            CompletableFuture.runAsync(() -> committer.prepare(next)).get(20, TimeUnit.SECONDS);
            assertThat(first).isNotDone();
            other.rollback();
        }

        assertThat(first.get(20, TimeUnit.SECONDS)).isInstanceOf(Committed.class);
        assertThat(committer.commit(next)).isInstanceOf(Committed.class);
        assertThat(database.query("SELECT * FROM every_type ORDER BY k"))
                .containsExactly(row(0, "0", "t"), row(1, "null", "f"), row(2, "0.5", "t"));
    }

    private static String row(int i, String rough, String flag) {
        return "row " + i + "|" + (3 + 2 * i) + "|" + i + "|1.50|" + rough + "|" + flag
                + "|2026-11-29 12:00:00.000001+00|2026-11-29|" + new UUID(1, i) + "|{\"at 1\": " + i + ", \"at 2\": "
                + i + "}";
    }

    @Test
    void isNotTakenForAnother() {
        PostgresBatchCommitter committer = store.committerFor(PROJECTION);
        committer.commit(views(PROJECTION, 1, "ann", "bob"));
        Batch last = views(PROJECTION, 3, "ann", "eve");
        committer.prepare(last);

        committer.commit(views(PROJECTION, 2, "bob", "eve"));
        committer.commit(last);

        assertThat(database.query("SELECT * FROM viewer_views ORDER BY 1")).containsExactly("ann|2", "bob|2", "eve|2");
    }

    @Test
    void mayFailWithoutHarm() {
        PostgresBatchCommitter committer = store.committerFor(PROJECTION);
        committer.commit(views(PROJECTION, 1, "ann"));
        Batch next = views(PROJECTION, 2, "ann", "bob");
        database.execute("SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = '" + database.name()
                + "' AND pid <> pg_backend_pid()");

        committer.prepare(next);
        CommitOutcome outcome = committer.commit(next);
        for (int i = 0; i < 100 && outcome instanceof CommitOutcome.Unavailable; i++) {
            outcome = committer.commit(next);
        }

        assertThat(outcome).isInstanceOf(Committed.class);
        assertThat(database.query("SELECT * FROM viewer_views ORDER BY 1")).containsExactly("ann|2", "bob|1");
    }
}
