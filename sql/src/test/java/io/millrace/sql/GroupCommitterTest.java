package io.millrace.sql;

import static io.millrace.projections.ColumnType.BIGINT;
import static io.millrace.projections.ColumnType.TEXT;
import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import io.millrace.batching.Batch;
import io.millrace.batching.BatchCommitter;
import io.millrace.batching.ChangeSet;
import io.millrace.batching.CommitOutcome;
import io.millrace.batching.CommitOutcome.Committed;
import io.millrace.batching.CommitOutcome.Fenced;
import io.millrace.batching.CommitOutcome.Rejected;
import io.millrace.batching.CommitOutcome.Unavailable;
import io.millrace.batching.CommitOutcome.WentBack;
import io.millrace.batching.FlushReason;
import io.millrace.batching.SetAside;
import io.millrace.batching.Share;
import io.millrace.checkpoint.Checkpoint;
import io.millrace.checkpoint.Position;
import io.millrace.checkpoint.Writer;
import io.millrace.projections.Projection;
import io.millrace.projections.ReadModel;
import io.millrace.sql.PostgresStore.Standing;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.UUID;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** Several checkpoints in one flush: all of them move, or none, with PostgreSQL as the judge. */
class GroupCommitterTest {
    private static final int MEMBERS = 10;
    private static final String POSITIONS =
            "SELECT string_agg(DISTINCT coalesce(position, 'none'), ' ') FROM millrace.checkpoints";

    private final TestDatabase database = TestDatabase.create();
    private final WireProxy proxy = WireProxy.to(database.port());
    private final PostgresStore proxied = PostgresStore.open(database.settings(proxy.port()));
    private final PostgresStore store = PostgresStore.open(database.settings());
    private final List<Projection> projections = new ArrayList<>();
    private final List<Standing> members = new ArrayList<>();
    private long position;

    GroupCommitterTest() {
        for (int i = 0; i < MEMBERS; i++) {
            ReadModel table = ReadModel.table("views_" + i)
                    .key("viewer_id", TEXT)
                    .column("views", BIGINT)
                    .build();
            projections.add(Projection.named("views-" + i)
                    .into(table)
                    .on(
                            "Happened",
                            JsonNode.class,
                            (event, rows) -> rows.row("ann").increment("views", 1))
                    .build());
        }
        projections.forEach(projection -> members.add(store.ready(projection, 2)));
    }

    @AfterEach
    void close() {
        store.close();
        proxied.close();
        proxy.close();
    }

    private PostgresBatchCommitter committer() {
        return proxied.committerFor("all", members);
    }

    private Batch nextBatch() {
        return batchOf(++position);
    }

    /** An event that each member handles which has not read it yet. */
    private Batch batchOf(long to, int... viewsByFurtherMembers) {
        List<Share> shares = new ArrayList<>();
        for (Standing member : members) {
            boolean further = member.checkpoint().position().isPresent();
            int views = further && viewsByFurtherMembers.length > 0 ? viewsByFurtherMembers[0] : 1;
            if (views > 0) {
                ReadModel table = member.projection().readModels().get(0);
                Batch own = Fixtures.batch(
                        member.projection(),
                        to,
                        Fixtures.changes(table, rows -> rows.row("ann").increment("views", views)));
                shares.add(new Share(own, 1));
            }
        }
        return new Batch(
                "all",
                to,
                FlushReason.SIZE,
                new ChangeSet(List.of(), shares.size()),
                Position.inLog(to, to),
                Optional.empty(),
                List.of(Fixtures.event(to)),
                SetAside.NONE,
                shares);
    }

    private List<String> views() {
        return projections.stream()
                .flatMap(
                        projection -> database
                                .query("SELECT coalesce(sum(views), 0) FROM "
                                        + projection.readModels().get(0).table())
                                .stream())
                .distinct()
                .toList();
    }

