package io.millrace.sql;

import static io.millrace.sql.Fixtures.VIEWS;
import static io.millrace.sql.Fixtures.views;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import io.millrace.batching.Batch;
import io.millrace.batching.CommitOutcome;
import io.millrace.batching.CommitOutcome.Committed;
import io.millrace.batching.CommitOutcome.Fenced;
import io.millrace.batching.CommitOutcome.Unavailable;
import io.millrace.checkpoint.lease.Bid;
import io.millrace.checkpoint.lease.Instance;
import io.millrace.checkpoint.lease.LeaseStore;
import io.millrace.projections.Projection;
import io.millrace.sql.WireProxy.Fault;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.Statement;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.condition.EnabledIf;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedClass;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;

/** The same through PgBouncer, which lends a server session for one transaction at a time. */
@EnabledIf("io.millrace.sql.PgBouncer#isThere")
@ParameterizedClass
@MethodSource("io.millrace.sql.PgBouncer#supportOfPreparedStatements")
class PoolerTest {
    private static final Projection PROJECTION = Fixtures.projection("views-per-viewer", VIEWS);
    private static final String NAME = PROJECTION.name();

    private final TestDatabase database = TestDatabase.create();
    private final String preparedStatements;

    @TempDir
    @SuppressWarnings("NullAway.Init")
    private Path folder;

    @SuppressWarnings("NullAway.Init")
    private PgBouncer bouncer;

    @SuppressWarnings("NullAway.Init")
    private WireProxy proxy;

    @SuppressWarnings("NullAway.Init")
    private PostgresStore store;

    PoolerTest(String preparedStatements) {
        this.preparedStatements = preparedStatements;
    }

    @BeforeEach
    void start() {
        bouncer = PgBouncer.before(database.port(), folder, "transaction", preparedStatements);
        proxy = WireProxy.to(bouncer.port());
        store = PostgresStore.open(database.settings(proxy.port()));
    }

    @AfterEach
    void close() {
        store.close();
        proxy.close();
        bouncer.close();
    }

    private void expectRows(String... rows) {
        assertThat(database.query("SELECT * FROM viewer_views ORDER BY 1")).containsExactly(rows);
    }

    @Test
    void flushesInOneRoundTripAndLeavesNothingBehindInTheSession() {
        PostgresBatchCommitter committer = store.committerFor(PROJECTION, 1);
        for (int i = 1; i <= 8; i++) { // from the sixth on the driver would use a prepared statement
            WireProxy.Counts before = proxy.counts();
            assertThat(committer.commit(views(PROJECTION, i, "ann", "bob"))).isInstanceOf(Committed.class);
            assertThat(proxy.counts().minus(before).syncs()).isEqualTo(1);
        }
        expectRows("ann|8", "bob|8");
        assertThat(database.query("SELECT DISTINCT application_name FROM pg_stat_activity WHERE datname ="
                        + " current_database() AND application_name LIKE 'millrace 1 %'"))
                .isEmpty();
        assertThat(database.query("SELECT count(*) FROM pg_locks WHERE locktype = 'advisory' AND database ="
                        + " (SELECT oid FROM pg_database WHERE datname = current_database())"))
                .containsExactly("0");
    }

    @Test
    void whoComesNextFindsNothingLeftBehindInTheSession() {
        store.committerFor(PROJECTION, 1).commit(views(PROJECTION, 1, "ann"));
        store.close();
        store = PostgresStore.open(database.settings(proxy.port()));

        assertThat(store.committerFor(PROJECTION, 2).commit(views(PROJECTION, 2, "ann")))
                .isInstanceOf(Committed.class);
        expectRows("ann|2");
    }

    @Test
    void aLostAnswerIsFoundOut() {
        PostgresBatchCommitter committer = store.committerFor(PROJECTION, 1);
        committer.commit(views(PROJECTION, 1, "ann"));
        Batch batch = views(PROJECTION, 2, "ann");
        proxy.failNextFlush(Fault.LOSE_ANSWER);
        assertThat(committer.commit(batch)).isInstanceOf(Unavailable.class);

        assertThat(committer.commit(batch)).isInstanceOf(Committed.class);
        expectRows("ann|2");
    }

