package io.millrace.embedded;

import com.eventstore.dbclient.proto.streams.StreamsOuterClass.ReadReq.Options;
import com.eventstore.dbclient.proto.streams.StreamsOuterClass.ReadReq.Options.AllOptions;
import com.eventstore.dbclient.proto.streams.StreamsOuterClass.ReadReq.Options.FilterOptions;
import com.eventstore.dbclient.proto.streams.StreamsOuterClass.ReadReq.Options.StreamOptions;
import java.util.Optional;
import java.util.Set;
import java.util.function.Function;

/** Turns the options of a read or a subscription into the pump that answers it, or refuses them. */
final class ReadRequest {
    /** The window where the client names none. */
    private static final int DEFAULT_WINDOW = 32;

    private final CallContext call;
    private final Options options;
    private final Set<ResponsePump> subscriptions;
    private final EventLog log;

    ReadRequest(CallContext call, Options options, Set<ResponsePump> subscriptions) {
        this.call = call;
        this.options = options;
        this.subscriptions = subscriptions;
        this.log = call.log();
    }

    void start() {
        if (!options.hasUuidOption()) {
            throw Refusals.invalid(" `uuidOption` is a required argument of type"
                    + " EventStore.Client.Streams.ReadReq+Types+Options+Types+UUIDOption");
        }
        refuseInvalidCombinations();
        if (options.getCountOptionCase() == Options.CountOptionCase.SUBSCRIPTION) {
            subscribe();
        } else {
            call.redirect().ifPresent(notLeader -> {
                throw notLeader;
            });
            if (options.getStreamOptionCase() == Options.StreamOptionCase.ALL) {
                readAll();
            } else {
                readStream();
            }
        }
    }

    private void refuseInvalidCombinations() {
        boolean stream = options.getStreamOptionCase() == Options.StreamOptionCase.STREAM;
        boolean filtered = options.getFilterOptionCase() == Options.FilterOptionCase.FILTER;
        boolean subscription = options.getCountOptionCase() == Options.CountOptionCase.SUBSCRIPTION;
        if ((stream && filtered) || (subscription && !isForwards())) {
            throw Refusals.invalid("The combination of (" + (stream ? "Stream" : "All") + ", "
                    + (subscription ? "Subscription" : "Count") + ", " + options.getReadDirection() + ", "
                    + (filtered ? "Filter" : "NoFilter") + ") is invalid.");
        }
    }

    private boolean isForwards() {
        return options.getReadDirection() == Options.ReadDirection.Forwards;
    }

    private EventWriter writer() {
        boolean structured = options.getUuidOption().getContentCase() != Options.UUIDOption.ContentCase.STRING;
        return new EventWriter(log, structured, options.getResolveLinks());
    }

    private EventFilter filter() {
        return options.hasFilter() ? EventFilter.of(options.getFilter()) : EventFilter.everything();
    }

    private String streamName() {
        return options.getStream().getStreamIdentifier().getStreamName().toStringUtf8();
    }

    private void readStream() {
        StreamOptions from = options.getStream();
        boolean end = from.getRevisionOptionCase() == StreamOptions.RevisionOptionCase.END;
        if (options.getCount() == 0 || (end && isForwards())) {
            throw Refusals.unexpected("ReadStreamResult: Error");
        }
        String name = streamName();
        Optional<StreamState> stream = log.find(name);
        stream.filter(StreamState::isTombstoned).ifPresent(deleted -> {
            throw Refusals.streamDeleted(name);
        });
        if (stream.isEmpty() || !stream.get().isThere()) {
            new SingleMessage(call, Messages.streamNotFound(name)).signal();
            return;
        }
        boolean tellsPositions = options.getControlOption().getCompatibility() >= 1;
        long revision = end ? Long.MAX_VALUE : Math.max(0, from.getRevision());
        new StreamRead(call, stream.get(), isForwards(), revision, options.getCount(), tellsPositions, writer())
                .signal();
    }

