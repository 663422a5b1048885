package io.millrace.service;

import io.millrace.embedded.EmbeddedEventStore;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;

/** The embedded event store on its own. */
@Command(
        name = "eventstore",
        description = {
            "Runs the embedded event store on its own until it is stopped: for development and tests, not for"
                    + " production.",
            "",
            "It speaks EventStoreDB's gRPC protocol on 127.0.0.1, keeps every event in memory, and with --data in a"
                    + " folder too. The first line on standard output is its connection string."
        },
        footer = {"", "Example:", "  millrace eventstore --data events --users admin:changeit --tls"})
final class EventStoreCommand implements Callable<Integer> {
    private static final String WAY_IN = """
            %s

            An event store for development and tests, not for production. %s

            Java client  EventStoreDBClient.create(
                             EventStoreDBConnectionString.parseOrThrow("%s"))
            import       millrace import FILE --type TYPE --stream STREAM \\
                             --eventstore '%s'
            %s
            Ctrl-C stops it.""";

    private static final String CERTIFICATE = """
            certificate  %s
                         A client that verifies it needs tlsCaFile=… as above, and must be able to read the file;
                         tlsVerifyCert=false in its place believes any certificate.
            """;

    private final Program program;

    @Option(
            names = "--port",
            defaultValue = "2113",
            description = "Where it listens; 0 picks a free port. Default: ${DEFAULT-VALUE}.")
    private int port;

    @Option(
            names = "--data",
            paramLabel = "DIR",
            description = "Keep the events in this folder, and begin with what is in it.")
    private @Nullable Path dataFolder;

    @Option(
            names = "--users",
            split = ",",
            paramLabel = "NAME:PASSWORD",
            description = "Let in only these users, e.g. admin:changeit,reader:secret.")
    private List<String> users = List.of();

    @Option(names = "--tls", description = "Speak TLS only, with a certificate that is made at each start.")
    private boolean tls;

    EventStoreCommand(Program program) {
        this.program = program;
    }

    @Override
    public Integer call() {
        EventStoreOptions options =
                new EventStoreOptions(port, Optional.ofNullable(dataFolder), passwordsByName(users), tls);
        try (EmbeddedServers servers = new EmbeddedServers()) {
            EmbeddedEventStore store = servers.startEventStore(options);
            if (store.certificate().isEmpty()) {
                runUntilStopped(options, store.connectionString(), Optional.empty());
            } else {
                try (CertificateFile file =
                        CertificateFile.write(store.certificate().get(), options.dataFolder())) {
                    runUntilStopped(options, verifying(store.connectionString(), file), Optional.of(file));
                }
            }
        }
        return ExitCode.DONE.number();
    }

    private static Map<String, String> passwordsByName(List<String> users) {
        Map<String, String> passwords = new LinkedHashMap<>();
        for (String user : users) {
            String[] parts = user.split(":", 2);
            if (parts.length < 2 || parts[0].isEmpty() || parts[1].isEmpty()) {
                throw new CommandFailure(
                        ExitCode.USAGE,
                        "expected users as NAME:PASSWORD[,NAME:PASSWORD…], e.g. --users admin:changeit");
            }
            if (passwords.put(parts[0], parts[1]) != null) {
                throw new CommandFailure(
                        ExitCode.USAGE, "expected each user once: --users names " + parts[0] + " twice");
            }
        }
        return passwords;
    }

    /** The server's own connection string believes any certificate; this one only that of the file. */
    private static String verifying(String connectionString, CertificateFile certificate) {
        return connectionString.replace("tlsVerifyCert=false", "tlsCaFile=" + certificate.path());
    }

    private void runUntilStopped(
            EventStoreOptions options, String connectionString, Optional<CertificateFile> certificate) {
        String events = options.dataFolder()
                .map(folder -> "It keeps its events in " + folder + ".")
                .orElse("Its events are in memory, and gone when it stops.");
        program.console()
                .out()
                .println(WAY_IN.formatted(
                        connectionString,
                        events,
                        connectionString,
                        connectionString,
                        certificate
                                .map(file -> CERTIFICATE.formatted(file.path()))
                                .orElse("")));
        program.stop().raised().join();
    }
}