    @Test
    void theProcessThatHoldsHalfOfABatchIsFoundByItsLockAndEnded() {
        PostgresBatchCommitter committer = store.committerFor(PROJECTION, 1);
        committer.commit(views(PROJECTION, 1, "ann"));
        Batch batch = views(PROJECTION, 2, "ann");
        proxy.failNextFlush(Fault.LEAVE_HALF);
        assertThat(committer.commit(batch)).isInstanceOf(Unavailable.class);

        assertThat(committer.commit(batch)).isInstanceOf(Committed.class);
        expectRows("ann|2");
    }

    @Test
    void theFirstAttemptThatStillWaitsForALockIsEnded() throws Exception {
        PostgresBatchCommitter committer = store.committerFor(PROJECTION, 1);
        committer.commit(views(PROJECTION, 1, "ann"));
        Batch batch = views(PROJECTION, 2, "ann");
        try (Connection other = database.connect();
                Statement statement = other.createStatement()) {
            other.setAutoCommit(false);
            statement.execute("SELECT * FROM viewer_views FOR UPDATE");
            CompletableFuture<CommitOutcome> first = CompletableFuture.supplyAsync(() -> committer.commit(batch));
            Waiting.until(() -> waiting().size() == 1);
            List<String> lost = waiting();
            proxy.cutClients();
            assertThat(first.get()).isInstanceOf(Unavailable.class);

            CompletableFuture<CommitOutcome> again = CompletableFuture.supplyAsync(() -> committer.commit(batch));
            Waiting.until(() -> !lost.containsAll(waiting()));

            assertThat(waiting()).as("what waits when it is sent again").doesNotContainAnyElementsOf(lost);
            other.rollback();
            assertThat(again.get()).isInstanceOf(Committed.class);
        }
        expectRows("ann|2");
    }

    /** What waits for a lock: which transaction of which process, as PgBouncer may lend the same one again. */
    private List<String> waiting() {
        return database.query("SELECT pid || ' since ' || xact_start FROM pg_stat_activity WHERE wait_event_type ="
                + " 'Lock' AND datname = current_database()");
    }

    @Test
    void aSuccessorEndsWhatAnOlderEpochLeftAndFencesIt() {
        PostgresBatchCommitter old = store.committerFor(PROJECTION, 1);
        old.commit(views(PROJECTION, 1, "ann"));
        proxy.failNextFlush(Fault.LEAVE_HALF);
        old.commit(views(PROJECTION, 2, "ann"));

        PostgresBatchCommitter next = store.committerFor(PROJECTION, 2);

        assertThat(next.commit(views(PROJECTION, 2, "ann"))).isInstanceOf(Committed.class);
        assertThat(old.commit(views(PROJECTION, 2, "ann"))).isInstanceOf(Fenced.class);
        expectRows("ann|2");
    }

    @Test
    void leasesAreTakenAndRenewed() {
        store.prepareLeases(List.of(PROJECTION));
        Instance self = PostgresStore.thisInstance();
        try (LeaseStore leases = store.leases()) {
            assertThat(leases.take(self, NAME, Duration.ofSeconds(4))).hasValue(1);
            for (int i = 0; i < 8; i++) {
                assertThat(leases.renew(new LeaseStore.Beat(
                                        self, Bid.SHARE, Map.of(NAME, 1L), Set.of(), Set.of(), Duration.ofSeconds(4)))
                                .of(NAME)
                                .holder())
                        .contains(self);
            }
        }
        assertThat(store.requireConnections(2)).startsWith("5 (2 projections").contains("default_pool_size");
    }

