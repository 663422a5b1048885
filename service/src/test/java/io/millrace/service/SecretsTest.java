package io.millrace.service;

import static org.assertj.core.api.Assertions.assertThat;

import ch.qos.logback.classic.Level;
import ch.qos.logback.classic.Logger;
import ch.qos.logback.classic.LoggerContext;
import ch.qos.logback.classic.PatternLayout;
import ch.qos.logback.classic.spi.ILoggingEvent;
import ch.qos.logback.core.AppenderBase;
import io.millrace.embedded.EmbeddedEventStore;
import io.millrace.eventstore.EventStoreConnection;
import io.millrace.eventstore.ExpectedRevision;
import io.millrace.eventstore.NewEvent;
import io.millrace.service.TestProgram.Ended;
import io.millrace.service.configuration.Configuration;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.SQLException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.UUID;
import java.util.concurrent.TimeUnit;
import java.util.logging.Handler;
import java.util.logging.LogManager;
import java.util.logging.LogRecord;
import java.util.logging.SimpleFormatter;
import java.util.regex.Matcher;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;
import org.slf4j.LoggerFactory;

/** Whatever goes wrong, and however much is logged: a password is nowhere in what the program prints. */
class SecretsTest {
    private static final String CANARY = "hunter2canary";
    /** All that read a configuration. FILE is one to import, NUMBER that of a parked event. */
    private static final List<String> COMMANDS = List.of(
            "run",
            "status",
            "schema --print",
            "replay payments",
            "parked list",
            "parked show payments NUMBER",
            "parked retry payments --all",
            "parked discard payments --event NUMBER --yes",
            "cost payments",
            "import FILE --type Paid --stream account-{account}");

    /** These would go on until they are told to stop. */
    private static final List<String> UNTIL_STOPPED = List.of("run", "replay payments");

    @TempDir
    @SuppressWarnings("NullAway.Init")
    private Path folder;

    @SuppressWarnings("NullAway.Init")
    private static TestServers servers;

    @SuppressWarnings("NullAway.Init")
    private static EmbeddedEventStore locked;

    @BeforeAll
    static void start() throws Exception {
        servers = TestServers.withOwnPostgres();
        locked = EmbeddedEventStore.builder().user("admin", CANARY).start();
        servers.execute("CREATE ROLE keeper LOGIN SUPERUSER PASSWORD '" + CANARY + "'");
        Path hba = Path.of(servers.query("SHOW hba_file").get(0));
        Files.writeString(hba, "host all keeper 127.0.0.1/32 scram-sha-256\n" + Files.readString(hba));
        servers.execute("SELECT pg_reload_conf()");
    }

    @AfterAll
    static void stop() {
        locked.close();
        servers.close();
    }

    /** It cannot be handled: the next run parks it. */
    private static void appendBroken() {
        try (EventStoreConnection events = EventStoreConnection.open(lockedStore("admin", CANARY))) {
            NewEvent broken = NewEvent.json(
                    UUID.randomUUID(), "Paid", "{\"account\":".getBytes(StandardCharsets.UTF_8), new byte[0]);
            events.appender().appendNow("account-broken", ExpectedRevision.any(), List.of(broken));
        }
    }

    private static String lockedStore(String user, String password) {
        return locked.connectionString()
                .replaceFirst("//(.*@)?", Matcher.quoteReplacement("//" + user + ":" + password + "@"));
    }

    private String configuration(String eventStore, String postgres) {
        return TestServers.write(
                folder,
                "eventstore: " + eventStore + "\npostgres: " + postgres
                        + "\nprojections: {payments: {on-poison: park}}\n");
    }

    private String goodPostgres() {
        return "{url: '" + servers.url() + "', user: keeper, password: " + CANARY + "}";
    }

    /** Every command that connects, with everything logged; what it prints, also past the console. */
    private String allThatIsPrinted(String file) throws IOException {
        return allThatIsPrinted(COMMANDS, "--config", file);
    }