    /** Their texts differ in nothing but whose checkpoint it is. */
    @Test
    void eachFlushOfOneMemberMovesItsOwnCheckpoint() throws SQLException {
        List<Checkpoint> standing =
                members.stream().limit(2).map(Standing::checkpoint).toList();
        Writer writer = new Writer(UUID.randomUUID(), "here", 1);
        try (ConnectionPool pool = ConnectionPool.open(database.settings())) {
            FlushSession session = PostgresFlushSession.open(pool, "both", standing, FlushTimeouts.DEFAULT, true);
            for (Checkpoint from : standing) {
                Batch batch = Fixtures.batch(from.projection(), 7, ChangeSet.NONE);
                session.flush(Flush.of(from, batch, new StatementPlan(List.of())), writer);
            }
        }

        assertThat(database.query("SELECT projection, position FROM millrace.checkpoints WHERE position IS NOT NULL"
                        + " ORDER BY projection"))
                .containsExactly("views-0|7/7", "views-1|7/7");
    }

    @Test
    void theFlushOfTenProjectionsIsOneRoundTrip() {
        BatchCommitter committer = committer();
        for (int i = 1; i <= 12; i++) {
            Batch batch = nextBatch();
            WireProxy.Counts before = proxy.counts();
            Committed committed = (Committed) committer.commit(batch);
            WireProxy.Counts counts = proxy.counts().minus(before);
            System.out.println("wire: a group of " + MEMBERS + ", flush " + i + ": " + counts);

            assertThat(counts.syncs()).isEqualTo(1);
            assertThat(counts.readyForQueries()).isEqualTo(1);
            assertThat(counts.simpleQueries()).isZero();
            assertThat(committed.roundTrips()).isEqualTo(1);
            assertThat(committed.statements()).isEqualTo(MEMBERS + 1);
        }
        assertThat(views()).containsExactly("12");
        assertThat(database.query(POSITIONS)).containsExactly("12/12");
    }

    @Test
    void eachCheckpointTellsOfItsOwnFlushes() {
        BatchCommitter committer = committer();
        committer.commit(nextBatch());
        committer.commit(nextBatch());

        FlushCounts counts = store.flushCounts("views-3", OptionalLong.empty()).get(0);
        assertThat(counts.flushes()).isEqualTo(2);
        assertThat(counts.shares()).isEqualByComparingTo("0.2");
        assertThat(counts.events()).isEqualTo(2);
        assertThat(counts.changes()).isEqualTo(2);
        assertThat(counts.rows()).isEqualTo(2);
        assertThat(counts.statements()).isEqualTo(4);
        Checkpoint checkpoint = store.checkpoints().find("views-3").orElseThrow();
        assertThat(checkpoint.flushNumber()).isEqualTo(2);
        assertThat(checkpoint.lastHandled().orElseThrow().position()).isEqualTo(Position.inLog(2, 2));
    }

    @Test
    void oneThatIsFencedFencesAll() {
        BatchCommitter committer = committer();
        committer.commit(nextBatch());
        database.execute("UPDATE millrace.checkpoints SET epoch = 3, flush_number = 0 WHERE projection = 'views-7'");

        assertThat(committer.commit(nextBatch()))
                .isInstanceOfSatisfying(
                        Fenced.class, fenced -> assertThat(fenced.message()).contains("projection views-7 is fenced"));
        assertThat(views()).containsExactly("1");
        assertThat(database.query(POSITIONS)).containsExactly("1/1");
    }

    @Test
    void anotherEpochOfOneFencesAllEvenWhereNothingElseHasChanged() {
        BatchCommitter committer = committer();
        committer.commit(nextBatch());
        database.execute("UPDATE millrace.checkpoints SET epoch = epoch + 1 WHERE projection = 'views-4'");

        assertThat(committer.commit(nextBatch())).isInstanceOf(Fenced.class);
        assertThat(views()).containsExactly("1");
        assertThat(database.query(POSITIONS)).containsExactly("1/1");
    }