    /** Two projections need five; what a lock is waited for is shortened to 2 s, and a pooler with it. */
    private StartRefusedException refusal(String poolMode, String setting) {
        try (PgBouncer small = PgBouncer.before(database.port(), folder, poolMode, preparedStatements, setting);
                PostgresStore through = PostgresStore.open(PostgresSettings.of(
                        database.url(small.port()) + "&socketTimeout=12", "postgres", "postgres", "public"))) {
            StartRefusedException refusal =
                    catchThrowableOfType(StartRefusedException.class, () -> through.requireConnections(2));
            assertThat(refusal).isNotNull();
            assertThat(refusal.reason()).isEqualTo(StartRefusedException.Reason.TOO_FEW_CONNECTIONS);
            assertThat(refusal).hasMessageStartingWith("expected to be allowed 5 (2 projections + ");
            return refusal;
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {"transaction", "session"})
    void aPoolThatIsTooSmallIsRefusedWithTheSettingToChange(String poolMode) {
        assertThat(refusal(poolMode, "default_pool_size = 4"))
                .hasMessageContaining("lends 4 server sessions at once and no other within 2 s")
                .hasMessageContaining("default_pool_size");
    }

    @Test
    void tooFewClientsAreRefusedWithTheSettingToChange() {
        assertThat(refusal("transaction", "max_client_conn = 4"))
                .hasMessageContaining("lends 4 server sessions at once, then refuses: ")
                .hasMessageContaining("max_client_conn");
    }

    @ParameterizedTest
    @ValueSource(strings = {"transaction", "session"})
    void aPoolThatIsJustLargeEnoughIsTakenAlsoByTwoWhoAskAtOnce(String poolMode) throws Exception {
        // Over sessions that are theirs for as long as they are connected, two programs need twice as many.
        int size = poolMode.equals("session") ? 2 * 5 : 5;
        try (PgBouncer just = PgBouncer.before(
                        database.port(), folder, poolMode, preparedStatements, "default_pool_size = " + size);
                PostgresStore one = PostgresStore.open(database.settings(just.port()));
                PostgresStore other = PostgresStore.open(database.settings(just.port()))) {
            for (int i = 0; i < 5; i++) {
                CompletableFuture<String> asked = CompletableFuture.supplyAsync(() -> one.requireConnections(2));
                assertThat(other.requireConnections(2)).startsWith("5 (2 projections");
                assertThat(asked.get()).startsWith("5 (2 projections");
            }
        }
    }

    /** PgBouncer refuses what a driver says at its start and it does not know. */
    @Test
    void whatADriverSaysAtItsStartIsRefusedWithTheSettingToChange() {
        try (PgBouncer strict = PgBouncer.before(database.port(), folder, "transaction", preparedStatements)) {
            String url = database.url(strict.port()) + "&options=-c%20geqo=off";
            assertThatThrownBy(() -> PostgresStore.open(PostgresSettings.of(url, "postgres", "postgres", "public")))
                    .isInstanceOf(PostgresException.class)
                    .hasMessageContaining("unsupported startup parameter")
                    .hasMessageContaining("With PgBouncer, name it in ignore_startup_parameters");
        }
        try (PgBouncer told = PgBouncer.before(
                database.port(), folder, "transaction", preparedStatements, "ignore_startup_parameters = options")) {
            String url = database.url(told.port()) + "&options=-c%20geqo=off";
            try (PostgresStore through =
                    PostgresStore.open(PostgresSettings.of(url, "postgres", "postgres", "public"))) {
                assertThat(through.checkpoints().all()).isEmpty();
            }
        }
    }

    @Test
    void sessionPoolingWorksToo() {
        try (PgBouncer session = PgBouncer.before(database.port(), folder, "session", preparedStatements);
                PostgresStore through = PostgresStore.open(database.settings(session.port()))) {
            assertThat(through.committerFor(PROJECTION, 1).commit(views(PROJECTION, 1, "ann")))
                    .isInstanceOf(Committed.class);
        }
    }

    @Test
    void statementPoolingIsRefusedWithTheSettingToChange() {
        try (PgBouncer statement = PgBouncer.before(database.port(), folder, "statement", preparedStatements)) {
            assertThatThrownBy(() -> PostgresStore.open(database.settings(statement.port())))
                    .isInstanceOf(PostgresException.class)
                    .hasMessageContaining("set pool_mode = transaction");
        }
    }
}
