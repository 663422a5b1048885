package io.millrace.sql;

import static io.millrace.sql.Fixtures.VIEWS;
import static io.millrace.sql.Fixtures.views;
import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import io.millrace.batching.CommitOutcome;
import io.millrace.batching.CommitOutcome.Committed;
import io.millrace.batching.CommitOutcome.TooSlow;
import io.millrace.batching.CommitOutcome.Unavailable;
import io.millrace.projections.Projection;
import java.time.Duration;
import java.util.List;
import java.util.stream.IntStream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** What a server or a role sets below our own limits is kept to, and a flush that it cuts off is told from lost ones. */
class LimitsOfTimeTest {
    private static final Projection PROJECTION = Fixtures.projection("views-per-viewer", VIEWS);

    private final TestDatabase database = TestDatabase.create();
    private final PostgresStore store = PostgresStore.open(database.settings());

    @AfterEach
    void close() {
        store.close();
    }

    private void set(String setting) {
        database.execute("ALTER DATABASE " + database.name() + " SET " + setting);
    }

    /** Each row takes 20 ms. */
    private PostgresBatchCommitter slowCommitter() {
        store.committerFor(PROJECTION).close();
        database.execute("CREATE FUNCTION slowly() RETURNS trigger LANGUAGE plpgsql AS"
                + " $$ BEGIN PERFORM pg_sleep(0.02); RETURN new; END $$;"
                + " CREATE TRIGGER slowly BEFORE INSERT ON viewer_views FOR EACH ROW EXECUTE FUNCTION slowly()");
        return store.committerFor(PROJECTION);
    }

    private static String[] viewers(int count) {
        return IntStream.range(0, count).mapToObj(viewer -> "viewer " + viewer).toArray(String[]::new);
    }

    @Test
    void aLowerStatementTimeoutOfTheServersStays() {
        set("statement_timeout = '1s'");
        PostgresBatchCommitter committer = slowCommitter();

        CommitOutcome slow = committer.commit(views(PROJECTION, 1, viewers(100)));

        assertThat(slow).isInstanceOf(TooSlow.class);
        assertThat(((TooSlow) slow).message()).contains("57014", "batch-size");
        assertThat(committer.commit(views(PROJECTION, 1, viewers(5)))).isInstanceOf(Committed.class);
        assertThat(database.query("SELECT count(*) FROM viewer_views")).containsExactly("5");
    }

    @Test
    void aTransactionThatWasEndedForItsLengthIsFoundNotCommittedAndNotSentAgainAsItIs() {
        assumeTrue(
                Integer.parseInt(database.query("SHOW server_version_num").get(0)) >= 170_000,
                "transaction_timeout came with PostgreSQL 17");
        set("transaction_timeout = '1s'");
        PostgresBatchCommitter committer = slowCommitter();

        assertThat(committer.commit(views(PROJECTION, 1, viewers(100)))).isInstanceOf(Unavailable.class);
        CommitOutcome slow = committer.commit(views(PROJECTION, 1, viewers(100)));

        assertThat(slow).isInstanceOf(TooSlow.class);
        assertThat(((TooSlow) slow).message()).contains("25P04");
        assertThat(committer.commit(views(PROJECTION, 1, viewers(5)))).isInstanceOf(Committed.class);
        assertThat(database.query("SELECT sum(views) FROM viewer_views")).containsExactly("5");
    }

    @Test
    void keepsTheLowerOfEachTwoAndWaitsForLocksLessThanForStatements() {
        FlushTimeouts ours = FlushTimeouts.DEFAULT;

        assertThat(limited(ours, "statement_timeout", 60_000)).isEqualTo(ours);
        assertThat(limited(ours, "statement_timeout", 2_000)).isEqualTo(timeouts(1_000, 2_000, 45_000));
        assertThat(limited(ours, "lock_timeout", 500)).isEqualTo(timeouts(500, 30_000, 45_000));
        assertThat(limited(ours, "transaction_timeout", 40_000)).isEqualTo(timeouts(10_000, 30_000, 40_000));
        assertThat(limited(ours, "transaction_timeout", 4_000)).isEqualTo(timeouts(2_000, 4_000, 4_000));
        for (List<String> order : List.of(
                List.of("lock_timeout", "statement_timeout", "transaction_timeout"),
                List.of("transaction_timeout", "statement_timeout", "lock_timeout"))) {
            FlushTimeouts least = ours;
            for (String setting : order) {
                least = limited(least, setting, 1);
            }
            assertThat(least).isEqualTo(timeouts(1, 1, 1));
        }
    }

    private static FlushTimeouts limited(FlushTimeouts ours, String setting, long millis) {
        return ours.limitedBy(setting, Duration.ofMillis(millis));
    }

    private static FlushTimeouts timeouts(long lockMs, long statementMs, long transactionMs) {
        return new FlushTimeouts(
                Duration.ofMillis(lockMs),
                Duration.ofMillis(statementMs),
                Duration.ofMillis(transactionMs),
                FlushTimeouts.DEFAULT.socket());
    }
}
