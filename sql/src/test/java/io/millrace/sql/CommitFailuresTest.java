package io.millrace.sql;

import static io.millrace.projections.ColumnType.BIGINT;
import static io.millrace.projections.ColumnType.INTEGER;
import static io.millrace.projections.ColumnType.TEXT;
import static io.millrace.sql.Fixtures.VIEWS;
import static io.millrace.sql.Fixtures.batch;
import static io.millrace.sql.Fixtures.changes;
import static io.millrace.sql.Fixtures.views;
import static org.assertj.core.api.Assertions.assertThat;

import io.millrace.batching.Batch;
import io.millrace.batching.CommitOutcome;
import io.millrace.batching.CommitOutcome.Committed;
import io.millrace.batching.CommitOutcome.Failed;
import io.millrace.batching.CommitOutcome.Rejected;
import io.millrace.batching.CommitOutcome.Unavailable;
import io.millrace.checkpoint.Checkpoint;
import io.millrace.projections.Projection;
import io.millrace.projections.ReadModel;
import io.millrace.projections.Rows;
import java.sql.Connection;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.Duration;
import java.util.List;
import java.util.function.Consumer;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** What PostgreSQL refuses, and what the committer makes of it: nothing half done, and it can go on. */
class CommitFailuresTest {
    private static final ReadModel LIMITED = ReadModel.table("limited")
            .key("id", TEXT)
            .column("n", INTEGER)
            .column("must", BIGINT)
            .notNull()
            .defaultValue(0)
            .build();
    private static final Projection PROJECTION =
            Fixtures.described("limits", LIMITED, VIEWS).alsoWrites("log").build();

    private final TestDatabase database = TestDatabase.create();
    private final PostgresStore store = PostgresStore.open(database.settings());
    private final PostgresBatchCommitter committer = store.committerFor(PROJECTION);
    private long position;

    @AfterEach
    void close() {
        store.close();
    }

    @Test
    void aSumBeyondItsTypeIsRejected() {
        commit(rows -> rows.of(LIMITED).row("x").set("n", Integer.MAX_VALUE));

        expectRejected("22003", rows -> rows.of(LIMITED).row("x").increment("n", 1));
    }

    @Test
    void aSumThatLeavesItsTypeOnTheWayIsRejectedThoughItComesBack() {
        commit(rows -> rows.of(LIMITED).row("x").set("n", Integer.MAX_VALUE));

        expectRejected(
                "22003",
                List.of(
                        rows -> rows.of(LIMITED).row("x").increment("n", 1),
                        rows -> rows.of(LIMITED).row("x").increment("n", -1)));
    }

    @Test
    void aConstraintOfTheUsersOwnRejects() {
        database.execute("ALTER TABLE limited ADD CHECK (n < 10)");

        expectRejected("23514", rows -> rows.of(LIMITED).row("x").set("n", 10));
    }

    @Test
    void aConstraintThatIsCheckedAtTheCommitRejects() {
        database.execute("CREATE TABLE parent (id integer PRIMARY KEY); ALTER TABLE limited ADD FOREIGN KEY (n)"
                + " REFERENCES parent DEFERRABLE INITIALLY DEFERRED");

        expectRejected("23503", rows -> rows.of(LIMITED).row("x").set("n", 10));
    }

    @Test
    void aTableThatIsGoneFailsAndSaysWhatToDo() {
        database.execute("DROP TABLE limited");

        CommitOutcome outcome = commit(rows -> rows.of(LIMITED).row("x").set("n", 1));

        assertThat(outcome).isInstanceOf(Failed.class);
        assertThat(((Failed) outcome).message()).contains("42P01", "restore it", "--from-start");
    }

