package io.millrace.eventstore;

import com.eventstore.dbclient.proto.shared.Shared.Empty;
import com.eventstore.dbclient.proto.shared.Shared.StreamIdentifier;
import com.eventstore.dbclient.proto.streams.StreamsOuterClass.ReadReq;
import com.eventstore.dbclient.proto.streams.StreamsOuterClass.ReadReq.Options;
import com.eventstore.dbclient.proto.streams.StreamsOuterClass.ReadReq.Options.AllOptions;
import com.eventstore.dbclient.proto.streams.StreamsOuterClass.ReadReq.Options.ControlOption;
import com.eventstore.dbclient.proto.streams.StreamsOuterClass.ReadReq.Options.FilterOptions;
import com.eventstore.dbclient.proto.streams.StreamsOuterClass.ReadReq.Options.ReadDirection;
import com.eventstore.dbclient.proto.streams.StreamsOuterClass.ReadReq.Options.StreamOptions;
import com.eventstore.dbclient.proto.streams.StreamsOuterClass.ReadReq.Options.SubscriptionOptions;
import com.eventstore.dbclient.proto.streams.StreamsOuterClass.ReadReq.Options.UUIDOption;
import com.google.protobuf.ByteString;
import io.millrace.checkpoint.Position;
import io.millrace.projections.Source;
import java.util.Optional;
import java.util.Set;

/**
 * The questions that are asked about one source. Start positions are exclusive in subscriptions and inclusive in reads;
 * a filter has either types or stream names, and a single stream takes none: what is left the reader drops.
 */
final class ReadRequests {
    /** Records that the server looks at before it may say how far it is; the most that it takes. */
    private static final int FILTER_WINDOW = 1_000;

    private final Source source;
    private final Options.Builder filtered;

    ReadRequests(Source source, Set<String> eventTypes) {
        this.source = source;
        this.filtered = base();
        if (source instanceof Source.AllStreams) {
            filtered.setFilter(filter().setEventType(
                            FilterOptions.Expression.newBuilder().setRegex(TypeFilter.exactly(eventTypes))));
        } else if (source instanceof Source.StreamsStartingWith streams) {
            filtered.setFilter(filter().setStreamIdentifier(
                            FilterOptions.Expression.newBuilder().addAllPrefix(streams.prefixes())));
        }
    }

    private static FilterOptions.Builder filter() {
        return FilterOptions.newBuilder().setMax(FILTER_WINDOW).setCheckpointIntervalMultiplier(1);
    }

    private static Options.Builder base() {
        return Options.newBuilder()
                .setUuidOption(UUIDOption.newBuilder().setStructured(Empty.getDefaultInstance()))
                .setControlOption(ControlOption.newBuilder().setCompatibility(1))
                .setNoFilter(Empty.getDefaultInstance());
    }

    /** Everything that was asked for, from after this position on, and what will come. */
    ReadReq subscribe(Optional<Position> afterExclusive) {
        Options.Builder options = filtered.clone()
                .setSubscription(SubscriptionOptions.getDefaultInstance())
                .setResolveLinks(isStream());
        return request(startAt(options, afterExclusive));
    }

    /**
     * At most this many events that pass the filter, from this position on; the one at the position itself, if it passes,
     * is among them.
     */
    ReadReq forwards(Optional<Position> fromInclusive, long maxEvents) {
        return request(startAt(filtered.clone().setCount(maxEvents).setResolveLinks(isStream()), fromInclusive));
    }

    /** Whatever there is, of any type, from the beginning; only streams that are picked by prefix are filtered. */
    ReadReq everything() {
        Options.Builder options = source instanceof Source.StreamsStartingWith ? filtered.clone() : base();
        return request(startAt(options.setCount(Long.MAX_VALUE).setResolveLinks(isStream()), Optional.empty()));
    }

    /** The event at this position, or the first one after it, unfiltered. */
    ReadReq eventAt(Position position) {
        return request(startAt(base().setCount(1).setResolveLinks(isStream()), Optional.of(position)));
    }

    /** The last event that there is, unfiltered, a link as it is. */
    ReadReq head() {
        Options.Builder options = base().setCount(1).setReadDirection(ReadDirection.Backwards);
        return request(
                source instanceof Source.SingleStream single
                        ? options.setStream(stream(single.stream()).setEnd(Empty.getDefaultInstance()))
                        : options.setAll(AllOptions.newBuilder().setEnd(Empty.getDefaultInstance())));
    }

    /** The last event of this stream, a link as it is. */
    static ReadReq lastOf(String stream) {
        return request(base().setCount(1)
                .setReadDirection(ReadDirection.Backwards)
                .setStream(stream(stream).setEnd(Empty.getDefaultInstance())));
    }

    /** At most this many events of this stream before this revision, the last one first, links as they are. */
    static ReadReq backwards(String stream, long beforeExclusive, long maxEvents) {
        return request(base().setCount(maxEvents)
                .setReadDirection(ReadDirection.Backwards)
                .setStream(stream(stream).setRevision(beforeExclusive - 1)));
    }

    private boolean isStream() {
        return source instanceof Source.SingleStream;
    }

    private Options.Builder startAt(Options.Builder options, Optional<Position> position) {
        return source instanceof Source.SingleStream single
                ? options.setStream(startAt(stream(single.stream()), position))
                : options.setAll(startAt(AllOptions.newBuilder(), position));
    }

    private static StreamOptions.Builder startAt(StreamOptions.Builder stream, Optional<Position> position) {
        if (position.isEmpty()) {
            return stream.setStart(Empty.getDefaultInstance());
        }
        if (position.get() instanceof Position.InStream inStream) {
            return stream.setRevision(inStream.revision());
        }
        throw new IllegalArgumentException("expected a position in a stream: position=" + position.get());
    }

    private static AllOptions.Builder startAt(AllOptions.Builder all, Optional<Position> position) {
        if (position.isEmpty()) {
            return all.setStart(Empty.getDefaultInstance());
        }
        if (position.get() instanceof Position.InLog inLog) {
            return all.setPosition(Options.Position.newBuilder()
                    .setCommitPosition(inLog.commit())
                    .setPreparePosition(inLog.prepare()));
        }
        throw new IllegalArgumentException("expected a position in $all: position=" + position.get());
    }

    private static StreamOptions.Builder stream(String name) {
        return StreamOptions.newBuilder()
                .setStreamIdentifier(StreamIdentifier.newBuilder().setStreamName(ByteString.copyFromUtf8(name)));
    }

    private static ReadReq request(Options.Builder options) {
        return ReadReq.newBuilder().setOptions(options).build();
    }
}
