package io.millrace.service;

import io.millrace.eventstore.EventStoreConnection;
import io.millrace.service.configuration.EventStoreSetting;
import java.time.Duration;
import java.util.Optional;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** An event store, connected; an embedded one is started first, and stopped when this is closed. */
final class OpenEventStore implements AutoCloseable {
    private static final Logger LOG = LoggerFactory.getLogger(OpenEventStore.class);
    private static final Duration PATIENCE = Duration.ofSeconds(10);

    private final EventStoreConnection connection;
    private final Optional<EmbeddedServers> server;

    private OpenEventStore(EventStoreConnection connection, Optional<EmbeddedServers> server) {
        this.connection = connection;
        this.server = server;
    }

    /**
     * @throws CommandFailure if it is embedded and does not start
     * @throws io.millrace.projections.EventSourceException if it cannot be reached, or does not let us in
     */
    static OpenEventStore of(EventStoreSetting setting) {
        return setting instanceof EventStoreSetting.Embedded embedded
                ? start(embedded)
                : at(((EventStoreSetting.Server) setting).connectionString().reveal());
    }

    /** Connects to one that is there. */
    static OpenEventStore at(String connectionString) {
        return new OpenEventStore(connect(connectionString), Optional.empty());
    }

    private static OpenEventStore start(EventStoreSetting.Embedded setting) {
        EmbeddedServers servers = new EmbeddedServers();
        try {
            String started = servers.startEventStore(setting.folder()).connectionString();
            LOG.info("Embedded event store at {}", started);
            return new OpenEventStore(connect(started), Optional.of(servers));
        } catch (RuntimeException e) {
            servers.close();
            throw e;
        }
    }

    private static EventStoreConnection connect(String connectionString) {
        EventStoreConnection connection;
        try {
            connection = EventStoreConnection.open(connectionString);
        } catch (IllegalArgumentException e) {
            throw new CommandFailure(ExitCode.USAGE, String.valueOf(e.getMessage()), e);
        }
        try {
            connection.check(PATIENCE);
            return connection;
        } catch (RuntimeException e) {
            connection.close();
            throw e;
        }
    }

    EventStoreConnection connection() {
        return connection;
    }

    @Override
    public void close() {
        try {
            connection.close();
        } finally {
            server.ifPresent(EmbeddedServers::close);
        }
    }
}