    @Test
    void aLockThatIsNotReleasedMakesItUnavailable() throws SQLException {
        PostgresSettings patient = database.settings();
        PostgresSettings impatient = new PostgresSettings(
                patient.url(),
                patient.user(),
                patient.password(),
                "public",
                new FlushTimeouts(
                        Duration.ofMillis(50),
                        FlushTimeouts.DEFAULT.statement(),
                        FlushTimeouts.DEFAULT.transaction(),
                        FlushTimeouts.DEFAULT.socket()));
        committer.close();
        try (PostgresStore quick = PostgresStore.open(impatient);
                PostgresBatchCommitter hasty = quick.committerFor(PROJECTION)) {
            try (Connection other = database.connect();
                    Statement statement = other.createStatement()) {
                other.setAutoCommit(false);
                statement.execute("LOCK TABLE limited");

                CommitOutcome outcome =
                        hasty.commit(batchOf(rows -> rows.of(LIMITED).row("x").set("n", 1)));

                assertThat(outcome).isInstanceOf(Unavailable.class);
                assertThat(((Unavailable) outcome).message()).contains("55P03");
                other.rollback();
            }
            assertThat(hasty.commit(batchOf(rows -> rows.of(LIMITED).row("x").set("n", 1))))
                    .isInstanceOf(Committed.class);
        }
    }

    @Test
    void aMissingCheckpointRowFails() {
        database.execute("DELETE FROM millrace.checkpoints");

        CommitOutcome outcome = commit(rows -> rows.of(LIMITED).row("x").set("n", 1));

        assertThat(outcome).isInstanceOf(Failed.class);
        assertThat(database.query("SELECT * FROM limited")).isEmpty();
    }

    @Test
    void rawSqlKeepsItsPlaceAmongTheChanges() {
        database.execute("CREATE TABLE log (line text)");

        commit(rows -> {
            rows.of(VIEWS).row("ann").increment("views", 1);
            rows.execute("INSERT INTO log SELECT viewer_id || views FROM viewer_views -- as it stands now");
            rows.of(VIEWS).row("ann").increment("views", 1);
            rows.execute("INSERT INTO log SELECT viewer_id || views || ? FROM viewer_views;", "!");
        });

        assertThat(database.query("SELECT * FROM log")).containsExactly("ann1", "ann2!");
    }

    @Test
    void rawSqlThatFailsIsRolledBackWithEverythingElse() {
        database.execute("CREATE TABLE log (line text NOT NULL)");

        expectRejected("23502", rows -> {
            rows.of(VIEWS).row("ann").increment("views", 1);
            rows.execute("INSERT INTO log VALUES (?)", (Object) null);
        });
        assertThat(database.query("SELECT * FROM viewer_views WHERE viewer_id = 'ann'"))
                .isEmpty();
    }

    @Test
    void anotherProjectionsConnectionIsNotTouchedByAFailure() {
        ReadModel other =
                ReadModel.table("other").key("id", TEXT).column("n", BIGINT).build();
        Projection neighbour = Fixtures.projection("neighbour", other);
        PostgresBatchCommitter next = store.committerFor(neighbour);
        database.execute("DROP TABLE limited");
        commit(rows -> rows.of(LIMITED).row("x").set("n", 1));

        assertThat(next.commit(batch(
                        neighbour, 1, changes(other, rows -> rows.row("x").increment("n", 1)))))
                .isInstanceOf(Committed.class);
    }

    private CommitOutcome commit(Consumer<Rows> handler) {
        return committer.commit(batchOf(handler));
    }

    private Batch batchOf(Consumer<Rows> event) {
        return batchOf(List.of(event));
    }

    private Batch batchOf(List<Consumer<Rows>> events) {
        return batch(PROJECTION, ++position, changes(List.of(LIMITED, VIEWS), events));
    }

    private void expectRejected(String sqlState, Consumer<Rows> event) {
        expectRejected(sqlState, List.of(event));
    }

    /** Rejected, nothing written, and the connection is good for the next batch. */
    private void expectRejected(String sqlState, List<Consumer<Rows>> events) {
        List<String> before = database.query("SELECT * FROM limited");
        List<Checkpoint> checkpoint = store.checkpoints().all();

        CommitOutcome outcome = committer.commit(batchOf(events));

        assertThat(outcome).isInstanceOf(Rejected.class);
        assertThat(((Rejected) outcome).sqlState()).isEqualTo(sqlState);
        assertThat(database.query("SELECT * FROM limited")).isEqualTo(before);
        assertThat(store.checkpoints().all()).isEqualTo(checkpoint);
        assertThat(committer.commit(views(PROJECTION, ++position, "zoe"))).isInstanceOf(Committed.class);
    }
}