    private String allThatIsPrinted(List<String> commands, String... more) throws IOException {
        // What is imported twice from the same account is refused.
        String rows = "account,amount,note\n" + UUID.randomUUID() + ",1,paid\n";
        String payments =
                Files.writeString(folder.resolve("payments.csv"), rows).toString();
        ByteArrayOutputStream behind = new ByteArrayOutputStream();
        PrintStream out = System.out;
        PrintStream err = System.err;
        StringBuilder printed = new StringBuilder();
        try (PrintStream both = new PrintStream(behind, true, StandardCharsets.UTF_8)) {
            System.setOut(both);
            System.setErr(both);
            LogManager.getLogManager().readConfiguration(); // as it is in a process of its own
            for (String command : commands) {
                String named = command.replace("FILE", payments).replace("NUMBER", firstParked());
                List<String> args = new ArrayList<>(List.of(named.split(" ")));
                args.add("--verbose");
                args.addAll(List.of(more));
                TestProgram program = TestProgram.start(args.toArray(new String[0]));
                if (command.equals("run")) {
                    TestProgram.await(
                            () -> !program.isRunning() || program.err().contains("LIVE"),
                            () -> "expected it to be live or to end:\n" + program.err());
                }
                Ended ended = UNTIL_STOPPED.contains(command) ? program.stop() : program.awaitEnd();
                printed.append(ended.out()).append(ended.err());
            }
        } finally {
            System.setOut(out);
            System.setErr(err);
            LogManager.getLogManager().reset();
        }
        return printed.append(behind.toString(StandardCharsets.UTF_8)).toString();
    }

    private static String firstParked() {
        try {
            return servers.query("SELECT coalesce(min(sequence), 1) FROM millrace.parked_events")
                    .get(0);
        } catch (SQLException noneYet) {
            return "1";
        }
    }

    private static void assertSecret(String printed) {
        assertThat(printed).isNotBlank().doesNotContainIgnoringCase(CANARY);
    }

