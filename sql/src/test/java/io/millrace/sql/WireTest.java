package io.millrace.sql;

import static io.millrace.projections.ColumnType.BIGINT;
import static io.millrace.projections.ColumnType.BOOLEAN;
import static io.millrace.projections.ColumnType.DATE;
import static io.millrace.projections.ColumnType.DOUBLE;
import static io.millrace.projections.ColumnType.INTEGER;
import static io.millrace.projections.ColumnType.JSONB;
import static io.millrace.projections.ColumnType.NUMERIC;
import static io.millrace.projections.ColumnType.TEXT;
import static io.millrace.projections.ColumnType.TIMESTAMPTZ;
import static io.millrace.projections.ColumnType.UUID;
import static io.millrace.sql.Fixtures.VIEWS;
import static io.millrace.sql.Fixtures.batch;
import static io.millrace.sql.Fixtures.changes;
import static io.millrace.sql.Fixtures.views;
import static org.assertj.core.api.Assertions.assertThat;

import io.millrace.batching.Batch;
import io.millrace.batching.ChangeSet;
import io.millrace.batching.CommitOutcome.Committed;
import io.millrace.batching.CommitOutcome.Fenced;
import io.millrace.projections.Projection;
import io.millrace.projections.ReadModel;
import io.millrace.projections.ReadModelBuilder;
import io.millrace.projections.Row;
import io.millrace.projections.Rows;
import java.math.BigDecimal;
import java.time.Instant;
import java.time.LocalDate;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Consumer;
import java.util.function.Supplier;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** Counts round trips where they happen: on the wire between driver and server, not in our own code. */
class WireTest {
    private static final int FLUSHES = 12; // the driver prepares on the server from the fifth execution on
    private static final ReadModel ALL_TYPES = ReadModel.table("all_types")
            .key("id", TEXT)
            .key("day", DATE)
            .column("text", TEXT)
            .column("big", BIGINT)
            .column("small", INTEGER)
            .column("exact", NUMERIC)
            .column("rough", DOUBLE)
            .column("yes", BOOLEAN)
            .column("at", TIMESTAMPTZ)
            .column("on", DATE)
            .column("uuid", UUID)
            .column("doc", JSONB)
            .column("ten", BIGINT)
            .notNull()
            .defaultValue(10)
            .build();
    private static final ReadModel WIDE = wide();

    private final TestDatabase database = TestDatabase.create();
    private final WireProxy proxy = WireProxy.to(database.port());
    private final PostgresStore store = PostgresStore.open(database.settings(proxy.port()));
    private long position;

    @AfterEach
    void close() {
        store.close();
        proxy.close();
    }

    @Test
    void aBatchIsOneRoundTrip() {
        Projection projection = Fixtures.projection("views", VIEWS);
        PostgresBatchCommitter committer = store.committerFor(projection);

        expectOneRoundTripEach("views", committer, () -> views(projection, ++position, "ann", "bob", "cem"));
    }

    @Test
    void aBatchOfEveryTypeAndFormIsOneRoundTrip() {
        Projection projection = Fixtures.projection("types", ALL_TYPES);
        PostgresBatchCommitter committer = store.committerFor(projection);

        expectOneRoundTripEach(
                "every type, joined and plain, with a delete and a check",
                committer,
                () -> batch(projection, ++position, changes(ALL_TYPES, WireTest::everything)));
    }

    @Test
    void liveEventsTwoSecondsApartAreOneRoundTripEach() throws InterruptedException {
        Projection projection = Fixtures.projection("live", VIEWS);
        PostgresBatchCommitter committer = store.committerFor(projection);
        committer.commit(views(projection, ++position, "ann"));

        for (int i = 0; i < 3; i++) {
            Thread.sleep(2_000); // the case itself: a connection that idles between two flushes
            WireProxy.Counts counts = countsOf(committer, views(projection, ++position, "ann"), Committed.class);
            print("live event after 2 s", counts);
            assertThat(counts.syncs()).isEqualTo(1);
            assertThat(counts.readyForQueries()).isEqualTo(1);
            assertThat(counts.simpleQueries()).isZero();
        }
    }

