package io.millrace.sql;

import static io.millrace.projections.ColumnType.BIGINT;
import static io.millrace.projections.ColumnType.TEXT;
import static io.millrace.sql.Fixtures.VIEWS;
import static io.millrace.sql.Fixtures.batch;
import static io.millrace.sql.Fixtures.changes;
import static io.millrace.sql.Fixtures.views;
import static org.assertj.core.api.Assertions.assertThat;

import io.millrace.batching.CommitOutcome;
import io.millrace.batching.CommitOutcome.Committed;
import io.millrace.batching.CommitOutcome.Rejected;
import io.millrace.projections.Projection;
import io.millrace.projections.ReadModel;
import io.millrace.projections.Rows;
import java.sql.Connection;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.function.Consumer;
import java.util.stream.IntStream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** Rows are merged, each looked up by its key; and upserted where a merge could fail or get in others' way. */
class MergingTest {
    private static final ReadModel NAMES = ReadModel.table("names")
            .key("id", TEXT)
            .column("name", TEXT)
            .column("n", BIGINT)
            .build();

    private final TestDatabase database = TestDatabase.create();
    private final PostgresStore store = PostgresStore.open(database.settings());
    private long position;

    @AfterEach
    void close() {
        store.close();
    }

    @Test
    void everyRowIsLookedUpByItsKeyThoughTheTableWasEmptyWhenThePlanWasMade() throws Exception {
        Projection projection = Fixtures.projection("views", VIEWS);
        try (PostgresBatchCommitter committer = store.committerFor(projection)) {
            for (int flush = 0; flush < 20; flush++) { // the server's plan is kept from the fifth or so
                expectCommitted(committer.commit(views(projection, ++position, viewers(flush))));
            }
            for (int again = 0; again < 3; again++) {
                expectCommitted(committer.commit(views(projection, ++position, viewers(0))));
            }
        }
        assertThat(database.query("SELECT count(*), sum(views) FROM viewer_views"))
                .containsExactly("4000|4600");
        // What a session did is counted when it ends. Once the table is read for its index, and once for the sum above.
        Waiting.until(() -> database.query("SELECT n_tup_ins FROM pg_stat_user_tables WHERE relname = 'viewer_views'")
                .equals(List.of("4000")));
        assertThat(Integer.parseInt(
                        database.query("SELECT seq_scan FROM pg_stat_user_tables WHERE relname = 'viewer_views'")
                                .get(0)))
                .isLessThanOrEqualTo(2);
    }

    private static String[] viewers(int flush) {
        return IntStream.range(0, 200)
                .mapToObj(i -> "viewer " + flush + " " + i)
                .toArray(String[]::new);
    }

    @Test
    void aRowAloneAndAFewAreMergedAlike() {
        Projection projection = Fixtures.projection("views", VIEWS);
        try (PostgresBatchCommitter committer = store.committerFor(projection)) {
            for (int flush = 0; flush < 30; flush++) {
                expectCommitted(committer.commit(views(projection, ++position, "ann")));
            }
            for (int flush = 0; flush < 30; flush++) {
                expectCommitted(committer.commit(views(projection, ++position, "bob", "cem")));
            }
        }
        assertThat(database.query("SELECT * FROM viewer_views ORDER BY 1"))
                .containsExactly("ann|30", "bob|30", "cem|30");
    }

    @Test
    void aRowThatSomebodyElseInsertsMeanwhileIsWaitedForAndChanged() throws Exception {
        Projection projection = Fixtures.projection("views", VIEWS);
        try (PostgresBatchCommitter committer = store.committerFor(projection);
                Connection other = database.connect();
                Statement statement = other.createStatement()) {
            other.setAutoCommit(false);
            statement.execute("INSERT INTO viewer_views VALUES ('ann', 41)");

            CompletableFuture<CommitOutcome> flush =
                    CompletableFuture.supplyAsync(() -> committer.commit(views(projection, ++position, "ann")));
            Waiting.until(() -> !database.query("SELECT 1 FROM pg_stat_activity WHERE datname = '" + database.name()
                            + "' AND wait_event_type = 'Lock' AND query LIKE 'MERGE INTO%'")
                    .isEmpty());
            other.commit();

            Committed committed = expectCommitted(flush.get());
            assertThat(committed.roundTrips()).as("merge, roll back, upsert").isEqualTo(3);
            expectCommitted(committer.commit(views(projection, ++position, "ann")));
        }
        assertThat(database.query("SELECT * FROM viewer_views")).containsExactly("ann|43");
    }

