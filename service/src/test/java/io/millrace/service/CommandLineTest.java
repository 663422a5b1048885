package io.millrace.service;

import static org.assertj.core.api.Assertions.assertThat;

import io.millrace.service.TestProgram.Ended;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class CommandLineTest {
    @TempDir
    @SuppressWarnings("NullAway.Init")
    private Path folder;

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "'' | expected a command",
                "statos | unknown command `statos`; did you mean `status`?",
                "status --config pom.xml x | unknown argument `x`",
                "run | Missing required option: '--config=FILE'",
                "run --config x.yaml --formt json | unknown option `--formt`; did you mean `--format`?",
                "run --config x.yaml --format xml | xml",
                "replay --config x.yaml | Missing required parameter: 'PROJECTION'",
                "import x.csv --type T --stream s | --eventstore",
                "import x.csv --type T --stream s{ --eventstore esdb://localhost | expected columns in pairs of braces",
                "import x.csv --type T --stream s --eventstore nonsense | expected a connection string",
                "schema --config x.yaml | expected --print",
                "eventstore --port x | is not an int",
                "eventstore --port 70000 | a port from 0 to 65535 was expected",
                "eventstore --users admin | expected users as NAME:PASSWORD",
                "eventstore --users a:hunter2,a:hunter3 | names a twice",
                "eventstore --port 0 --data pom.xml | a writable data folder was expected"
            })
    void refusesWrongUsageInOneSentence(String args, String sentence) {
        String[] split = args.isEmpty() ? new String[0] : args.split(" ");
        // What is wrong with a connection string shows only once the file is there.
        Ended ended = TestProgram.run(java.util.Arrays.stream(split)
                .map(arg -> arg.equals("x.csv") ? "pom.xml" : arg)
                .toArray(String[]::new));

        assertThat(ended.exitCode()).isEqualTo(2);
        assertThat(ended.err()).startsWith("millrace: ").contains(sentence).doesNotContain("\tat ");
        assertThat(ended.out()).isEmpty();
    }

    @ParameterizedTest
    @ValueSource(strings = {"demo", "run", "replay", "import", "status", "schema", "eventstore"})
    void tellsHowEachCommandIsUsed(String command) {
        Ended ended = TestProgram.run(command, "--help");

        assertThat(ended.exitCode()).isZero();
        assertThat(ended.out()).startsWith("Usage: millrace " + command).contains("Exit codes");
        assertThat(ended.out().lines()).allMatch(line -> line.length() <= 100);
    }

    @Test
    void tellsItsVersion() {
        Ended ended = TestProgram.run("--version");

        assertThat(ended.exitCode()).isZero();
        assertThat(ended.out()).startsWith("millrace ");
    }

    @Test
    void listsTheKnownProjectionsAndTheNearest() {
        String file = TestServers.write(folder, """
                eventstore: embedded
                postgres: embedded
                projections: {airport-departure: }
                """);

        Ended ended = TestProgram.run("run", "--config", file);

        assertThat(ended.exitCode()).isEqualTo(2);
        assertThat(ended.err())
                .isEqualToIgnoringNewLines(
                        "millrace: unknown projection `airport-departure`; did you mean `airport-departures`?");
        assertThat(TestProgram.run("replay", "nothing-like-it", "--config", file)
                        .err())
                .contains("known are", "airport-departures", "views-per-viewer");
    }

    @Test
    void saysWhatToRunWhenNothingIsNamed() {
        String file = TestServers.write(folder, "{eventstore: embedded, postgres: embedded}");

        assertThat(TestProgram.run("run", "--config", file).err()).contains("names none to run", "views-per-viewer");
    }

    @Test
    void showsAStackTraceOnlyWhenAskedTo() {
        assertThat(TestProgram.run("run", "--config", "nowhere.yaml", "--verbose")
                        .err())
                .contains("there is no such file", "\tat ");
    }

    @Test
    void theHighestExitCodeIsTheWorst() {
        assertThat(ExitCode.worst(List.of(ExitCode.FENCED, ExitCode.REFUSED, ExitCode.PROJECTION_FAILED)))
                .isEqualTo(ExitCode.REFUSED);
        assertThat(ExitCode.worst(List.of())).isEqualTo(ExitCode.DONE);
    }

    @Test
    void printsTheSchemaWithoutAServer() {
        String file = TestServers.write(folder, """
                eventstore: esdb://localhost:1
                postgres: {url: "jdbc:postgresql://localhost:1/x", password: hunter2, schema: shop}
                projections: {views-per-viewer: }
                """);

        Ended ended = TestProgram.run("schema", "--print", "--config", file);

        assertThat(ended.exitCode()).isZero();
        assertThat(ended.out()).contains("CREATE", "viewer_views", "shop").doesNotContain("hunter2");
    }
}
