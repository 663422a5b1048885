package io.millrace.it.contract;

import com.eventstore.dbclient.AppendToStreamOptions;
import com.eventstore.dbclient.EventData;
import com.eventstore.dbclient.EventDataBuilder;
import com.eventstore.dbclient.EventStoreDBClient;
import com.eventstore.dbclient.ExpectedRevision;
import com.eventstore.dbclient.Position;
import com.eventstore.dbclient.ReadAllOptions;
import com.eventstore.dbclient.ReadResult;
import com.eventstore.dbclient.ReadStreamOptions;
import com.eventstore.dbclient.RecordedEvent;
import com.eventstore.dbclient.ResolvedEvent;
import com.eventstore.dbclient.StreamMetadata;
import com.eventstore.dbclient.SubscribeToAllOptions;
import com.eventstore.dbclient.SubscribeToStreamOptions;
import com.eventstore.dbclient.SubscriptionFilterBuilder;
import com.eventstore.dbclient.WriteResult;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.stream.IntStream;

/** The client that all tests share, and the calls that most of them make. */
abstract class ContractTest {
    static final EventStoreDBClient CLIENT = Target.connect(Target.plain());

    private static final String RUN = Long.toString(System.currentTimeMillis(), Character.MAX_RADIX);
    private static final AtomicInteger NAMES = new AtomicInteger();

    /** A name that no test and no other run has; without a dash, so it is a stream without a category. */
    static String unique(String name) {
        return name + "_" + RUN + "_" + NAMES.incrementAndGet();
    }

    static EventData event(String type) {
        return json(type, "{}");
    }

    static EventData json(String type, String data) {
        return EventDataBuilder.json(type, bytes(data)).build();
    }

    static EventData link(String data) {
        return json("$>", data);
    }

    static byte[] bytes(String text) {
        return text.getBytes(StandardCharsets.UTF_8);
    }

    static String text(byte[] bytes) {
        return new String(bytes, StandardCharsets.UTF_8);
    }

    static EventData[] events(String type, int count) {
        return IntStream.range(0, count)
                .mapToObj(n -> json(type, "{\"n\":" + n + "}"))
                .toArray(EventData[]::new);
    }

    static AppendToStreamOptions expecting(ExpectedRevision revision) {
        return AppendToStreamOptions.get().expectedRevision(revision);
    }

    static CompletableFuture<WriteResult> appending(String stream, ExpectedRevision revision, EventData... events) {
        return CLIENT.appendToStream(stream, expecting(revision), events);
    }

    static WriteResult append(String stream, EventData... events) {
        return Outcome.of(appending(stream, ExpectedRevision.any(), events));
    }

    /** A new stream with so many events, from 0 on. */
    static String streamOf(String name, int count) {
        String stream = unique(name);
        append(stream, events("Counted", count));
        return stream;
    }

    static ReadResult read(String stream, ReadStreamOptions options) {
        return Outcome.of(CLIENT.readStream(stream, options));
    }

    static ReadResult read(String stream) {
        return read(stream, ReadStreamOptions.get().forwards().fromStart());
    }

    /** The server's default is everything; what others write meanwhile comes too. */
    static List<ResolvedEvent> readAll(ReadAllOptions options) {
        return Outcome.of(CLIENT.readAll(options)).getEvents();
    }

    static List<Long> revisions(ReadResult result) {
        return revisions(result.getEvents());
    }

    static List<Long> revisions(List<ResolvedEvent> events) {
        return events.stream()
                .map(event -> event.getOriginalEvent().getRevision())
                .toList();
    }

    static List<RecordedEvent> originals(List<ResolvedEvent> events) {
        return events.stream().map(ResolvedEvent::getOriginalEvent).toList();
    }

    static List<ResolvedEvent> of(String stream, List<ResolvedEvent> events) {
        return events.stream()
                .filter(event -> event.getOriginalEvent().getStreamId().equals(stream))
                .toList();
    }

    /** Where the events of a stream are in {@code $all}. */
    static List<Position> positions(String stream) {
        return originals(read(stream).getEvents()).stream()
                .map(RecordedEvent::getPosition)
                .toList();
    }

    static Heard subscribe(String stream, SubscribeToStreamOptions options) {
        return subscribe(new Heard(), stream, options);
    }

    static Heard subscribe(Heard heard, String stream, SubscribeToStreamOptions options) {
        return heard.with(CLIENT.subscribeToStream(stream, heard, options));
    }

    static Heard subscribeToAll(SubscribeToAllOptions options) {
        Heard heard = new Heard();
        return heard.with(CLIENT.subscribeToAll(heard, options));
    }

    /** Subscribes with this filter; the checkpoints are heard too. */
    static Heard subscribeToAll(SubscribeToAllOptions options, SubscriptionFilterBuilder filter, int multiplier) {
        Heard heard = new Heard();
        return heard.with(CLIENT.subscribeToAll(
                heard, options.filter(filter.withCheckpointer(heard, multiplier).build())));
    }

    static Heard subscribeToAll(SubscribeToAllOptions options, SubscriptionFilterBuilder filter) {
        return subscribeToAll(options, filter, 1);
    }

    static void setMetadata(String stream, StreamMetadata metadata) {
        Outcome.of(CLIENT.setStreamMetadata(stream, metadata));
    }

    static void delete(String stream) {
        Outcome.of(CLIENT.deleteStream(stream));
    }

    static void tombstone(String stream) {
        Outcome.of(CLIENT.tombstoneStream(stream));
    }
}