    @Test
    void aRowThatBreaksAnotherUniqueIndexIsRejectedAsBefore() {
        Projection projection = Fixtures.projection("names", NAMES);
        try (PostgresBatchCommitter committer = store.committerFor(projection)) {
            database.execute("CREATE UNIQUE INDEX ON names (name)");
            expectCommitted(commit(projection, committer, rows -> rows.row("1").set("name", "ann")));

            CommitOutcome outcome =
                    commit(projection, committer, rows -> rows.row("2").set("name", "ann"));

            assertThat(outcome).isInstanceOf(Rejected.class);
            assertThat(((Rejected) outcome).sqlState()).isEqualTo("23505");
            expectCommitted(commit(projection, committer, rows -> rows.row("2").set("name", "bob")));
        }
        assertThat(database.query("SELECT id, name FROM names ORDER BY id")).containsExactly("1|ann", "2|bob");
    }

    @Test
    void usersOwnStatementsFindTheServersOwnPlans() {
        Projection projection =
                Fixtures.described("names", NAMES).alsoWrites("settings").build();
        database.execute("CREATE TABLE settings (line text)");
        try (PostgresBatchCommitter committer = store.committerFor(projection)) {
            expectCommitted(commit(projection, committer, rows -> rows.row("1").increment("n", 1)));
            String plans =
                    "INSERT INTO settings SELECT current_setting('enable_seqscan') || current_setting('enable_hashjoin')";
            assertThat(commit(projection, committer, rows -> {
                        rows.execute(plans);
                        rows.execute("SELECT 1 / 0");
                    }))
                    .isInstanceOf(Rejected.class);
            expectCommitted(commit(projection, committer, rows -> rows.execute(plans)));
            expectCommitted(commit(projection, committer, rows -> rows.row("1").increment("n", 1)));
        }
        assertThat(database.query("SELECT * FROM settings")).containsExactly("onon");
        assertThat(database.query("SELECT id, n FROM names")).containsExactly("1|2");
    }

    @Test
    void soDoTheTriggersOfTheirs() {
        Projection projection = Fixtures.projection("names", NAMES);
        store.committerFor(projection).close(); // creates the table
        database.execute("CREATE FUNCTION says() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN"
                + " NEW.name = current_setting('enable_seqscan'); RETURN NEW; END $$;"
                + " CREATE TRIGGER says BEFORE INSERT ON names FOR EACH ROW EXECUTE FUNCTION says()");
        try (PostgresBatchCommitter committer = store.committerFor(projection)) {
            expectCommitted(commit(projection, committer, rows -> rows.row("1").increment("n", 1)));
        }
        assertThat(database.query("SELECT * FROM names")).containsExactly("1|on|1");
    }

    @Test
    void aTableWithARuleIsUpserted() throws SQLException {
        Projection projection = Fixtures.projection("names", NAMES);
        try (PostgresBatchCommitter committer = store.committerFor(projection)) {
            database.execute("CREATE TABLE deleted (id text);"
                    + " CREATE RULE deleted AS ON DELETE TO names DO ALSO INSERT INTO deleted VALUES (OLD.id)");
            expectCommitted(commit(projection, committer, rows -> rows.row("1").increment("n", 1)));
            expectCommitted(commit(projection, committer, rows -> rows.row("1").increment("n", 1)));
        }
        assertThat(database.query("SELECT id, n FROM names")).containsExactly("1|2");
    }

    private CommitOutcome commit(Projection projection, PostgresBatchCommitter committer, Consumer<Rows> handler) {
        return committer.commit(batch(projection, ++position, changes(NAMES, handler)));
    }

    private static Committed expectCommitted(CommitOutcome outcome) {
        assertThat(outcome).isInstanceOf(Committed.class);
        return (Committed) outcome;
    }
}
