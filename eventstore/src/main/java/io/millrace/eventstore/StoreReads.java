package io.millrace.eventstore;

import com.eventstore.dbclient.proto.serverfeatures.ServerFeaturesGrpc;
import com.eventstore.dbclient.proto.shared.Shared.Empty;
import com.eventstore.dbclient.proto.streams.StreamsOuterClass.ReadReq;
import com.eventstore.dbclient.proto.streams.StreamsOuterClass.ReadResp;
import io.grpc.Channel;
import io.grpc.Metadata;
import io.grpc.Status;
import io.grpc.StatusRuntimeException;
import io.grpc.stub.MetadataUtils;
import io.millrace.checkpoint.Position;
import io.millrace.projections.EventEnvelope;
import io.millrace.projections.EventSourceException;
import io.millrace.projections.Source;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import java.util.function.Predicate;

/**
 * Single questions to the store. They block until answered, go to the leader where that is preferred, and are asked
 * once; an {@link EventSourceException} says why there is no answer, also when the connection was closed. Safe for use by several threads, but not by those
 * that a subscription signals on.
 */
public final class StoreReads {
    private static final int REDIRECTS = 3;
    private static final int PAGE = 500;
    private static final Duration LONG_READ = Duration.ofMinutes(5);
    private static final Set<String> ANY_TYPE = Set.of("any");

    private final Transport transport;
    private final NodeConnection node;
    private final GrpcStoreCalls calls;

    StoreReads(Transport transport) {
        this.transport = transport;
        this.node = new NodeConnection(transport);
        this.calls = new GrpcStoreCalls(transport, node);
    }

    /** The last event of this stream, a link as it is, at its revision; empty if the stream has none. */
    public Optional<EventEnvelope> lastEvent(String stream) {
        EventDecoder decoder = new EventDecoder(new Source.SingleStream(stream), ANY_TYPE);
        return read(ReadRequests.lastOf(stream), deadline()).stream()
                .filter(ReadResp::hasEvent)
                .map(answer -> decoder.any(answer.getEvent()))
                .findFirst();
    }

    /** The last event of this stream that is such a one, a link as it is; reads backwards until it is found. */
    public Optional<EventEnvelope> lastEvent(String stream, Predicate<EventEnvelope> such) {
        EventDecoder decoder = new EventDecoder(new Source.SingleStream(stream), ANY_TYPE);
        Optional<EventEnvelope> oldest = lastEvent(stream);
        Optional<EventEnvelope> found = oldest.filter(such);
        while (found.isEmpty() && oldest.isPresent() && oldest.get().revision() > 0) {
            ReadReq page = ReadRequests.backwards(stream, oldest.get().revision(), PAGE);
            List<EventEnvelope> events = read(page, deadline()).stream()
                    .filter(ReadResp::hasEvent)
                    .map(answer -> decoder.any(answer.getEvent()))
                    .toList();
            found = events.stream().filter(such).findFirst();
            oldest = events.isEmpty() ? Optional.empty() : Optional.of(events.get(events.size() - 1));
        }
        return found;
    }

    /** The last position that there is: of {@code $all}, or of the single stream; empty if there is nothing. */
    public Optional<Position> head(Source source) {
        return HistoryCheck.head(
                read(new ReadRequests(source, ANY_TYPE).head(), deadline()), new EventDecoder(source, ANY_TYPE));
    }

    /**
     * Counts the events that are still to be read.
     *
     * @param afterExclusive the checkpoint; empty for the beginning
     * @param maxEvents counts no further than this
     * @param maxDuration nor longer than this
     */
    public Backlog matchingAfter(
            Source source,
            Set<String> eventTypes,
            Optional<Position> afterExclusive,
            int maxEvents,
            Duration maxDuration) {
        ReadReq request = new ReadRequests(source, eventTypes).forwards(afterExclusive, Long.MAX_VALUE);
        return followingLeader(() -> {
            BacklogCount count = new BacklogCount(new EventDecoder(source, eventTypes), afterExclusive, maxEvents);
            StoreCalls.Terms terms = terms(maxDuration.plus(deadline()));
            try (BlockingRead reading = new BlockingRead(calls, request, terms, count)) {
                boolean ended = reading.await(maxDuration);
                return count.result(ended);
            }
        });
    }

