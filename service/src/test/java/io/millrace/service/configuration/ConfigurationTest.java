package io.millrace.service.configuration;

import static java.util.Objects.requireNonNull;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class ConfigurationTest {
    private static final String SERVERS = "eventstore: esdb://admin:hunter2@db:2113\npostgres: embedded\n";

    @TempDir
    @SuppressWarnings("NullAway.Init")
    private Path folder;

    private Configuration read(String yaml) throws IOException {
        return read(yaml, Map.of());
    }

    private Configuration read(String yaml, Map<String, String> environment) throws IOException {
        Path file = Files.writeString(folder.resolve("millrace.yaml"), yaml);
        return new ConfigurationReader(file, new Placeholders(environment)).read();
    }

    @Test
    void readsServersAndTheOptionsOfEachProjectionInTheirOrder() throws IOException {
        Configuration configuration = read("""
                eventstore: esdb://localhost:2113?tls=false
                postgres:
                  url: postgresql://localhost/shop
                  user: mill
                  password: race
                  schema: read_models
                projections:
                  z: {flush: {live: each}}
                  a: {batch-size: 500, batch-age: 250ms, batch-bytes: 2MiB, queue-events: 7, queue-bytes: 64KiB,
                      flush: {live: within 2s}}
                plugins: jars
                """);

        assertThat(configuration.eventStore())
                .isEqualTo(new EventStoreSetting.Server(new Secret("esdb://localhost:2113?tls=false")));
        assertThat(configuration.postgres())
                .isEqualTo(new PostgresSetting.Server(
                        new Secret("jdbc:postgresql://localhost/shop"),
                        Optional.of("mill"),
                        Optional.of(new Secret("race")),
                        "read_models"));
        assertThat(configuration.projections().keySet()).containsExactly("z", "a");
        ProjectionOptions options = requireNonNull(configuration.projections().get("a"));
        assertThat(options.batchSize()).hasValue(500);
        assertThat(options.batchAge()).contains(Duration.ofMillis(250));
        assertThat(options.batchBytes()).hasValue(2 << 20);
        assertThat(options.queueEvents()).hasValue(7);
        assertThat(options.queueBytes()).hasValue(64 << 10);
        assertThat(options.flushLive()).contains(Duration.ofSeconds(2));
        assertThat(requireNonNull(configuration.projections().get("z")).flushLive())
                .contains(Duration.ZERO);
        assertThat(configuration.plugins()).contains(folder.resolve("jars"));
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "flush: adaptive",
                "batch-size: adaptive",
                "batch-size: adaptive, flush: {time: 50ms, live: each}"
            })
    void letsBatchesFindTheirOwnSize(String section) throws IOException {
        ProjectionOptions options = requireNonNull(read(SERVERS + "projections: {a: {" + section + "}}\n")
                .projections()
                .get("a"));

        assertThat(options.adaptive()).isTrue();
        assertThat(options.batchSize()).isEmpty();
        assertThat(options.flushTime())
                .isEqualTo(section.contains("50ms") ? Optional.of(Duration.ofMillis(50)) : Optional.empty());
    }

    @Test
    void takesUserAndPasswordFromAUrlAsPsqlDoes() throws IOException {
        Configuration configuration =
                read("{eventstore: embedded, postgres: 'postgresql://me:p%40ss+w@db:5433/shop?sslmode=require'}");

        assertThat(configuration.postgres())
                .isEqualTo(new PostgresSetting.Server(
                        new Secret("jdbc:postgresql://db:5433/shop?sslmode=require"),
                        Optional.of("me"),
                        Optional.of(new Secret("p@ss+w")),
                        "public"));
    }

    @Test
    void resolvesTheFoldersOfEmbeddedServersAgainstItsOwn() throws IOException {
        Configuration configuration = read("""
                eventstore: {embedded: data/events}
                postgres: {embedded: in-memory, schema: shop}
                """);

        assertThat(configuration.eventStore())
                .isEqualTo(new EventStoreSetting.Embedded(Optional.of(folder.resolve("data/events"))));
        assertThat(configuration.postgres()).isEqualTo(new PostgresSetting.Embedded(Optional.empty(), "shop"));
    }

    @Test
    void fillsInTheEnvironmentDefaultsAndFilesWithoutReadingThemAsYaml() throws IOException {
        Files.writeString(folder.resolve("password.txt"), "se#cret: \"${HOME}\"\n");

        Configuration configuration = read("""
                eventstore: embedded
                postgres: {url: "jdbc:postgresql://${HOST}/x", user: "${WHO:-mill}", password: "${file:password.txt}"}
                """, Map.of("HOST", "db"));

        assertThat(configuration.postgres())
                .isEqualTo(new PostgresSetting.Server(
                        new Secret("jdbc:postgresql://db/x"),
                        Optional.of("mill"),
                        Optional.of(new Secret("se#cret: \"${HOME}\"")),
                        "public"));
    }

    @Test
    void namesTheVariableThatIsNotSetAndItsLine() {
        assertThatThrownBy(() -> read("eventstore: embedded\npostgres: ${DATABASE}\n"))
                .isInstanceOf(ConfigurationException.class)
                .hasMessageContaining("line 2")
                .hasMessageContaining("the environment variable DATABASE is not set");
    }

    @Test
    void namesTheSecretsFileThatIsNotThere() {
        assertThatThrownBy(() -> read("eventstore: ${file:/no/such/secret}\n"))
                .hasMessageContaining("line 1")
                .hasMessageContaining("/no/such/secret");
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "postgress: embedded | line 3 | unknown key `postgress`; did you mean `postgres`?",
                "projections: {a: {batchsize: 3}} | line 3 | unknown key `batchsize`; did you mean `batch-size`?",
                "colour: red | line 3 | unknown key `colour`; known are eventstore, plugins, postgres, projections",
                "projections: {a: {batch-size: many}} | yaml | `projections.a.batch-size`: expected a number of events, or `adap",
                "projections: {a: {flush: often}} | yaml | `projections.a.flush`: expected `adaptive`, or the keys `live`",
                "projections: {a: {flush: adaptive, batch-size: 9}} | yaml | `projections.a` says `flush: adaptive`, which",
                "projections: {a: {flush: {time: 1s}}} | yaml | `projections.a.flush.time` is for batches that find",
                "projections: {a: {batch-size: adaptive, flush: {time: 0s}}} | yaml | expected a duration above 0",
                "projections: {a: {batch-size: 0}} | yaml | `projections.a.batch-size` must be at least 1",
                "projections: {a: {batch-age: 3y}} | yaml | `projections.a.batch-age`: expected a duration like",
                "projections: {a: {flush: {live: often}}} | yaml | `projections.a.flush.live`: expected `each`, or",
                "projections: {a: {flush: {live: within 3000000h}}} | yaml | `projections.a.flush.live`: expected a duration of at most 8760h",
                "projections: {a: {flush: {live: within x}}} | yaml | `projections.a.flush.live`: expected a duration",
                "projections: {a: {batch-bytes: huge}} | yaml | `projections.a.batch-bytes`: expected a size like",
                "plugins: a: b | line 3, column 11 | not well-formed YAML: mapping values are not allowed here",
                "postgress: {url: x} | line 3, column 1 | unknown key `postgress`",
                "projections: [a] | line 3, column 1 | `projections` holds a value of the wrong kind",
                "eventstore: embedded | line 3 | Duplicate"
            })
    void saysWhereAndWhatIsWrong(String line, String where, String what) {
        assertThatThrownBy(() -> read(SERVERS + line + "\n"))
                .isInstanceOf(ConfigurationException.class)
                .hasMessageContaining("millrace.yaml")
                .hasMessageContaining(where)
                .hasMessageContaining(what);
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "postgres: embedded | `eventstore` is missing",
                "eventstore: embedded | `postgres` is missing",
                "'' | expected the keys eventstore, postgres and projections",
                "just words | expected the keys eventstore, postgres and projections",
                "{eventstore: embedded, postgres: {user: me}} | `postgres` needs either `url` or `embedded`",
                "{eventstore: embedded, postgres: mysql://db} | must look like jdbc:postgresql://host:5432/database"
            })
    void saysWhatIsMissing(String yaml, String what) {
        assertThatThrownBy(() -> read(yaml))
                .isInstanceOf(ConfigurationException.class)
                .hasMessageContaining(what);
    }

    @Test
    void makesNoObjectThatTheFileNames() {
        assertThatThrownBy(() -> read(SERVERS + "plugins: !!javax.script.ScriptEngineManager [x]\n"))
                .isInstanceOf(ConfigurationException.class);
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "!!javax.script.ScriptEngineManager [!!java.net.URLClassLoader [[!!java.net.URL ['http://127.0.0.1:1/']]]]",
                "!!com.sun.rowset.JdbcRowSetImpl {dataSourceName: 'rmi://127.0.0.1:1/x', autoCommit: true}",
                "!!io.millrace.service.configuration.Document {plugins: x}",
                "!<tag:yaml.org,2002:java.lang.Runtime> x y z"
            })
    void takesNoTagForAClass(String value) throws IOException {
        for (String key : List.of("plugins", "projections")) {
            try {
                assertThat(read(SERVERS + key + ": " + value + "\n").plugins())
                        .as("at most text")
                        .contains(folder.resolve("x y z"));
            } catch (ConfigurationException refused) {
                assertThat(refused).hasMessageContaining("line");
            }
        }
    }

    /** A billion laughs: each line would be ten times the one before. An alias is never what it stands for. */
    @Test
    void expandsNoAlias() {
        StringBuilder yaml = new StringBuilder(SERVERS).append("a0: &a0 [lol]\n");
        for (int i = 1; i < 30; i++) {
            yaml.append('a').append(i).append(": &a").append(i).append(" [");
            yaml.append(("*a" + (i - 1) + ", ").repeat(10)).append("x]\n");
        }

        assertThatThrownBy(() -> read(yaml.toString())).hasMessageContaining("unknown key `a0`");
        assertThatThrownBy(() -> read("a: &a [*a]\n")).hasMessageContaining("unknown key `a`");
        assertThatThrownBy(() -> read(SERVERS + "projections: &a {p: *a}\n"))
                .isInstanceOf(ConfigurationException.class);
    }

    @Test
    void refusesWhatIsNestedOrLongBeyondReason() {
        assertThatThrownBy(() -> read(SERVERS + "plugins: " + "[".repeat(100_000) + "\n"))
                .isInstanceOf(ConfigurationException.class);
        assertThatThrownBy(() -> read(SERVERS + "plugins: " + "{a: ".repeat(100_000) + "\n"))
                .isInstanceOf(ConfigurationException.class);
    }

    @Test
    void takesALoginWithSignsThatAUrlWouldEscape() throws IOException {
        Configuration configuration = read("{eventstore: embedded, postgres: 'postgresql://me:p@ss?w#d@db/shop'}");

        assertThat(configuration.postgres())
                .isEqualTo(new PostgresSetting.Server(
                        new Secret("jdbc:postgresql://db/shop"),
                        Optional.of("me"),
                        Optional.of(new Secret("p@ss?w#d")),
                        "public"));
        assertThatThrownBy(() -> read("{eventstore: embedded, postgres: 'postgresql://me:p/hunter2@db/shop'}"))
                .hasMessageContaining("%2F")
                .hasMessageNotContaining("hunter2");
    }

    @Test
    void printsNoSecret() throws IOException {
        Configuration configuration = read("""
                eventstore: esdb://admin:hunter2@db:2113
                postgres: {url: "jdbc:postgresql://db/x?password=hunter2", password: hunter2}
                """);

        assertThat(configuration.toString()).doesNotContain("hunter2");
    }

    @Test
    void namesNoValueOfTheWrongKind() {
        assertThatThrownBy(() -> read(SERVERS + "projections: {a: {queue-events: hunter2}}\n"))
                .hasMessageNotContaining("hunter2");
    }

    @Test
    void saysThatTheFileIsNotThere() {
        assertThatThrownBy(() -> Configuration.read(folder.resolve("nowhere.yaml")))
                .isInstanceOf(ConfigurationException.class)
                .hasMessageContaining("nowhere.yaml: there is no such file");
    }
}