    @Test
    void anyOneThatIsNotWhereItWasLeftFencesAll() {
        BatchCommitter committer = committer();
        committer.commit(nextBatch());
        Batch batch = nextBatch();
        for (int i = 0; i < MEMBERS; i++) {
            String one = " WHERE projection = 'views-" + i + "'";
            database.execute("UPDATE millrace.checkpoints SET flush_number = flush_number + 1" + one);

            assertThat(committer.commit(batch)).isInstanceOf(Fenced.class);

            database.execute("UPDATE millrace.checkpoints SET flush_number = flush_number - 1" + one);
            assertThat(database.query(POSITIONS)).containsExactly("1/1");
            assertThat(views()).containsExactly("1");
        }
        assertThat(committer.commit(batch)).isInstanceOf(Committed.class);
    }

    @Test
    void whatOneTableRefusesIsRefusedWhole() {
        database.execute("ALTER TABLE views_4 ADD CHECK (views < 2)");
        BatchCommitter committer = committer();
        committer.commit(nextBatch());

        assertThat(committer.commit(nextBatch())).isInstanceOf(Rejected.class);
        assertThat(views()).containsExactly("1");
        assertThat(database.query(POSITIONS)).containsExactly("1/1");
    }

    @Test
    void oneThatStandsFurtherOnWaitsForTheOthers() {
        try (BatchCommitter alone = store.committerFor("views-0", List.of(members.get(0)))) {
            alone.commit(Fixtures.batch(
                    projections.get(0),
                    2,
                    Fixtures.changes(
                            projections.get(0).readModels().get(0),
                            rows -> rows.row("ann").increment("views", 2))));
        }
        members.set(0, store.ready(projections.get(0), 2));
        BatchCommitter committer = committer();
        assertThat(committer.checkpoint().position()).isEmpty();

        committer.commit(batchOf(1, 0));
        assertThat(database.query("SELECT position FROM millrace.checkpoints ORDER BY projection"))
                .startsWith("2/2", "1/1", "1/1");
        committer.commit(batchOf(2, 0));
        committer.commit(batchOf(3));

        assertThat(database.query(POSITIONS)).containsExactly("3/3");
        assertThat(views()).containsExactly("3");
    }

    @Test
    void aLostAnswerIsFoundCommitted() {
        BatchCommitter committer = committer();
        committer.commit(nextBatch());
        Batch batch = nextBatch();
        proxy.failNextFlush(WireProxy.Fault.LOSE_ANSWER);

        CommitOutcome outcome = committer.commit(batch);
        assertThat(outcome).isInstanceOf(Unavailable.class);
        while (outcome instanceof Unavailable) {
            outcome = committer.commit(batch);
        }

        assertThat(outcome).isInstanceOf(Committed.class);
        assertThat(views()).containsExactly("2");
        assertThat(committer.commit(nextBatch())).isInstanceOf(Committed.class);
        assertThat(database.query(POSITIONS)).containsExactly("3/3");
    }

    @Test
    void lostCommitsAreToldOfAll() {
        BatchCommitter committer = committer();
        committer.commit(nextBatch());
        database.execute("CREATE TABLE backup AS TABLE millrace.checkpoints");
        committer.commit(nextBatch());
        database.execute("DELETE FROM millrace.checkpoints");
        database.execute("INSERT INTO millrace.checkpoints TABLE backup");

        assertThat(committer.look())
                .containsInstanceOf(WentBack.class)
                .map(back -> ((WentBack) back).checkpoint().position())
                .contains(Optional.of(Position.inLog(1, 1)));
    }

    @Test
    void aSuccessorOfAnyOneFindsTheSession() {
        BatchCommitter committer = committer();
        committer.commit(nextBatch());
        for (Projection projection : projections) {
            assertThat(store.isBeingWritten(projection.name())).isTrue();
        }
        committer.close();
        assertThat(store.isBeingWritten("views-0")).isFalse();
    }
}
