package io.millrace.it;

import ch.qos.logback.classic.Level;
import ch.qos.logback.classic.Logger;
import com.eventstore.dbclient.EventStoreDBClient;
import com.eventstore.dbclient.EventStoreDBConnectionString;
import io.millrace.embedded.EmbeddedEventStore;
import io.millrace.embedded.EmbeddedPostgres;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.SQLException;
import java.time.Duration;
import java.util.Optional;
import org.slf4j.LoggerFactory;
import org.testcontainers.DockerClientFactory;
import org.testcontainers.containers.GenericContainer;
import org.testcontainers.containers.wait.strategy.Wait;
import org.testcontainers.utility.DockerImageName;

/**
 * The event store and the PostgreSQL that the tests of this module run against, started once and stopped with the
 * process. Each is, in this order: a server named by the environment, a container, the embedded one.
 *
 * <ul>
 *   <li>{@code MILLRACE_IT_EVENTSTORE}: a connection string, {@code esdb://host:2113?tls=false}.
 *   <li>{@code MILLRACE_IT_POSTGRES}: a JDBC URL with user and password, {@code jdbc:postgresql://host/db?user=…}.
 *   <li>{@code MILLRACE_IT_DOCKER=false}: leave Docker alone even where there is one.
 * </ul>
 *
 * <p>Servers may be shared and used before: tests name their streams, event types and schemas with {@link #unique}.
 */
final class Servers {
    private static final String EVENT_STORE_IMAGE =
            System.getProperty("millrace.it.eventstore.image", "eventstore/eventstore:24.6.0-jammy");
    private static final String POSTGRES_IMAGE = System.getProperty("millrace.it.postgres.image", "postgres:18");

    private static final boolean DOCKER = dockerIsThere();
    private static final String RUN = Long.toString(System.currentTimeMillis(), Character.MAX_RADIX);

    /** Where the servers are. */
    record Postgres(String url, String user, String password, String kind) {
        Connection connect() throws SQLException {
            return DriverManager.getConnection(url, user, password);
        }
    }

    record EventStore(String connectionString, String kind) {
        EventStoreDBClient client() {
            return EventStoreDBClient.create(EventStoreDBConnectionString.parseOrThrow(connectionString));
        }
    }

    /** Started when it is first asked for: not every test needs both. */
    private static final class StartedEventStore {
        static final EventStore SERVER = startEventStore();

        static {
            System.out.println("it: event store is " + SERVER.kind());
        }
    }

    private static final class StartedPostgres {
        static final Postgres SERVER = startPostgres();

        static {
            System.out.println("it: PostgreSQL is " + SERVER.kind());
        }
    }

    private Servers() {}

    static EventStore eventStore() {
        return StartedEventStore.SERVER;
    }

    static Postgres postgres() {
        return StartedPostgres.SERVER;
    }

    /** A name that no other run uses: a server that is given may keep what earlier runs wrote. */
    static String unique(String name) {
        return name + "_" + RUN;
    }

    private static EventStore startEventStore() {
        Optional<String> given = environment("MILLRACE_IT_EVENTSTORE");
        if (given.isPresent()) {
            return new EventStore(given.get(), "the one that MILLRACE_IT_EVENTSTORE names");
        }
        if (DOCKER) {
            GenericContainer<?> container = started(new GenericContainer<>(DockerImageName.parse(EVENT_STORE_IMAGE))
                    .withCommand("--insecure", "--mem-db", "--run-projections=All", "--start-standard-projections")
                    .withExposedPorts(2113)
                    .waitingFor(Wait.forHttp("/health/live").forStatusCode(204)));
            return new EventStore(
                    "esdb://" + container.getHost() + ":" + container.getMappedPort(2113) + "?tls=false",
                    "a container of " + EVENT_STORE_IMAGE);
        }
        EmbeddedEventStore embedded = EmbeddedEventStore.start();
        atExit(embedded::close);
        return new EventStore(embedded.connectionString(), "the embedded one");
    }

    private static Postgres startPostgres() {
        Optional<String> given = environment("MILLRACE_IT_POSTGRES");
        if (given.isPresent()) {
            return given(given.get());
        }
        if (DOCKER) {
            GenericContainer<?> container = started(new GenericContainer<>(DockerImageName.parse(POSTGRES_IMAGE))
                    .withEnv("POSTGRES_PASSWORD", "it")
                    .withExposedPorts(5432)
                    .waitingFor(Wait.forLogMessage(".*database system is ready to accept connections.*\\s", 2)));
            return new Postgres(
                    "jdbc:postgresql://" + container.getHost() + ":" + container.getMappedPort(5432) + "/postgres",
                    "postgres",
                    "it",
                    "a container of " + POSTGRES_IMAGE);
        }
        EmbeddedPostgres embedded = EmbeddedPostgres.start();
        atExit(embedded::close);
        return new Postgres(embedded.jdbcUrl(), embedded.user(), embedded.password(), "the embedded one");
    }

    /** Takes user and password out of the URL, where our configuration has them apart. */
    private static Postgres given(String url) {
        return new Postgres(
                url.replaceAll("[?&](user|password)=[^&]*", ""),
                parameter(url, "user"),
                parameter(url, "password"),
                "the one that MILLRACE_IT_POSTGRES names");
    }

    private static String parameter(String url, String name) {
        var match = java.util.regex.Pattern.compile("[?&]" + name + "=([^&]*)").matcher(url);
        return match.find() ? match.group(1) : "";
    }

    private static GenericContainer<?> started(GenericContainer<?> container) {
        container.withStartupTimeout(Duration.ofMinutes(3)).start();
        atExit(container::stop);
        return container;
    }

    /** Testcontainers logs as an error that there is no Docker; here that is an answer. */
    private static boolean dockerIsThere() {
        if (LoggerFactory.getLogger("org.testcontainers") instanceof Logger logger) {
            logger.setLevel(Level.OFF);
        }
        return !"false".equals(System.getenv("MILLRACE_IT_DOCKER"))
                && DockerClientFactory.instance().isDockerAvailable();
    }

    static Optional<String> environment(String name) {
        return Optional.ofNullable(System.getenv(name)).filter(value -> !value.isBlank());
    }

    static void atExit(Runnable stop) {
        Runtime.getRuntime().addShutdownHook(new Thread(stop, "it-stop"));
    }
}
