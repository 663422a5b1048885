package io.millrace.it;

import static io.millrace.projections.ColumnType.BIGINT;
import static io.millrace.projections.ColumnType.DOUBLE;
import static io.millrace.projections.ColumnType.INTEGER;
import static io.millrace.projections.ColumnType.JSONB;
import static io.millrace.projections.ColumnType.NUMERIC;
import static io.millrace.projections.ColumnType.TEXT;
import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import io.millrace.batching.ParkedEvent;
import io.millrace.batching.PoisonPolicy;
import io.millrace.batching.PoisonPolicy.OnPoison;
import io.millrace.batching.ProjectorOptions;
import io.millrace.batching.ProjectorOptions.Until;
import io.millrace.batching.ProjectorRunner;
import io.millrace.batching.ProjectorState;
import io.millrace.batching.ProjectorState.Failed;
import io.millrace.batching.ProjectorState.Stopped;
import io.millrace.eventstore.EventStoreConnection;
import io.millrace.eventstore.ExpectedRevision;
import io.millrace.eventstore.NewEvent;
import io.millrace.projections.Projection;
import io.millrace.projections.ReadModel;
import io.millrace.sql.PostgresBatchCommitter;
import io.millrace.sql.PostgresSettings;
import io.millrace.sql.PostgresStore;
import java.math.BigDecimal;
import java.nio.charset.StandardCharsets;
import java.sql.Connection;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.UUID;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/**
 * What cannot be handled, through the whole path: appended to an event store, subscribed to, decoded, folded, written to
 * PostgreSQL; as a user of the library runs it. Under each policy.
 */
final class PoisonInputsIT {
    private static final String GOOD = "{\"key\":\"a\",\"small\":1,\"big\":1,\"exact\":1}";
    private static final String OTHER = "{\"key\":\"b\",\"big\":1,\"words\":\"first\"}";

    record Input(
            String key,
            Optional<Integer> small,
            Optional<Long> big,
            Optional<BigDecimal> exact,
            Optional<BigDecimal> rounded,
            Optional<String> words,
            Optional<JsonNode> document) {}

    @SuppressWarnings("NullAway.Init")
    private static EventStoreConnection events;

    @SuppressWarnings("NullAway.Init")
    private static PostgresStore store;

    private static int runs;

    @BeforeAll
    static void connect() throws SQLException {
        Servers.Postgres postgres = Servers.postgres();
        events = EventStoreConnection.open(Servers.eventStore().connectionString());
        store = PostgresStore.open(
                PostgresSettings.of(postgres.url(), postgres.user(), postgres.password(), Servers.unique("poison")));
    }

    @AfterAll
    static void disconnect() {
        store.close();
        events.close();
    }

    static List<PoisonInput> inputs() {
        return PoisonInput.all();
    }

    @ParameterizedTest
    @MethodSource("inputs")
    void stopsAtItWithWhatPrecedesItCommitted(PoisonInput input) throws Exception {
        Run run = new Run(input, OnPoison.STOP);

        ProjectorState end = run.toItsEnd();

        assertThat(end).isInstanceOf(Failed.class);
        assertThat(((Failed) end).cause()).hasMessageContaining(run.stream("one") + "#1 at ");
        assertThat(((Failed) end).cause()).hasMessageContaining(input.error());
        assertThat(run.rows()).containsExactly("a|1", "b|1");
        assertThat(store.parkedEvents().streams(run.projection.name())).isEmpty();
    }

    @ParameterizedTest
    @MethodSource("inputs")
    void leavesItOutAndGoesOn(PoisonInput input) throws Exception {
        Run run = new Run(input, OnPoison.SKIP);

        ProjectorState end = run.toItsEnd();

        assertThat(end).isEqualTo(new Stopped());
        assertThat(run.rows()).containsExactly("a|2", "b|2");
        assertThat(store.parkedEvents().streams(run.projection.name())).isEmpty();
    }

