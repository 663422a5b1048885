package io.millrace.embedded;

import com.eventstore.dbclient.proto.streams.StreamsOuterClass.ReadReq.Options;
import com.eventstore.dbclient.proto.streams.StreamsOuterClass.ReadReq.Options.AllOptions;
import com.eventstore.dbclient.proto.streams.StreamsOuterClass.ReadReq.Options.StreamOptions;
import java.util.Optional;
import java.util.Set;
import java.util.function.Function;

/** Turns the options of a read or a subscription into the pump that answers it, or refuses them. */
final class ReadRequest {
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
        if (options.getStreamOptionCase() == Options.StreamOptionCase.STREAMOPTION_NOT_SET) {
            throw Refusals.invalid(
                    "'None' is not a valid" + " EventStore.Client.Streams.ReadReq+Types+Options+StreamOptionOneofCase");
        }
        call.access().check(Access.Action.READ, isOfAll() ? "$all" : streamName());
        refuseInvalidCombinations();
        if (isOfAll()) {
            startAll();
        } else {
            startStream();
        }
    }

    private boolean isOfAll() {
        return options.getStreamOptionCase() == Options.StreamOptionCase.ALL;
    }

    private boolean isSubscription() {
        return options.getCountOptionCase() == Options.CountOptionCase.SUBSCRIPTION;
    }

    private boolean isForwards() {
        return options.getReadDirection() == Options.ReadDirection.Forwards;
    }

    private void refuseInvalidCombinations() {
        boolean incomplete = options.getCountOptionCase() == Options.CountOptionCase.COUNTOPTION_NOT_SET
                || options.getFilterOptionCase() == Options.FilterOptionCase.FILTEROPTION_NOT_SET
                || options.getReadDirection() == Options.ReadDirection.UNRECOGNIZED;
        if (incomplete || (!isOfAll() && options.hasFilter()) || (isSubscription() && !isForwards())) {
            String count = options.hasSubscription() ? "Subscription" : options.hasCount() ? "Count" : "None";
            String filter = options.hasFilter() ? "Filter" : options.hasNoFilter() ? "NoFilter" : "None";
            throw Refusals.invalid("The combination of (" + (isOfAll() ? "All" : "Stream") + ", " + count + ", "
                    + options.getReadDirection() + ", " + filter + ") is invalid.");
        }
    }

    private void refuseUnlessLeader() {
        call.redirect().ifPresent(notLeader -> {
            throw notLeader;
        });
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

    private void startStream() {
        StreamOptions from = options.getStream();
        if (!from.hasStreamIdentifier()) {
            throw Refusals.handlerThrew();
        }
        if (from.getRevisionOptionCase() == StreamOptions.RevisionOptionCase.REVISIONOPTION_NOT_SET) {
            answerNothing();
            return;
        }
        boolean isNoRevision = from.hasRevision() && from.getRevision() < -1;
        if (isNoRevision || streamName().isEmpty()) {
            throw Refusals.handlerThrew();
        }
        boolean end = from.hasEnd() || (from.hasRevision() && from.getRevision() == -1);
        if (isSubscription()) {
            subscribeToStream(end);
        } else {
            refuseUnlessLeader();
            readStream(end);
        }
    }

    /** The real server takes its own exception for the caller's good-bye where it is not told from where to read. */
    private void answerNothing() {
        call.client().onCompleted();
    }

    private void readStream(boolean fromEnd) {
        if (options.getCount() == 0 || (fromEnd && isForwards())) {
            throw Refusals.unexpected("ReadStreamResult: Error");
        }
        String name = streamName();
        refuseDeleted(name);
        Optional<StreamState> stream = log.find(name).filter(StreamState::isThere);
        if (stream.isEmpty() || name.startsWith("$mem-")) {
            new SingleMessage(call, Messages.streamNotFound(name)).signal();
            return;
        }
        boolean tellsPositions = options.getControlOption().getCompatibility() != 0;
        long revision = fromEnd ? Long.MAX_VALUE : options.getStream().getRevision();
        new StreamRead(call, stream.get(), isForwards(), revision, options.getCount(), tellsPositions, writer())
                .signal();
    }

    private void refuseDeleted(String name) {
        if (log.isDeletedForGood(name)) {
            throw Refusals.streamDeleted(name);
        }
    }

    private void subscribeToStream(boolean fromEnd) {
        String name = streamName();
        refuseDeleted(name);
        StreamOptions from = options.getStream();
        long behind = from.hasRevision() ? from.getRevision() : -1;
        long first = fromEnd
                ? log.find(name).map(StreamState::size).orElse(0)
                : behind == Long.MAX_VALUE ? behind : behind + 1;
        open(over -> new StreamSubscription(call, name, first, writer(), over));
    }

    private void startAll() {
        AllOptions from = options.getAll();
        if (from.getAllOptionCase() == AllOptions.AllOptionCase.ALLOPTION_NOT_SET) {
            answerNothing();
            return;
        }
        NamedPosition named = NamedPosition.of(from, log);
        EventFilter filter = filter();
        Optional<AllSubscription.Window> window = options.hasFilter()
                ? Optional.of(AllSubscription.Window.of(options.getFilter(), isSubscription()))
                : Optional.empty();
        if (isSubscription()) {
            AllSubscription.Start start = named.subscriptionStart();
            open(over -> new AllSubscription(call, start, filter, window, writer(), over));
        } else {
            refuseUnlessLeader();
            if (options.getCount() == 0) {
                throw Refusals.unexpected("ReadAllResult: Error");
            }
            int next = isForwards() ? named.firstForwards() : named.firstBackwards();
            new AllRead(call, isForwards(), next, options.getCount(), filter, writer()).signal();
        }
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
            listener = opened::signalEvents;
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