    @Test
    void aThousandShapesAreOneRoundTrip() {
        Projection projection = Fixtures.projection("shapes", WIDE);
        PostgresBatchCommitter committer = store.committerFor(projection);

        expectOneRoundTripEach("1,000 shapes", committer, () -> batch(projection, ++position, aThousandShapes()));
        assertThat(database.query("SELECT count(*) FROM wide")).containsExactly("1000");
    }

    @Test
    void aThousandStatementsOfTheUsersSayTruthfullyHowManyRoundTripsTheyAre() {
        Projection projection =
                Fixtures.described("raw", VIEWS).alsoWrites("log").build();
        database.execute("CREATE TABLE log (line text)");
        PostgresBatchCommitter committer = store.committerFor(projection);

        for (int i = 0; i < FLUSHES; i++) {
            Batch batch = batch(projection, ++position, changes(VIEWS, WireTest::aThousandStatements));
            WireProxy.Counts before = proxy.counts();
            Committed committed = (Committed) committer.commit(batch);
            WireProxy.Counts counts = proxy.counts().minus(before);
            if (i % 6 == 0) {
                print("1,000 raw statements", counts);
            }
            assertThat(committed.statements()).isEqualTo(1_001);
            assertThat(counts.syncs()).isEqualTo(committed.roundTrips());
            assertThat(counts.readyForQueries()).isEqualTo(committed.roundTrips());
        }
    }

    @Test
    void rawSqlWithNullsAndUnboundedResultsIsOneRoundTrip() {
        Projection projection =
                Fixtures.described("raw", VIEWS).alsoWrites("log").build();
        database.execute("CREATE TABLE log (line text, at timestamptz)");
        PostgresBatchCommitter committer = store.committerFor(projection);

        expectOneRoundTripEach(
                "raw SQL",
                committer,
                () -> batch(projection, ++position, changes(VIEWS, rows -> {
                    rows.execute("INSERT INTO log VALUES (?, ?) RETURNING line -- done", null, Instant.EPOCH);
                    rows.row("ann").increment("views", 1);
                    rows.execute("SELECT repeat(line, ?) FROM log;", 3);
                })));
    }

    @Test
    void aFencedBatchOfAThousandShapesIsRolledBackWhole() {
        expectFencedWhole("1,000 shapes", Fixtures.projection("shapes", WIDE), WIDE, aThousandShapes());
    }

    @Test
    void aFencedBatchOfAThousandStatementsIsRolledBackWhole() {
        database.execute("CREATE TABLE log (line text)");
        Projection projection =
                Fixtures.described("raw", VIEWS).alsoWrites("log").build();

        expectFencedWhole(
                "1,000 raw statements",
                projection,
                VIEWS,
                changes(
                        List.of(VIEWS),
                        List.of(
                                WireTest::aThousandStatements,
                                rows -> rows.row("x").increment("views", 1))));
        assertThat(database.query("SELECT count(*) FROM log")).containsExactly("0");
    }

    @Test
    void aFencedBatchOfEveryTypeIsRolledBackWhole() {
        expectFencedWhole(
                "every type",
                Fixtures.projection("types", ALL_TYPES),
                ALL_TYPES,
                changes(ALL_TYPES, WireTest::everything));
    }

