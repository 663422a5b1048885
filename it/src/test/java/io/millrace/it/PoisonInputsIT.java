package io.millrace.it;

import static io.millrace.projections.ColumnType.BIGINT;
import static io.millrace.projections.ColumnType.DOUBLE;
import static io.millrace.projections.ColumnType.INTEGER;
import static io.millrace.projections.ColumnType.JSONB;
import static io.millrace.projections.ColumnType.NUMERIC;
import static io.millrace.projections.ColumnType.TEXT;
import static org.assertj.core.api.Assertions.assertThat;

import com.eventstore.dbclient.EventStoreDBClient;
import com.eventstore.dbclient.Position;
import com.eventstore.dbclient.RecordedEvent;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
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
import java.io.IOException;
import java.io.UncheckedIOException;
import java.math.BigDecimal;
import java.nio.charset.StandardCharsets;
import java.sql.Connection;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.Iterator;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import java.util.UUID;
import java.util.stream.Collectors;
import java.util.stream.Stream;
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

    private static final ObjectMapper JSON = new ObjectMapper();
    private static final List<String> SUMS = List.of("small", "big", "exact");
    private static final List<String> COLUMNS =
            List.of("key", "small", "big", "exact", "rounded", "words", "document", "events");

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
    private static EventStoreDBClient judge;

    @SuppressWarnings("NullAway.Init")
    private static PostgresStore store;

    private static int runs;

    @BeforeAll
    static void connect() throws SQLException {
        Servers.Postgres postgres = Servers.postgres();
        events = EventStoreConnection.open(Servers.eventStore().connectionString());
        judge = Servers.eventStore().client();
        store = PostgresStore.open(
                PostgresSettings.of(postgres.url(), postgres.user(), postgres.password(), Servers.unique("poison")));
    }

    @AfterAll
    static void disconnect() {
        store.close();
        judge.shutdown().join();
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
        run.assertIsTheFoldOf("one#0", "other#0");
        assertThat(run.standing().position())
                .as("not past it")
                .isEqualTo(run.foldOf("one#0", "other#0").position());
        assertThat(store.parkedEvents().streams(run.projection.name())).isEmpty();
    }

    @ParameterizedTest
    @MethodSource("inputs")
    void leavesItOutAndGoesOn(PoisonInput input) throws Exception {
        Run run = new Run(input, OnPoison.SKIP);

        ProjectorState end = run.toItsEnd();

        assertThat(end).isEqualTo(new Stopped());
        run.assertIsTheFoldOf("one#0", "other#0", "one#2", "other#1");
        assertThat(store.parkedEvents().streams(run.projection.name())).isEmpty();
    }

    @ParameterizedTest
    @MethodSource("inputs")
    void parksItWholeWithWhatFollows(PoisonInput input) throws Exception {
        Run run = new Run(input, OnPoison.PARK);

        ProjectorState end = run.toItsEnd();

        assertThat(end).isEqualTo(new Stopped());
        run.assertIsTheFoldOf("one#0", "other#0", "other#1");
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
        /** The servers are shared: what others have left before is none of its business. */
        private final Position began = Standing.end(judge);

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

        Standing standing() throws SQLException {
            try (Connection connection = Servers.postgres().connect()) {
                return Standing.inDatabase(connection, name, Servers.unique("poison") + "." + name, COLUMNS);
            }
        }

        void assertIsTheFoldOf(String... handled) throws SQLException {
            foldOf(handled).assertReachedBy(standing(), input.name());
        }

        /** Of these events alone, one at a time and in the order of the log; the checkpoint stands at the last one. */
        Standing foldOf(String... handled) {
            List<String> wanted = Stream.of(handled).map(this::stream).toList();
            Map<String, Map<String, String>> rows = new TreeMap<>();
            String[] last = new String[2];
            Standing.readAfter(began, judge, event -> {
                if (wanted.contains(event.getStreamId() + "#" + event.getRevision())) {
                    fold(event, rows);
                    last[0] = Standing.text(event.getPosition());
                    last[1] = last[0] + " " + event.getEventId();
                }
            });
            List<String> lines = rows.values().stream()
                    .map(row -> COLUMNS.stream()
                            .map(column -> row.getOrDefault(column, "null"))
                            .collect(Collectors.joining(",")))
                    .toList();
            return new Standing(lines, last[0], last[1]);
        }

        private static void fold(RecordedEvent event, Map<String, Map<String, String>> rows) {
            JsonNode in;
            try {
                in = JSON.readTree(event.getEventData());
            } catch (IOException e) {
                throw new UncheckedIOException(e);
            }
            Map<String, String> row = rows.computeIfAbsent(in.get("key").asText(), key -> new TreeMap<>());
            for (Iterator<String> fields = in.fieldNames(); fields.hasNext(); ) {
                String field = fields.next();
                if (SUMS.contains(field)) {
                    row.merge(field, in.get(field).asText(), Run::sum);
                } else {
                    row.put(field, in.get(field).asText());
                }
            }
            row.merge("events", "1", Run::sum);
        }

        private static String sum(String one, String other) {
            return new BigDecimal(one).add(new BigDecimal(other)).toString();
        }
    }

    private static void execute(String sql) throws SQLException {
        try (Connection connection = Servers.postgres().connect();
                Statement statement = connection.createStatement()) {
            statement.execute(sql);
        }
    }
}
