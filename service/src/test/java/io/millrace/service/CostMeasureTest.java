package io.millrace.service;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.json.JsonMapper;
import io.millrace.embedded.EmbeddedPostgres;
import io.millrace.service.TestProgram.Ended;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.ResultSet;
import java.sql.Statement;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class CostMeasureTest {
    private static final JsonMapper JSON = new JsonMapper();

    @SuppressWarnings("NullAway.Init")
    private static EmbeddedPostgres postgres;

    @TempDir
    @SuppressWarnings("NullAway.Init")
    private Path folder;

    @BeforeAll
    static void start() {
        postgres = EmbeddedPostgres.start();
    }

    @AfterAll
    static void stop() {
        postgres.close();
    }

    @Test
    void measuresTheRungsOnAServerAndLeavesNothingBehind() throws Exception {
        String url = "postgresql://postgres:x@127.0.0.1:" + postgres.port() + "/postgres";

        Ended ended = TestProgram.run(
                "cost",
                "--measure",
                "--postgres",
                url,
                "--runs",
                "2",
                "--views",
                "190",
                "--live",
                "10",
                "--bookmarks",
                "0",
                "--format",
                "json");

        assertThat(ended.exitCode()).as(ended.err()).isZero();
        JsonNode measured = JSON.readTree(ended.out()).get("measured");
        assertThat(measured).hasSize(8);
        JsonNode second = measured.get(1);
        JsonNode fifth = measured.get(4);
        assertThat(second.get("roundTrips").asInt()).isEqualTo(2_000);
        assertThat(second.get("commits").asInt()).isBetween(2_000, 2_020);
        assertThat(second.get("rows").asInt()).isEqualTo(2_000);
        // Of 200 events 2 batches and 10 live ones: 12 flushes, 60 per 1,000 events.
        assertThat(fifth.get("roundTrips").asInt()).isEqualTo(60);
        assertThat(fifth.get("commits").asInt()).isBetween(60, 80);
        // Each writes a row of the read model and the checkpoint, which counts it; where the reason for flushing
        // changes (full, live), what was counted is put away: at most two rows each time.
        assertThat(fifth.get("rows").asInt()).isBetween(120, 160);
        assertThat(fifth.get("walKiB").asDouble())
                .isPositive()
                .isLessThan(second.get("walKiB").asDouble() / 2);
        assertThat(fifth.get("clientCpuMs").asDouble()).isPositive();
        assertThat(databases()).isZero();
    }

    /** Rungs 1 and 2 send each statement by itself; the first also moves the checkpoint for what nobody handles. */
    @Test
    void writesEachStatementOfTheFirstTwoRungsInAnAutocommitOfItsOwn() throws Exception {
        JsonNode measured = measured("--runs=1", "--views=100", "--bookmarks=30", "--live=0");

        assertThat(measured.get(0).get("roundTrips").asInt()).isEqualTo(2_300);
        assertThat(measured.get(0).get("commits").asInt()).isBetween(2_300, 2_340);
        assertThat(measured.get(1).get("roundTrips").asInt()).isEqualTo(2_010); // and once more at the end
        assertThat(measured.get(1).get("commits").asInt()).isBetween(2_010, 2_050);
    }

    private static JsonNode measured(String... options) throws Exception {
        Ended ended = TestProgram.run(onServer(options));
        assertThat(ended.exitCode()).as(ended.err()).isZero();
        return JSON.readTree(ended.out()).get("measured");
    }

    private static String[] onServer(String... options) {
        return Stream.concat(
                        Stream.of(
                                "cost",
                                "--measure",
                                "--format=json",
                                "--postgres=postgresql://postgres:x@127.0.0.1:" + postgres.port() + "/postgres"),
                        Stream.of(options))
                .toArray(String[]::new);
    }

    /** They begin only when the first run does, so that the server is quiet before. */
    @Test
    void warnsWhereOthersBeginToWriteWhileItMeasures() throws Exception {
        TestProgram program = TestProgram.start(onServer("--runs=1", "--views=300", "--bookmarks=0", "--live=0"));
        program.awaitErr("Measuring, run 1 of 1");

        writeWhile(program);

        JsonNode notes = JSON.readTree(program.awaitEnd().out()).get("notes").get("measured");
        assertThat(notes).hasSize(2);
        assertThat(notes.get(1).asText()).startsWith("WARNING: others write to this server");
    }

    private static void writeWhile(TestProgram program) throws Exception {
        try (Connection connection = DriverManager.getConnection(postgres.jdbcUrl());
                Statement statement = connection.createStatement()) {
            statement.execute("CREATE TABLE busy (text text)");
            while (program.isRunning()) {
                statement.execute("INSERT INTO busy SELECT repeat('x', 1000) FROM generate_series(1, 20)");
                Thread.sleep(5);
            }
        }
    }

    private static long databases() throws Exception {
        try (Connection connection = DriverManager.getConnection(postgres.jdbcUrl());
                Statement statement = connection.createStatement();
                ResultSet row = statement.executeQuery(
                        "SELECT count(*) FROM pg_database WHERE datname LIKE 'millrace_cost%'")) {
            row.next();
            return row.getLong(1);
        }
    }

    @Test
    void measuresAnEmbeddedServerThatWaitsForTheDisk() {
        Ended ended = TestProgram.run("cost", "--measure", "--runs", "1", "--views", "40", "--live", "2");

        assertThat(ended.exitCode()).as(ended.err()).isZero();
        assertThat(ended.out())
                .contains("fsync on, synchronous_commit on", "The measured bill, per 1,000 events", "server CPU")
                .contains("it prices waiting, not work");
        assertThat(ended.lines()).allSatisfy(line -> assertThat(line).hasSizeLessThanOrEqualTo(100));
    }

    @Test
    void marksTheReportPartialWhenPostgresRefusesWhatMemoryTook() throws Exception {
        try (EmbeddedPostgres own = EmbeddedPostgres.start()) {
            allowFewViews(own);
            String url = "postgresql://postgres:x@127.0.0.1:" + own.port() + "/postgres";

            Ended ended = TestProgram.run(
                    "cost", "--measure", "--postgres", url, "--runs", "1", "--views", "90", "--live", "0");

            assertThat(ended.exitCode()).as(ended.toString()).isEqualTo(1);
            assertThat(ended.out()).contains("PARTIAL: measuring ended half way", "The ladder", "not measured");
            assertThat(ended.err()).contains("measuring ended half way").contains("few_views");
            assertThat(ended.err()).doesNotContain("\tat ");
        }
    }

    /** In every database that is made on this server, a viewer can view no more than 50 times. */
    private static void allowFewViews(EmbeddedPostgres own) throws Exception {
        String template = own.jdbcUrl().replaceFirst("/postgres(?=[?]|$)", "/template1");
        try (Connection connection = DriverManager.getConnection(template);
                Statement statement = connection.createStatement()) {
            statement.execute("""
                    CREATE FUNCTION public.allow_few() RETURNS event_trigger LANGUAGE plpgsql AS $$
                    BEGIN
                        IF to_regclass('viewer_views') IS NOT NULL THEN
                            ALTER TABLE viewer_views ADD CONSTRAINT few_views CHECK (views <= 50);
                        END IF;
                    END $$;
                    CREATE EVENT TRIGGER allow_few ON ddl_command_end WHEN TAG IN ('CREATE TABLE')
                        EXECUTE FUNCTION public.allow_few()""");
        }
    }

    @Test
    void saysThatAServerCannotBeReachedOrMeasured() {
        Ended away = TestProgram.run("cost", "--measure", "--postgres", "postgresql://127.0.0.1:1/postgres");
        assertThat(away.exitCode()).isEqualTo(3);
        assertThat(away.out()).isEmpty();
        assertThat(away.err()).contains("PostgreSQL cannot be reached");

        assertThat(TestProgram.run("cost", "--measure", "--postgres", "mysql://x")
                        .exitCode())
                .isEqualTo(2);
        assertThat(TestProgram.run("cost", "--postgres", "postgresql://x/y").err())
                .contains("--postgres is the server for --measure");
        assertThat(TestProgram.run("cost", "--measure", "--runs", "0").err()).contains("runs=0");
    }

    @Test
    void saysBeforeAnythingElseThatAProjectionWithTablesOfItsOwnCannotBeMeasured() throws Exception {
        Path events = Files.writeString(
                folder.resolve("events.ndjson"),
                "{\"type\":\"Paid\",\"data\":{\"account\":\"a\",\"amount\":2,\"note\":\"n\"}}");

        Ended ended = TestProgram.run("cost", "accounts-seen", "--events", events.toString(), "--measure");

        assertThat(ended.exitCode()).isEqualTo(2);
        assertThat(ended.out()).isEmpty();
        assertThat(ended.err())
                .startsWith(
                        "millrace: projection accounts-seen cannot be measured: it writes by SQL of its own to audit");
    }
}
