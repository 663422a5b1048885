package io.millrace.it.faults;

import io.millrace.checkpoint.Position;
import io.millrace.eventstore.AppendException;
import io.millrace.eventstore.Appended;
import io.millrace.eventstore.EventStoreConnection;
import io.millrace.eventstore.ExpectedRevision;
import io.millrace.eventstore.NewEvent;
import io.millrace.examples.SampleEvent;
import io.millrace.examples.SampleFlights;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.UUID;

/**
 * Appends flights, always the same ones in the same order: the 20,000 real ones, again and again. An append that fails
 * is repeated with the same event ids until the store is there. For one thread.
 */
final class Flights implements AutoCloseable {
    private static final List<SampleEvent> SAMPLES = SampleFlights.events();
    private static final int PER_APPEND = 10_000;
    private static final Duration PATIENCE = Duration.ofMinutes(3);

    private final EventStoreConnection connection;
    private final String source;
    private int next;

    /** @param source told apart from others that append to the same store */
    Flights(String eventStore, String source) {
        this.connection = EventStoreConnection.open(eventStore);
        this.source = source;
    }

    /** Other flights than those that would be next. */
    void skip(int flights) {
        next += flights;
    }

    void depart(int flights) {
        for (int left = flights; left > 0; ) {
            int now = Math.min(left, PER_APPEND);
            append(now);
            left -= now;
        }
    }

    /** Returns its commit position in the log. */
    long departOne() {
        return ((Position.InLog) append(1).position().orElseThrow()).commit();
    }

    private Appended append(int flights) {
        List<NewEvent> events = new ArrayList<>();
        for (int i = 0; i < flights; i++, next++) {
            UUID id = UUID.nameUUIDFromBytes((source + next).getBytes(StandardCharsets.UTF_8));
            SampleEvent flight = SAMPLES.get(next % SAMPLES.size());
            events.add(NewEvent.json(id, flight.type(), flight.data().getBytes(StandardCharsets.UTF_8), new byte[0]));
        }
        long patienceEnds = System.nanoTime() + PATIENCE.toNanos();
        while (true) {
            try {
                return connection.appender().appendNow("flight-" + source, ExpectedRevision.any(), events);
            } catch (AppendException e) {
                if (System.nanoTime() - patienceEnds > 0) {
                    throw e;
                }
                Await.pause();
            }
        }
    }

    @Override
    public void close() {
        connection.close();
    }
}