    /**
     * The first events of a source, of any type but the system's own, in order.
     *
     * @throws EventSourceException if they do not come, or more slowly than it is worth waiting for
     */
    public List<EventEnvelope> events(Source source, int maxEvents) {
        EventDecoder decoder = new EventDecoder(source, ANY_TYPE);
        return followingLeader(() -> {
            List<EventEnvelope> events = new ArrayList<>();
            Predicate<ReadResp> takesMore = answer -> {
                EventEnvelope event = answer.hasEvent() ? decoder.any(answer.getEvent()) : null;
                if (event != null && !event.type().startsWith("$")) {
                    events.add(event);
                }
                return events.size() < maxEvents;
            };
            StoreCalls.Terms terms = terms(LONG_READ);
            try (BlockingRead reading =
                    new BlockingRead(calls, new ReadRequests(source, ANY_TYPE).everything(), terms, takesMore)) {
                if (!reading.await(LONG_READ)) {
                    throw new EventSourceException(
                            EventSourceException.Kind.UNREACHABLE,
                            "expected " + calls.target() + " to send its events within " + LONG_READ.toMinutes()
                                    + " minutes, and it still does; ask for fewer");
                }
                return events;
            }
        });
    }

    /** Answers for {@link EventStoreConnection#check}. */
    ServerInfo check(Duration patience) {
        String version = version(patience);
        try {
            read(new ReadRequests(new Source.AllStreams(), ANY_TYPE).head(), patience);
        } catch (EventSourceException refused) {
            // Not everybody who may read a stream may read $all; subscriptions will tell.
            if (!isPermissionDenied(refused)) {
                throw refused;
            }
        }
        return new ServerInfo(calls.target(), version);
    }

    private String version(Duration patience) {
        try {
            CompletableFuture<Channel> connected = new CompletableFuture<>();
            node.whenConnected((channel, error) -> {
                if (channel == null) {
                    connected.completeExceptionally(error);
                } else {
                    connected.complete(channel);
                }
            });
            Channel channel = connected.get(patience.toMillis(), TimeUnit.MILLISECONDS);
            return ServerFeaturesGrpc.newBlockingStub(channel)
                    .withDeadlineAfter(patience.toMillis(), TimeUnit.MILLISECONDS)
                    .withInterceptors(MetadataUtils.newAttachHeadersInterceptor(
                            transport.settings().headers(false)))
                    .getSupportedMethods(Empty.getDefaultInstance())
                    .getEventStoreServerVersion();
        } catch (InterruptedException interrupt) {
            throw BlockingRead.interrupted(calls.target());
        } catch (Exception failure) {
            Status status = Status.fromThrowable(failure);
            if (status.getCode() == Status.Code.UNIMPLEMENTED) {
                return "";
            }
            node.reconnect(Optional.empty());
            Metadata trailers = Objects.requireNonNullElseGet(Status.trailersFromThrowable(failure), Metadata::new);
            throw CallEnd.of(status, trailers, calls.target()).cause();
        }
    }

    private static boolean isPermissionDenied(EventSourceException refused) {
        return refused.getCause() instanceof StatusRuntimeException status
                && status.getStatus().getCode() == Status.Code.PERMISSION_DENIED;
    }

    private Duration deadline() {
        return transport.settings().deadline();
    }

    private static StoreCalls.Terms terms(Duration deadline) {
        return new StoreCalls.Terms(StoreCalls.Asked.PREFERRED_NODE, Optional.of(deadline));
    }

    private List<ReadResp> read(ReadReq request, Duration deadline) {
        return followingLeader(() -> {
            List<ReadResp> messages = new ArrayList<>();
            try (BlockingRead reading = new BlockingRead(calls, request, terms(deadline), messages::add)) {
                reading.await(deadline.plusSeconds(1));
                return messages;
            }
        });
    }

    private <T> T followingLeader(Question<T> question) {
        for (int redirects = 0; ; redirects++) {
            try {
                return question.ask();
            } catch (EndedCallException ended) {
                if (!(ended.end() instanceof CallEnd.NotLeader elsewhere) || redirects == REDIRECTS) {
                    node.reconnect(Optional.empty());
                    throw ended.end().cause();
                }
                node.reconnect(elsewhere.leader());
            }
        }
    }

    void close() {
        node.close();
    }

    /** Something that is asked again of the leader. */
    private interface Question<T> {
        T ask() throws EndedCallException;
    }
}