    private void readAll() {
        if (options.getCount() == 0) {
            throw Refusals.unexpected("ReadAllResult: Error");
        }
        EventFilter filter = filter();
        AllOptions from = options.getAll();
        int first = switch (from.getAllOptionCase()) {
            case POSITION -> atPosition(from.getPosition());
            case END -> log.head();
            default -> 0;
        };
        int next = isForwards() ? first : first - 1;
        new AllRead(call, isForwards(), next, options.getCount(), filter, writer()).signal();
    }

    private static void refuseReversed(Options.Position position) {
        if (Long.compareUnsigned(position.getCommitPosition(), position.getPreparePosition()) < 0) {
            throw Refusals.handlerThrew();
        }
    }

    private int atPosition(Options.Position position) {
        refuseReversed(position);
        int first = log.firstAtOrAfter(position.getCommitPosition());
        if (!log.isBoundary(position.getCommitPosition(), first)) {
            throw Refusals.unexpected("ReadAllResult: InvalidPosition");
        }
        return first;
    }

    private void subscribe() {
        if (options.getStreamOptionCase() == Options.StreamOptionCase.ALL) {
            subscribeToAll();
        } else {
            subscribeToStream();
        }
    }

    private void subscribeToStream() {
        String name = streamName();
        log.find(name).filter(StreamState::isTombstoned).ifPresent(deleted -> {
            throw Refusals.streamDeleted(name);
        });
        StreamOptions from = options.getStream();
        long next = switch (from.getRevisionOptionCase()) {
            case REVISION -> from.getRevision() == -1 ? -1 : from.getRevision() + 1;
            case END -> -1;
            default -> 0;
        };
        long first = next >= 0 ? next : log.find(name).map(StreamState::size).orElse(0);
        open(over -> new StreamSubscription(call, name, first, writer(), over));
    }

    private void subscribeToAll() {
        EventFilter filter = filter();
        Optional<AllSubscription.Window> window =
                options.hasFilter() ? Optional.of(window(options.getFilter())) : Optional.empty();
        AllSubscription.Start start = allStart();
        open(over -> new AllSubscription(call, start, filter, window, writer(), over));
    }

    private static AllSubscription.Window window(FilterOptions options) {
        if (options.getCheckpointIntervalMultiplier() == 0) {
            throw Refusals.handlerThrew();
        }
        int records = options.getWindowCase() == FilterOptions.WindowCase.MAX ? options.getMax() : DEFAULT_WINDOW;
        return new AllSubscription.Window(
                Math.max(1, records), Integer.toUnsignedLong(options.getCheckpointIntervalMultiplier()));
    }

    private AllSubscription.Start allStart() {
        AllOptions from = options.getAll();
        refuseReversed(from.getPosition());
        return switch (from.getAllOptionCase()) {
            case POSITION ->
                behind(new LogPosition(
                        from.getPosition().getCommitPosition(),
                        from.getPosition().getPreparePosition()));
            case END -> new AllSubscription.Start(LogPosition.of(log.lastPosition()), log.head(), Optional.empty());
            default -> new AllSubscription.Start(null, 0, Optional.empty());
        };
    }

    private AllSubscription.Start behind(LogPosition position) {
        int at = log.firstAtOrAfter(position.commit());
        boolean onRecord = at < log.head() && log.address(at) == position.commit();
        Optional<RuntimeException> refusal = log.isBoundary(position.commit(), at)
                ? Optional.empty()
                : Optional.of(Refusals.invalid("Trying to read from an invalid position."));
        // A checkpoint with prepare 0 lies before the record at its commit position; an event's position does not.
        boolean isPassed = onRecord && position.prepare() >= position.commit();
        return new AllSubscription.Start(position, isPassed ? at + 1 : at, refusal);
    }

    private void open(Function<Runnable, ResponsePump> subscription) {
        Opened opened = new Opened();
        ResponsePump pump = subscription.apply(opened::close);
        opened.open(pump);
    }

    /** Keeps an open subscription where appends and fault switches find it. */
    private final class Opened {
        private Runnable listener = () -> {};
        private Optional<ResponsePump> pump = Optional.empty();

        void open(ResponsePump opened) {
            pump = Optional.of(opened);
            listener = opened::signal;
            subscriptions.add(opened);
            log.addListener(listener);
            opened.signal();
        }

        void close() {
            log.removeListener(listener);
            pump.ifPresent(subscriptions::remove);
        }
    }
}