    /** Fences at the first flush, and again when all statements are prepared on the server. */
    private void expectFencedWhole(String what, Projection projection, ReadModel table, ChangeSet changes) {
        for (int flushesBefore : new int[] {0, 7}) {
            PostgresBatchCommitter fenced = store.committerFor(projection);
            for (int i = 0; i < flushesBefore; i++) {
                assertThat(fenced.commit(batch(projection, ++position, changes)))
                        .isInstanceOf(Committed.class);
            }
            String rows = "SELECT * FROM public." + table.table() + " ORDER BY 1";
            try (PostgresBatchCommitter other = store.committerFor(projection)) {
                other.commit(batch(projection, ++position, new ChangeSet(List.of(), 0)));
            }
            database.execute("DELETE FROM " + table.table());
            if (!projection.alsoWrites().isEmpty()) {
                database.execute("DELETE FROM log");
            }

            WireProxy.Counts counts = countsOf(fenced, batch(projection, ++position, changes), Fenced.class);

            print(
                    what + ", fenced after " + flushesBefore + " flushes (with ROLLBACK and a look at the holder)",
                    counts);
            assertThat(database.query(rows)).isEmpty();
            fenced.close();
        }
    }

    private void expectOneRoundTripEach(String what, PostgresBatchCommitter committer, Supplier<Batch> batches) {
        for (int i = 1; i <= FLUSHES; i++) {
            Batch batch = batches.get();
            WireProxy.Counts before = proxy.counts();
            Committed committed = (Committed) committer.commit(batch);
            WireProxy.Counts counts = proxy.counts().minus(before);
            if (i == 1 || i == 6 || i == FLUSHES) {
                print(what + ", flush " + i, counts);
            }
            assertThat(counts.syncs()).as("Syncs of flush %s", i).isEqualTo(1);
            assertThat(counts.readyForQueries())
                    .as("ReadyForQueries of flush %s", i)
                    .isEqualTo(1);
            assertThat(counts.simpleQueries()).isZero();
            assertThat(committed.roundTrips()).isEqualTo(1);
        }
    }

    private WireProxy.Counts countsOf(PostgresBatchCommitter committer, Batch batch, Class<?> outcome) {
        WireProxy.Counts before = proxy.counts();
        assertThat(committer.commit(batch)).isInstanceOf(outcome);
        return proxy.counts().minus(before);
    }

    private static void print(String what, WireProxy.Counts counts) {
        System.out.println("wire: " + what + ": " + counts);
    }

    private static void everything(Rows rows) {
        Row assigned = rows.row("assigned", LocalDate.EPOCH);
        assigned.set("text", "t")
                .set("big", 1L)
                .set("small", 1)
                .set("exact", BigDecimal.ONE)
                .set("rough", 1.5);
        assigned.set("yes", true).set("at", Instant.EPOCH).set("on", LocalDate.EPOCH);
        assigned.set("uuid", new java.util.UUID(0, 1)).set("doc", "{}").set("ten", 1);
        rows.row("plain", LocalDate.EPOCH)
                .increment("big", 1)
                .max("at", Instant.EPOCH)
                .setIfAbsent("text", "x");
        rows.row("joined", LocalDate.EPOCH)
                .increment("ten", 1)
                .merge("doc", "{\"a\":1}")
                .min("text", "a");
        rows.row("deleted", LocalDate.EPOCH).delete();
        rows.row("checked", LocalDate.EPOCH).increment("big", 1).set("big", 5);
    }

    private static void aThousandStatements(Rows rows) {
        for (int i = 0; i < 1_000; i++) {
            rows.execute("INSERT INTO log VALUES (?)", "line " + i);
        }
    }

    private static ReadModel wide() {
        ReadModelBuilder table = ReadModel.table("wide").key("id", BIGINT);
        for (int i = 0; i < 10; i++) {
            table.column("c" + i, BIGINT);
        }
        return table.build();
    }

    /** Each row changes another selection of the ten columns: bit by bit, its own number. */
    private static ChangeSet aThousandShapes() {
        List<Consumer<Rows>> events = new ArrayList<>();
        for (int shape = 1; shape <= 1_000; shape++) {
            int bits = shape;
            events.add(rows -> {
                Row row = rows.row(bits);
                for (int column = 0; column < 10; column++) {
                    if ((bits & (1 << column)) != 0) {
                        row.increment("c" + column, 1);
                    }
                }
            });
        }
        return changes(List.of(WIDE), events);
    }
}
