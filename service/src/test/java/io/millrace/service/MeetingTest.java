package io.millrace.service;

import static io.millrace.projections.ColumnType.BIGINT;
import static io.millrace.projections.ColumnType.TEXT;
import static org.assertj.core.api.Assertions.assertThat;

import io.millrace.batching.FlushPolicy;
import io.millrace.batching.PoisonPolicy;
import io.millrace.batching.ProjectorListener;
import io.millrace.batching.ProjectorOptions;
import io.millrace.batching.ProjectorState;
import io.millrace.projections.Effect;
import io.millrace.projections.EventEnvelope;
import io.millrace.projections.Projection;
import io.millrace.projections.ReadModel;
import io.millrace.projections.Source;
import io.millrace.service.TestProjections.Paid;
import io.millrace.service.configuration.Configuration;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicLong;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Projections that come together and part, without leases: what each of them is told is what the test tells it. */
class MeetingTest {
    /** What is folded live waits, until something else than time flushes it. */
    private static final ProjectorOptions PATIENT = ProjectorOptions.DEFAULT.withFlushPolicy(
            FlushPolicy.DEFAULT.withLiveWithin(Duration.ofMinutes(10)).withMaxAge(Duration.ofMinutes(10)));

    @TempDir
    @SuppressWarnings("NullAway.Init")
    private Path folder;

    @SuppressWarnings("NullAway.Init")
    private TestServers servers;

    @SuppressWarnings("NullAway.Init")
    private Servers connected;

    @SuppressWarnings("NullAway.Init")
    private Grouping grouping;

    private final Map<String, AtomicLong> heard = new ConcurrentHashMap<>();

    @BeforeEach
    void start() {
        servers = new TestServers();
        String socketTimeout = "sslmode=disable&socketTimeout=12"; // a lock is waited for for 2 s
        connected = new Servers(Configuration.read(Path.of(TestServers.write(
                folder,
                "eventstore: " + servers.eventStore.connectionString() + "\npostgres: {url: '" + servers.url() + "?"
                        + socketTimeout + "', user: " + servers.user()
                        + "}\nprojections: {shared-0: }\n"))));
        grouping = new Grouping(connected, true);
    }

    @AfterEach
    void stop() {
        grouping.close();
        connected.close();
        servers.close();
    }

    private static Projection projection(String name) {
        ReadModel totals = ReadModel.table(name)
                .key("account", TEXT)
                .column("total", BIGINT)
                .build();
        return Projection.named(name)
                .fromStreamsStartingWith("account-")
                .into(totals)
                .on("Paid", Paid.class, (paid, rows) -> {
                    if (paid.note().equals(name + " fails")) {
                        throw new IllegalStateException("expected another note");
                    }
                    rows.row(paid.account()).increment("total", paid.amount());
                })
                .build();
    }

    private Membership member(Projection projection, long epoch, ProjectorOptions options) {
        AtomicLong itsHeard = heard.computeIfAbsent(projection.name(), name -> new AtomicLong());
        ProjectorListener count = new ProjectorListener() {
            @Override
            public void received(int events, long bytes) {
                itsHeard.addAndGet(events);
            }
        };
        return new Membership(
                grouping,
                connected.postgres().ready(projection, epoch),
                options,
                new BlockerWatch(connected.postgres(), projection.name(), epoch),
                List.of(count));
    }

    private Membership member(String name, ProjectorOptions options) {
        return member(projection(name), 1, options);
    }

    private static void awaitLive(Membership... members) {
        for (Membership member : members) {
            TestProgram.await(
                    () -> member.state() instanceof ProjectorState.Live, () -> member.name() + ": " + member.state());
        }
    }

    private static void awaitEnd(Membership member, Class<? extends ProjectorState.Ended> as) {
        TestProgram.await(
                () -> member.state() instanceof ProjectorState.Ended, () -> member.name() + ": " + member.state());
        assertThat(member.state()).isInstanceOf(as);
    }

    private void awaitHeard(Membership member, long events) {
        AtomicLong its = Objects.requireNonNull(heard.get(member.name()));
        TestProgram.await(() -> its.get() >= events, () -> member.name() + " has heard " + its);
    }

    private void pay(String note) {
        servers.append("account-a", "Paid", "{\"account\":\"a\",\"amount\":1,\"note\":\"" + note + "\"}");
    }

    private String total(String table) {
        return ask("SELECT coalesce(sum(total), 0) FROM " + table);
    }

    private String ask(String sql) {
        try {
            return servers.query(sql).get(0);
        } catch (SQLException e) {
            throw new AssertionError(sql, e);
        }
    }

    private void awaitTotal(String table, String total) {
        TestProgram.await(() -> total(table).equals(total), () -> table + ": " + total(table));
    }

    private void awaitAnswer(String answer, String sql) {
        TestProgram.await(() -> ask(sql).equals(answer), () -> "expected " + answer + ": " + ask(sql));
    }

    private Connection locked(String table) throws SQLException {
        Connection connection = servers.connect();
        connection.setAutoCommit(false);
        try (Statement statement = connection.createStatement()) {
            statement.execute("LOCK TABLE " + table + " IN ACCESS EXCLUSIVE MODE");
        }
        return connection;
    }