    @Test
    void noneWhenAllIsWell() throws IOException {
        appendBroken();
        String printed = allThatIsPrinted(configuration(lockedStore("admin", CANARY), goodPostgres()));

        assertThat(printed)
                .contains("payments", "Parked: ", "account-broken", "Still parked: ", "Discarded 1 event.", "The bill")
                .doesNotContain("Exception");
        assertSecret(printed);
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "esdb://admin:" + CANARY + "@127.0.0.1:1?tls=false",
                "esdb://admin:" + CANARY + "@localhost:port",
                "esdb://admin:" + CANARY + "%zz@localhost:2113",
                "http://admin:" + CANARY + "@localhost",
                "locked"
            })
    void noneFromAConnectionStringOnTheCommandLine(String eventStore) throws IOException {
        String named = eventStore.equals("locked") ? lockedStore("admin", CANARY) : eventStore;
        assertSecret(
                allThatIsPrinted(List.of("import FILE --type Paid --stream account-{account} --eventstore " + named)));
        assertSecret(allThatIsPrinted(List.of("cost payments --from " + named)));
    }

    @Test
    void noneFromTheUrlOfPostgres() throws IOException {
        for (String url : List.of(
                servers.url() + "?user=keeper&password=" + CANARY,
                servers.url().replace("//", "//keeper:" + CANARY + "@"))) {
            String printed = allThatIsPrinted(configuration(lockedStore("admin", CANARY), "{url: '" + url + "'}"));

            assertThat(printed).doesNotContain("Exception");
            assertSecret(printed);
        }
    }

    @Test
    void noneFromAFile() throws IOException {
        Files.writeString(folder.resolve("secret"), CANARY + "\n");

        assertSecret(allThatIsPrinted(configuration(
                lockedStore("admin", "${file:secret}"),
                "{url: '" + servers.url() + "', user: keeper, password: '${file:secret}'}")));
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "esdb://admin:" + CANARY + "@127.0.0.1:1?tls=false",
                "esdb://admin:" + CANARY + "@localhost:99999",
                "esdb://admin:" + CANARY + "@localhost:port",
                "esdb:/admin:" + CANARY + "@localhost",
                "admin:" + CANARY + "@localhost:2113",
                "http://admin:" + CANARY + "@localhost",
                "'esdb://admin:a/" + CANARY + "@localhost:2113'",
                "'esdb://admin:a?" + CANARY + "@localhost:2113'",
                "'esdb://admin:a?" + CANARY + "=b@localhost:2113'",
                "'esdb://admin:a?b=" + CANARY + "@localhost:2113'",
                "'esdb://admin:a?tls=" + CANARY + "@localhost:2113'",
                "'esdb://admin:a#" + CANARY + "@localhost:2113?x=y'",
                "'esdb://admin:" + CANARY + "%zz@localhost:2113'",
                "'esdb://admin:a@" + CANARY + "@localhost:1?tls=false'",
                "'esdb://admin:" + CANARY + "@localhost:1,[::1]:x?tls=false'",
                "'esdb+discover://admin:" + CANARY + "@127.0.0.1:1?tls=false&maxDiscoverAttempts=1'",
                "{url: {a: " + CANARY + "}}",
                "[" + CANARY + "]",
                "\"" + CANARY,
                "*" + CANARY,
                "${" + CANARY
            })
    void noneFromAConnectionStringThatIsWrong(String eventStore) throws IOException {
        assertSecret(allThatIsPrinted(configuration(eventStore, goodPostgres())));
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "{url: 'jdbc:postgresql://127.0.0.1:1/x', user: me, password: " + CANARY + "}",
                "{url: 'jdbc:postgresql://me:" + CANARY + "@127.0.0.1:1/x'}",
                "{url: 'jdbc:postgresql://me:a/" + CANARY + "@127.0.0.1:1/x'}",
                "{url: 'jdbc:postgresql://me:a?" + CANARY + "@127.0.0.1:1/x'}",
                "{url: 'jdbc:postgresql://me:a#" + CANARY + "@127.0.0.1:1/x'}",
                "{url: 'jdbc:postgresql://me:a@" + CANARY + "@127.0.0.1:1/x'}",
                "{url: 'postgresql://me:" + CANARY + "%zz@127.0.0.1:1/x'}",
                "{url: 'jdbc:postgresql://127.0.0.1:port/x?password=" + CANARY + "'}",
                "{url: 'jdbc:postgresql://127.0.0.1:1/x?PASSWORD=" + CANARY + "'}",
                "{url: 'jdbc:postgresql://127.0.0.1:1/x?sslpassword=" + CANARY + "'}",
                "{url: 'jdbc:postgresql://127.0.0.1:1/x?sslmode=no&password=" + CANARY + "'}",
                "{url: 'jdbc:postgresql:" + CANARY + ":'}",
                "{url: 'jdbc:mysql://me:" + CANARY + "@localhost/x'}",
                "{url: '" + CANARY + "'}",
                "{url: 'jdbc:postgresql://127.0.0.1:1/x', user: me, passwort: " + CANARY + "}",
                "{url: 'jdbc:postgresql://127.0.0.1:1/x', password: [" + CANARY + "]}",
                "{url: 'jdbc:postgresql://127.0.0.1:1/x', password: {x: " + CANARY + "}}",
                "{url: 'jdbc:postgresql://127.0.0.1:1/x', password: \"" + CANARY,
                "{url: 'jdbc:postgresql://127.0.0.1:1/x', password: &a " + CANARY + ", user: *b}",
                "{url: 'jdbc:postgresql://127.0.0.1:1/x', password: !!java.net.URL [" + CANARY + "]}",
                "{url: 'jdbc:postgresql://127.0.0.1:1/x', password: '${NOT_SET:-" + CANARY + "}'}",
                "{url: 'jdbc:postgresql://127.0.0.1:1/x', password: @" + CANARY + "}",
                "{url: 'jdbc:postgresql://127.0.0.1:1/x', password: \"\\q" + CANARY + "\"}"
            })
    void noneFromASettingOfPostgresThatIsWrong(String postgres) throws IOException {
        assertSecret(allThatIsPrinted(configuration(lockedStore("admin", CANARY), postgres)));
    }

    @ParameterizedTest
    @CsvSource({"admin, WRONG, keeper", "nobody, hunter2canary, keeper", "admin, hunter2canary, nobody"})
    void noneWhenTheLoginIsRefused(String admin, String password, String role) throws IOException {
        String wrong = password.equals("WRONG") ? CANARY + "x" : password;
        assertSecret(allThatIsPrinted(configuration(
                lockedStore(admin, wrong),
                "{url: '" + servers.url() + "', user: " + role + ", password: " + CANARY + "x}")));
    }

    @Test
    void noneFromTheEnvironmentOfAProcess() throws Exception {
        String file = configuration(
                "'" + lockedStore("admin", "${STORE_PASSWORD}") + "'",
                "{url: '" + servers.url() + "', user: keeper, password: '${DATABASE_PASSWORD}x'}");
        ProcessBuilder java = new ProcessBuilder(
                        Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                        "-cp",
                        System.getProperty("java.class.path"),
                        "io.millrace.service.Main",
                        "status",
                        "--verbose",
                        "--config",
                        file)
                .redirectErrorStream(true);
        java.environment().put("STORE_PASSWORD", CANARY);
        java.environment().put("DATABASE_PASSWORD", CANARY);
        Process process = java.start();
        String printed = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);

        assertThat(process.waitFor(60, TimeUnit.SECONDS)).isTrue();
        assertThat(printed).contains("refused the login");
        assertSecret(printed);
    }

    /** What no option of ours switches on: every library at its most talkative. */
    @Test
    void noneInTheLogsOfLibraries() {
        LoggerContext context = (LoggerContext) LoggerFactory.getILoggerFactory();
        Logger root = context.getLogger(org.slf4j.Logger.ROOT_LOGGER_NAME);
        Level before = root.getLevel();
        List<String> logged = Collections.synchronizedList(new ArrayList<>());
        PatternLayout layout = new PatternLayout();
        layout.setContext(context);
        layout.setPattern("%logger %msg %ex%n");
        layout.start();
        AppenderBase<ILoggingEvent> appender = new AppenderBase<>() {
            @Override
            protected void append(ILoggingEvent event) {
                logged.add(layout.doLayout(event));
            }
        };
        appender.setContext(context);
        appender.start();
        root.addAppender(appender);
        root.setLevel(Level.TRACE);
        java.util.logging.Logger jdk = java.util.logging.Logger.getLogger("");
        java.util.logging.Level jdkBefore = jdk.getLevel();
        Handler handler = new Handler() {
            @Override
            public void publish(LogRecord message) {
                logged.add(message.getLoggerName() + ' ' + new SimpleFormatter().format(message));
            }

            @Override
            public void flush() {
                // Nothing is kept back.
            }

            @Override
            public void close() {
                // Nothing is open.
            }
        };
        handler.setLevel(java.util.logging.Level.ALL);
        jdk.addHandler(handler);
        jdk.setLevel(java.util.logging.Level.ALL);
        try (Servers connected =
                new Servers(Configuration.read(Path.of(configuration(lockedStore("admin", CANARY), goodPostgres()))))) {
            connected.eventStore().check(Duration.ofSeconds(10));
            connected.postgres().checkpoints().all();
        } finally {
            root.detachAppender(appender);
            root.setLevel(before);
            jdk.removeHandler(handler);
            jdk.setLevel(jdkBefore);
        }
        String all = String.join("", logged);
        assertThat(all).contains("com.zaxxer.hikari", "org.postgresql");
        assertSecret(all);
    }
}
