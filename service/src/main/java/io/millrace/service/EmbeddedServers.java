package io.millrace.service;

import io.millrace.embedded.EmbeddedEventStore;
import io.millrace.embedded.EmbeddedPostgres;
import java.nio.file.Path;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.Optional;
import java.util.function.Supplier;

/**
 * The servers that run when nothing is installed: for {@code millrace demo}, for configurations that say {@code embedded},
 * and for {@code millrace eventstore}. Their classes are in {@code lib/embedded}, which may be left out: only what uses
 * this class needs them. A command must not name them in its fields and signatures, which picocli looks at in any case.
 */
final class EmbeddedServers implements AutoCloseable {
    private static final String A_CLASS = "io.millrace.embedded.EmbeddedEventStore";

    private final Deque<AutoCloseable> started = new ArrayDeque<>();

    /** @throws CommandFailure if they were left out */
    EmbeddedServers() {
        try {
            Class.forName(A_CLASS, false, getClass().getClassLoader());
        } catch (ClassNotFoundException e) {
            throw new CommandFailure(
                    ExitCode.USAGE,
                    "the embedded servers are not part of this installation: put the folder lib/embedded of the full"
                            + " distribution back, or use servers of your own",
                    e);
        }
    }

    EmbeddedEventStore startEventStore(Optional<Path> folder) {
        EmbeddedEventStore.Builder builder = EmbeddedEventStore.builder();
        folder.ifPresent(builder::dataFolder);
        return started("event store", builder::start);
    }

    /** One that others connect to; the settings have been looked at only as far as the command line can. */
    EmbeddedEventStore startEventStore(EventStoreOptions options) {
        return started("event store", () -> {
            EmbeddedEventStore.Builder builder = EmbeddedEventStore.builder().port(options.port());
            options.dataFolder().ifPresent(builder::dataFolder);
            options.users().forEach(builder::user);
            if (options.tls()) {
                builder.tls();
            }
            return builder.start();
        });
    }

    EmbeddedPostgres startPostgres(Optional<Path> folder) {
        return started("PostgreSQL", () -> folder.map(EmbeddedPostgres::start).orElseGet(EmbeddedPostgres::start));
    }

    private <S extends AutoCloseable> S started(String what, Supplier<S> start) {
        try {
            S server = start.get();
            started.push(server);
            return server;
        } catch (RuntimeException e) {
            throw new CommandFailure(
                    e instanceof IllegalArgumentException ? ExitCode.USAGE : ExitCode.UNREACHABLE,
                    "the embedded " + what + " does not start: " + e.getMessage(),
                    e);
        }
    }

    /** Stops them, the last one first. */
    @Override
    public void close() {
        RuntimeException failure = null;
        while (!started.isEmpty()) {
            try {
                started.pop().close();
            } catch (Exception e) {
                failure = new IllegalStateException("an embedded server does not stop: " + e.getMessage(), e);
            }
        }
        if (failure != null) {
            throw failure;
        }
    }
}