    @ParameterizedTest
    @MethodSource("inputs")
    void parksItWholeWithWhatFollows(PoisonInput input) throws Exception {
        Run run = new Run(input, OnPoison.PARK);

        ProjectorState end = run.toItsEnd();

        assertThat(end).isEqualTo(new Stopped());
        assertThat(run.rows()).containsExactly("a|1", "b|2");
        List<ParkedEvent> parked = store.parkedEvents().next(run.projection.name(), run.stream("one"), -1, 10);
        assertThat(parked.stream().map(event -> event.poison().event().revision()))
                .containsExactly(1L, 2L);
        assertThat(parked.get(0).poison().event().data()).isEqualTo(input.data());
        assertThat(parked.get(0).poison().error())
                .hasValueSatisfying(error -> assertThat(error).contains(input.error()));
    }

    /** One input's events and read model. */
    private static final class Run {
        final Projection projection;
        private final PoisonInput input;
        private final OnPoison onPoison;
        private final String name;

        Run(PoisonInput input, OnPoison onPoison) {
            this.input = input;
            this.onPoison = onPoison;
            this.name = Servers.unique("poison" + ++runs);
            ReadModel table = ReadModel.table(name)
                    .key("key", TEXT)
                    .column("small", INTEGER)
                    .column("big", BIGINT)
                    .column("exact", NUMERIC)
                    .column("rounded", DOUBLE)
                    .column("words", TEXT)
                    .column("document", JSONB)
                    .column("events", BIGINT)
                    .build();
            this.projection = Projection.named(name)
                    .fromStreamsStartingWith(name)
                    .into(table)
                    .on("Input", Input.class, (in, rows) -> {
                        var row = rows.row(in.key()).increment("events", 1);
                        in.small().ifPresent(value -> row.increment("small", value));
                        in.big().ifPresent(value -> row.increment("big", value));
                        in.exact().ifPresent(value -> row.increment("exact", value));
                        in.rounded().ifPresent(value -> row.set("rounded", value));
                        in.words().ifPresent(value -> row.set("words", value));
                        in.document().ifPresent(value -> row.merge("document", value));
                    })
                    .build();
        }

        String stream(String which) {
            return name + "-" + which;
        }

        ProjectorState toItsEnd() throws Exception {
            try (PostgresBatchCommitter committer = store.committerFor(projection)) {
                prepare();
                append("one", GOOD.getBytes(StandardCharsets.UTF_8));
                append("other", OTHER.getBytes(StandardCharsets.UTF_8));
                append("one", input.data());
                append("one", GOOD.getBytes(StandardCharsets.UTF_8));
                append("other", OTHER.getBytes(StandardCharsets.UTF_8));
                ProjectorOptions options =
                        ProjectorOptions.DEFAULT.withUntil(Until.FIRST_HEAD).withPoison(new PoisonPolicy(onPoison, 10));
                try (ProjectorRunner runner = new ProjectorRunner(projection, events.source(), committer, options)) {
                    runner.start();
                    runner.awaitEnd();
                    return runner.state();
                }
            }
        }

        private void append(String which, byte[] data) {
            NewEvent event = NewEvent.octets(UUID.randomUUID(), "Input", data, new byte[0]);
            events.appender().appendNow(stream(which), ExpectedRevision.any(), List.of(event));
        }

        private void prepare() throws SQLException {
            if (!input.prepare().isEmpty()) {
                String schema = Servers.unique("poison");
                execute("CREATE TABLE IF NOT EXISTS " + schema + ".people (name text PRIMARY KEY)");
                execute("INSERT INTO " + schema + ".people VALUES ('first') ON CONFLICT DO NOTHING");
                execute("ALTER TABLE " + schema + "." + name + " "
                        + input.prepare().replace(" people ", " " + schema + ".people "));
            }
        }

        /** Key and number of events. */
        List<String> rows() throws SQLException {
            try (Connection connection = Servers.postgres().connect();
                    Statement statement = connection.createStatement();
                    ResultSet row = statement.executeQuery("SELECT key || '|' || events FROM "
                            + Servers.unique("poison") + "." + name + " ORDER BY key")) {
                List<String> rows = new ArrayList<>();
                while (row.next()) {
                    rows.add(row.getString(1));
                }
                return rows;
            }
        }
    }

    private static void execute(String sql) throws SQLException {
        try (Connection connection = Servers.postgres().connect();
                Statement statement = connection.createStatement()) {
            statement.execute(sql);
        }
    }
}
