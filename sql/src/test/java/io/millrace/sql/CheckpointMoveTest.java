package io.millrace.sql;

import static io.millrace.sql.Fixtures.VIEWS;
import static io.millrace.sql.Fixtures.views;
import static org.assertj.core.api.Assertions.assertThat;

import io.millrace.batching.CommitOutcome;
import io.millrace.batching.CommitOutcome.Committed;
import io.millrace.batching.CommitOutcome.Failed;
import io.millrace.batching.CommitOutcome.Fenced;
import io.millrace.checkpoint.Checkpoint;
import io.millrace.projections.Projection;
import java.sql.Connection;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.Duration;
import java.time.Instant;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.EnumSource;

/** The compare-and-set of a checkpoint, in both of its forms: as it is found, and when it changes while it is waited for. */
class CheckpointMoveTest {
    private final TestDatabase database = TestDatabase.create();
    private final PostgresStore store = PostgresStore.open(database.settings());

    /** How the checkpoint is moved. */
    enum Form {
        /** Where rows are merged. */
        MERGE("MERGE INTO millrace.checkpoints%"),
        /** Where others' statements may be sent, too. */
        UPDATE("WITH moved AS (UPDATE millrace.checkpoints%");

        final String like;

        Form(String like) {
            this.like = like;
        }

        Projection projection() {
            return this == MERGE
                    ? Fixtures.projection("views", VIEWS)
                    : Fixtures.described("views", VIEWS).alsoWrites("log").build();
        }
    }

    @AfterEach
    void close() {
        store.close();
    }

    @ParameterizedTest
    @CsvSource(textBlock = """
            MERGE,  flush_number = flush_number + 1
            UPDATE, flush_number = flush_number + 1
            MERGE,  position = '7/7'
            UPDATE, position = '7/7'
            MERGE,  epoch = epoch + 1
            UPDATE, epoch = epoch + 1""", quoteCharacter = '"')
    void whatMovedItMeanwhileRefusesTheMove(Form form, String set) throws Exception {
        CommitOutcome outcome = commitWhile(form, "UPDATE millrace.checkpoints SET " + set, true);

        assertThat(outcome).isInstanceOf(Fenced.class);
        assertThat(database.query("SELECT * FROM viewer_views")).containsExactly("ann|2");
    }

    @ParameterizedTest
    @EnumSource
    void aRowThatIsDeletedMeanwhileRefusesTheMove(Form form) throws Exception {
        CommitOutcome outcome = commitWhile(form, "DELETE FROM millrace.checkpoints", true);

        assertThat(outcome).isInstanceOf(Failed.class);
        assertThat(database.query("SELECT * FROM viewer_views")).containsExactly("ann|2");
        assertThat(database.query("SELECT * FROM millrace.checkpoints")).isEmpty();
    }

    @ParameterizedTest
    @EnumSource
    void whatTouchedItMeanwhileAndChangedNothingLetsItMove(Form form) throws Exception {
        CommitOutcome outcome = commitWhile(form, "UPDATE millrace.checkpoints SET source = source", true);

        assertThat(outcome).isInstanceOf(Committed.class);
        assertThat(database.query("SELECT * FROM viewer_views")).containsExactly("ann|3");
    }

    @ParameterizedTest
    @EnumSource
    void whatWasUndoneMeanwhileLetsItMove(Form form) throws Exception {
        CommitOutcome outcome =
                commitWhile(form, "UPDATE millrace.checkpoints SET flush_number = flush_number + 1", false);

        assertThat(outcome).isInstanceOf(Committed.class);
        assertThat(database.query("SELECT * FROM viewer_views")).containsExactly("ann|3");
    }

    /** Where it is merged, the second move does not ask for the time. */
    @ParameterizedTest
    @EnumSource
    void whenItMovedIsToldAsTheDatabaseHasIt(Form form) throws Exception {
        Projection projection = form.projection();
        PostgresBatchCommitter committer = store.committerFor(projection);
        committer.commit(views(projection, 1, "ann"));
        database.execute("SELECT pg_sleep(2)");

        Committed second = (Committed) committer.commit(views(projection, 2, "ann"));

        Instant told = second.checkpoint().movedAt().orElseThrow();
        Instant held =
                store.checkpoints().find("views").flatMap(Checkpoint::movedAt).orElseThrow();
        assertThat(Duration.between(held, told).abs()).isLessThan(Duration.ofSeconds(1));
    }

    /** Two flushes, and a third one that finds its checkpoint's row locked by somebody who does this. */
    private CommitOutcome commitWhile(Form form, String change, boolean commits) throws Exception {
        Projection projection = form.projection();
        PostgresBatchCommitter committer = store.committerFor(projection);
        assertThat(committer.commit(views(projection, 1, "ann"))).isInstanceOf(Committed.class);
        assertThat(committer.commit(views(projection, 2, "ann"))).isInstanceOf(Committed.class);
        try (Connection other = database.connect();
                Statement statement = other.createStatement()) {
            other.setAutoCommit(false);
            statement.execute(change);
            CompletableFuture<CommitOutcome> third =
                    CompletableFuture.supplyAsync(() -> committer.commit(views(projection, 3, "ann")));
            awaitWaiting(form);
            end(other, commits);
            return third.get(10, TimeUnit.SECONDS);
        }
    }

    private static void end(Connection transaction, boolean commits) throws SQLException {
        if (commits) {
            transaction.commit();
        } else {
            transaction.rollback();
        }
    }

    private void awaitWaiting(Form form) {
        Waiting.until(
                () -> !database.query("SELECT FROM pg_stat_activity WHERE wait_event_type = 'Lock' AND datname = '"
                                + database.name() + "' AND query LIKE '" + form.like + "'")
                        .isEmpty());
    }
}
