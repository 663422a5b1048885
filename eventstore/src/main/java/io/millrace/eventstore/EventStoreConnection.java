package io.millrace.eventstore;

import io.millrace.projections.EventSourceException;
import java.time.Duration;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The way to one event store: what reads, appends and asks goes through here, over threads and connections that this
 * owns. Safe for use by several threads. Messages and logs never hold the password.
 */
public final class EventStoreConnection implements AutoCloseable {
    private static final Logger LOG = LoggerFactory.getLogger(EventStoreConnection.class);

    private final Transport transport;
    private final EventStoreSource source;
    private final EventAppender appender;
    private final StoreReads reads;

    private EventStoreConnection(Transport transport) {
        this.transport = transport;
        this.source = new EventStoreSource(transport);
        this.appender = new EventAppender(transport);
        this.reads = new StoreReads(transport);
    }

    /**
     * Prepares the way; connects when something is asked for.
     *
     * @param connectionString as EventStoreDB's clients take it: {@code esdb://user:password@host:port?tls=true}, or
     *     {@code esdb+discover://…} to find the leader of a cluster
     * @throws IllegalArgumentException when it is something else, or names certificate files that cannot be used
     */
    public static EventStoreConnection open(String connectionString) {
        ConnectionSettings settings = ConnectionSettings.parse(connectionString);
        EventStoreConnection connection = new EventStoreConnection(new Transport(settings));
        settings.weakness()
                .ifPresent(asked -> LOG.warn(
                        "The connection to the event store at {} is not protected against somebody in between: its"
                                + " connection string asks for {}; leave it out, and the server is verified",
                        settings,
                        asked));
        return connection;
    }

    /** Where subscriptions are made. */
    public EventStoreSource source() {
        return source;
    }

    /** Where events are appended. */
    public EventAppender appender() {
        return appender;
    }

    /** Where single questions are asked. */
    public StoreReads reads() {
        return reads;
    }

    /**
     * Asks the store once whether it is there and takes these credentials.
     *
     * @param patience how long an answer may take at most; a refused connection is told at once
     * @return what the store says of itself
     * @throws EventSourceException {@code UNREACHABLE} when nobody answers, {@code DENIED} when user name, password or
     *     certificate are refused, {@code INVALID} when something else than an event store answers
     */
    public ServerInfo check(Duration patience) {
        return reads.check(patience);
    }

    /** Ends all subscriptions, all calls and all threads; takes at most a few seconds, as a rule milliseconds. */
    @Override
    public void close() {
        source.closeAll();
        appender.close();
        reads.close();
        transport.close();
    }

    /** The hosts of the store, nothing secret. */
    @Override
    public String toString() {
        return "event store at " + transport.settings();
    }
}