    @Test
    void whatIsParkedOnTheWayToAMeetingIsFollowedAfterIt() {
        Membership anna = member("anna", PATIENT.withPoison(PoisonPolicy.PARK));
        anna.start();
        awaitLive(anna);
        pay("anna fails");
        awaitHeard(anna, 1);
        Membership bert = member("bert", PATIENT);

        bert.start(); // both are live now, and the event that anna has put aside is not committed
        awaitAnswer("1", "SELECT count(*) FROM millrace.parked_events");
        pay("follows");
        awaitHeard(anna, 2);
        awaitHeard(bert, 2);
        List.of(anna, bert).forEach(member -> member.beginToStop(Duration.ofSeconds(10)));
        awaitEnd(anna, ProjectorState.Stopped.class);
        awaitEnd(bert, ProjectorState.Stopped.class);

        assertThat(ask("SELECT count(*) FROM millrace.parked_events")).isEqualTo("2");
        assertThat(total("anna")).isEqualTo("0");
        assertThat(total("bert")).isEqualTo("2");
    }

    @Test
    void oneWhoseTableIsLockedWaitsAloneUntilItIsNot() throws SQLException {
        List<Membership> members = List.of(
                member("anna", ProjectorOptions.DEFAULT),
                member("bert", ProjectorOptions.DEFAULT),
                member("cora", ProjectorOptions.DEFAULT));
        members.forEach(Membership::start);
        awaitLive(members.toArray(new Membership[0]));

        try (Connection lock = locked("bert")) {
            pay("one");
            awaitTotal("anna", "1");
            awaitTotal("cora", "1");
            pay("two"); // of those that are past it, together or not
            awaitTotal("anna", "2");
            awaitTotal("cora", "2");
            awaitAnswer("1", "SELECT count(DISTINCT writer_id) FROM millrace.checkpoints WHERE projection <> 'bert'");
            lock.rollback();
        }

        awaitTotal("bert", "2");
        TestProgram.await(
                () -> {
                    pay("more");
                    return ask("SELECT count(DISTINCT writer_id) FROM millrace.checkpoints")
                            .equals("1");
                },
                () -> ask("SELECT count(DISTINCT writer_id) FROM millrace.checkpoints"));
    }

    /** For what cannot be caught where it is thrown: a class that is not there, a thread that cannot be made. */
    private static final class Broken implements Projection {
        private final Projection whole;
        volatile boolean broken;

        Broken(Projection whole) {
            this.whole = whole;
        }

        @Override
        public String name() {
            return whole.name();
        }

        @Override
        public Source source() {
            return whole.source();
        }

        @Override
        public Set<String> eventTypes() {
            if (broken) {
                throw new NoClassDefFoundError("broken");
            }
            return whole.eventTypes();
        }

        @Override
        public List<ReadModel> readModels() {
            return whole.readModels();
        }

        @Override
        public List<String> alsoWrites() {
            return whole.alsoWrites();
        }

        @Override
        public List<Effect> effectsOf(EventEnvelope event) {
            return whole.effectsOf(event);
        }
    }

    @Test
    void thoseThatCannotBeginEndSoAndTheOthersBegin() {
        Broken broken = new Broken(projection("anna"));
        Membership anna = member(broken, 1, ProjectorOptions.DEFAULT);
        Membership bert = member("bert", ProjectorOptions.DEFAULT);
        Membership cora = member("cora", PATIENT); // of another kind: by itself
        broken.broken = true;

        List.of(anna, bert, cora).forEach(Membership::start);

        awaitEnd(anna, ProjectorState.Failed.class);
        awaitEnd(bert, ProjectorState.Failed.class);
        awaitLive(cora);
        assertThat(connected.postgres().isBeingWritten("anna")).isFalse();
        assertThat(connected.postgres().isBeingWritten("cora")).isTrue();
    }

    @Test
    void whoseBatchIsUnderWayAtTheEndGoesOnUnderAnotherEpoch() throws SQLException {
        Membership anna = member("anna", PATIENT);
        Membership bert = member("bert", PATIENT);
        List.of(anna, bert).forEach(Membership::start);
        awaitLive(anna, bert);
        pay("one");
        awaitHeard(anna, 1);

        try (Connection lock = locked("bert")) {
            anna.beginToStop(Duration.ofMillis(300));
            awaitEnd(anna, ProjectorState.Stopped.class);
            awaitEnd(bert, ProjectorState.Fenced.class);
            Membership again = member(projection("anna"), 2, ProjectorOptions.DEFAULT);
            again.start();
            awaitTotal("anna", "1");
            lock.rollback();
        }

        Membership next = member(projection("bert"), 2, ProjectorOptions.DEFAULT);
        next.start();
        awaitTotal("bert", "1");
        assertThat(total("anna")).isEqualTo("1");
    }

    @Test
    void nothingIsFlushedAnyMoreUnderALeaseThatIsLost() {
        Membership anna = member("anna", PATIENT);
        Membership bert = member("bert", PATIENT);
        List.of(anna, bert).forEach(Membership::start);
        awaitLive(anna, bert);
        pay("one");
        awaitHeard(anna, 1);

        anna.fence("its lease is lost; what was folded is dropped");
        awaitEnd(anna, ProjectorState.Fenced.class);
        awaitTotal("bert", "1"); // once it has read it again, by itself

        assertThat(total("anna")).isEqualTo("0");
    }
}
