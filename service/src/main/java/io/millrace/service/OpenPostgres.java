package io.millrace.service;

import io.millrace.embedded.EmbeddedPostgres;
import io.millrace.service.configuration.PostgresSetting;
import io.millrace.sql.PostgresSettings;
import io.millrace.sql.PostgresStore;
import java.util.Optional;

/** A PostgreSQL, connected, for commands that need no event store; an embedded one is started, and stopped again. */
final class OpenPostgres implements AutoCloseable {
    private final PostgresStore store;
    private final Optional<EmbeddedServers> server;

    private OpenPostgres(PostgresStore store, Optional<EmbeddedServers> server) {
        this.store = store;
        this.server = server;
    }

    /**
     * @throws CommandFailure if it is embedded and does not start
     * @throws io.millrace.sql.PostgresException if it cannot be used
     */
    static OpenPostgres of(PostgresSetting setting) {
        return setting instanceof PostgresSetting.Embedded embedded
                ? start(embedded)
                : new OpenPostgres(
                        PostgresStore.open(Servers.settings((PostgresSetting.Server) setting)), Optional.empty());
    }

    private static OpenPostgres start(PostgresSetting.Embedded setting) {
        EmbeddedServers servers = new EmbeddedServers();
        try {
            EmbeddedPostgres started = servers.startPostgres(setting.folder());
            PostgresSettings settings =
                    PostgresSettings.of(started.jdbcUrl(), started.user(), started.password(), setting.schema());
            return new OpenPostgres(PostgresStore.open(settings), Optional.of(servers));
        } catch (RuntimeException e) {
            servers.close();
            throw e;
        }
    }

    PostgresStore store() {
        return store;
    }

    @Override
    public void close() {
        try {
            store.close();
        } finally {
            server.ifPresent(EmbeddedServers::close);
        }
    }
}
