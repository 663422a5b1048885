package io.millrace.service;

import io.millrace.embedded.EmbeddedPostgres;
import io.millrace.eventstore.EventStoreConnection;
import io.millrace.service.configuration.Configuration;
import io.millrace.service.configuration.PostgresSetting;
import io.millrace.service.configuration.Secret;
import io.millrace.sql.PostgresSettings;
import io.millrace.sql.PostgresStore;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.Optional;

/** The event store and the PostgreSQL that a configuration names, connected; embedded ones are started and stopped. */
final class Servers implements AutoCloseable {
    private final Deque<AutoCloseable> opened = new ArrayDeque<>();
    private Optional<String> embeddedPostgres = Optional.empty();
    private final OpenEventStore eventStore;
    private final PostgresStore postgres;

    /**
     * @throws CommandFailure if the configuration names a server in a way that cannot be used
     * @throws io.millrace.sql.PostgresException if PostgreSQL cannot be used
     * @throws io.millrace.projections.EventSourceException if the event store cannot be used
     */
    Servers(Configuration configuration) {
        try {
            this.eventStore = opened(OpenEventStore.of(configuration.eventStore()));
            this.postgres = connect(configuration.postgres());
        } catch (RuntimeException e) {
            closeAfter(e);
            throw e;
        }
    }

    private PostgresStore connect(PostgresSetting setting) {
        if (setting instanceof PostgresSetting.Embedded embedded) {
            EmbeddedPostgres started = embedded().startPostgres(embedded.folder());
            embeddedPostgres = Optional.of(
                    "postgresql://" + started.user() + "@127.0.0.1:" + started.port() + "/" + started.database());
            return opened(PostgresStore.open(
                    PostgresSettings.of(started.jdbcUrl(), started.user(), started.password(), setting.schema())));
        }
        return opened(PostgresStore.open(settings((PostgresSetting.Server) setting)));
    }

    /** How the configuration's words become those of the SQL side. */
    static PostgresSettings settings(PostgresSetting.Server server) {
        try {
            return PostgresSettings.of(
                    server.url().reveal(),
                    server.user().orElse(""),
                    server.password().map(Secret::reveal).orElse(""),
                    server.schema());
        } catch (IllegalArgumentException e) {
            throw new CommandFailure(ExitCode.USAGE, String.valueOf(e.getMessage()), e);
        }
    }

    private EmbeddedServers embedded() {
        return opened(new EmbeddedServers());
    }

    private <T extends AutoCloseable> T opened(T resource) {
        opened.push(resource);
        return resource;
    }

    EventStoreConnection eventStore() {
        return eventStore.connection();
    }

    /** Where psql finds the PostgreSQL that was started here; empty if it is another one. */
    Optional<String> embeddedPostgres() {
        return embeddedPostgres;
    }

    PostgresStore postgres() {
        return postgres;
    }

    private void closeAfter(RuntimeException failure) {
        try {
            close();
        } catch (RuntimeException e) {
            failure.addSuppressed(e);
        }
    }

    /** Closes connections first, then the servers beneath them. */
    @Override
    public void close() {
        RuntimeException failure = null;
        while (!opened.isEmpty()) {
            try {
                opened.pop().close();
            } catch (Exception e) {
                failure = new IllegalStateException("not closed: " + e.getMessage(), e);
            }
        }
        if (failure != null) {
            throw failure;
        }
    }
}
