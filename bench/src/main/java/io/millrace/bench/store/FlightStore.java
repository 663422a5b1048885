package io.millrace.bench.store;

import com.eventstore.dbclient.proto.streams.StreamsGrpc;
import com.eventstore.dbclient.proto.streams.StreamsGrpc.StreamsStub;
import io.grpc.ManagedChannel;
import io.grpc.ManagedChannelBuilder;
import io.millrace.bench.ServerProcess;
import io.millrace.eventstore.EventStoreConnection;
import io.millrace.eventstore.ExpectedRevision;
import io.millrace.eventstore.NewEvent;
import io.millrace.projections.EventEnvelope;
import java.io.IOException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.UUID;
import java.util.concurrent.CompletableFuture;

/** An event store of flights in a process of its own, with a connection of Millrace's and one of the generated stub's. */
public final class FlightStore implements AutoCloseable {
    private static final int USUAL_APPEND_BYTES = 1 << 20;
    private static final int PER_APPEND = 500;

    /** Appends to one stream wait for each other. */
    private static final int STREAMS = 8;

    private final ServerProcess server;
    private final ManagedChannel channel;
    private final EventStoreConnection connection;

    private FlightStore(ServerProcess server) {
        this.server = server;
        this.channel = ManagedChannelBuilder.forAddress("127.0.0.1", server.port())
                .usePlaintext()
                .build();
        this.connection = EventStoreConnection.open(connectionString());
    }

    /**
     * Starts an empty store in a process of its own.
     *
     * @param eventsPerSecond that a subscription gets at most; 0 for as many as there are
     */
    public static FlightStore start(long eventsPerSecond) throws IOException {
        return start(eventsPerSecond, USUAL_APPEND_BYTES);
    }

    public static FlightStore start(long eventsPerSecond, int maxAppendBytes) throws IOException {
        return new FlightStore(ServerProcess.start(false, eventsPerSecond, maxAppendBytes));
    }

    public String connectionString() {
        return "esdb://127.0.0.1:" + server.port() + "?tls=false";
    }

    public StreamsStub stub() {
        return StreamsGrpc.newStub(channel);
    }

    public EventStoreConnection connection() {
        return connection;
    }

    /** CPU time of the store's process. */
    public Duration cpu() {
        return server.cpu();
    }

    /** Appends them, 500 a call, many calls at once; returns when all are acknowledged. */
    public void append(List<EventEnvelope> events) {
        append(events, PER_APPEND);
    }

    /** The same with so many a call. */
    public void append(List<EventEnvelope> events, int perAppend) {
        List<CompletableFuture<?>> appended = new ArrayList<>();
        for (int from = 0; from < events.size(); from += perAppend) {
            appended.add(connection
                    .appender()
                    .append(
                            "flight-" + from / perAppend % STREAMS,
                            ExpectedRevision.any(),
                            events.subList(from, Math.min(events.size(), from + perAppend)).stream()
                                    .map(FlightStore::asNew)
                                    .toList()));
        }
        appended.forEach(CompletableFuture::join);
    }

    /** The same again, as a new event. */
    public static NewEvent asNew(EventEnvelope event) {
        return NewEvent.json(UUID.randomUUID(), event.type(), event.data(), event.metadata());
    }

    @Override
    public void close() throws IOException {
        connection.close();
        channel.shutdownNow();
        server.close();
    }
}
