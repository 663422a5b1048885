package io.millrace.eventstore;

import com.eventstore.dbclient.proto.shared.Shared;
import com.eventstore.dbclient.proto.streams.StreamsOuterClass.ReadReq;
import com.eventstore.dbclient.proto.streams.StreamsOuterClass.ReadReq.Options;
import com.eventstore.dbclient.proto.streams.StreamsOuterClass.ReadResp;
import com.eventstore.dbclient.proto.streams.StreamsOuterClass.ReadResp.ReadEvent;
import com.eventstore.dbclient.proto.streams.StreamsOuterClass.ReadResp.ReadEvent.RecordedEvent;
import com.google.protobuf.ByteString;
import io.grpc.Metadata;
import io.grpc.Status;
import io.millrace.it.simulation.Fault;
import io.millrace.it.simulation.History.Recorded;
import io.millrace.it.simulation.SimulatedProcess;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/** A reader's connection to one node of the simulated store, and the process that it runs in. */
final class SimulatedConnection implements StoreCalls, Timers {
    static final Status UNAVAILABLE = Status.UNAVAILABLE.withDescription("io exception");
    private static final Endpoint LEADER = new Endpoint("leader", 2113);

    final SimulatedEventStore store;
    final SimulatedProcess process;
    private final List<SimulatedCall> calls = new ArrayList<>();
    boolean toLeader;
    private int follower;
    private @Nullable SubscriptionReader reader;

    SimulatedConnection(SimulatedEventStore store, SimulatedProcess process) {
        this.store = store;
        this.process = process;
        chooseNode();
    }

    void carries(SubscriptionReader itsReader) {
        reader = itsReader;
    }

    private void chooseNode() {
        toLeader = store.faults.isHealed() || store.faults.draw(3) > 0;
        follower = store.follower();
    }

    boolean isBroken() {
        return store.isAway() || (!toLeader && follower != store.follower());
    }

    /** Runs it as the shipped subscription does: whatever it throws ends the reader. */
    void later(long nanos, Runnable action) {
        process.after(nanos, () -> {
            try {
                action.run();
            } catch (RuntimeException error) {
                if (reader == null) {
                    throw error;
                }
                reader.crash(error);
            }
        });
    }

    @Override
    public Timer after(Duration delay, Runnable action) {
        boolean[] cancelled = new boolean[1];
        later(delay.toNanos(), () -> {
            if (!cancelled[0]) {
                action.run();
            }
        });
        return () -> cancelled[0] = true;
    }

    // ---- the calls

    @Override
    public Call read(ReadReq request, Terms terms, Answers answers) {
        if (request.getOptions().hasSubscription()) {
            SimulatedSubscriptionCall call = new SimulatedSubscriptionCall(this, request.getOptions(), answers);
            calls.add(call);
            later(store.latency(), call::begin);
            return call;
        }
        SimulatedCall call = new SimulatedCall(this, answers);
        calls.add(call);
        later(store.latency(), () -> answer(call, request.getOptions(), terms));
        return call;
    }

    private void answer(SimulatedCall call, Options options, Terms terms) {
        if (isBroken()) {
            call.end(UNAVAILABLE);
        } else if (store.faults.strikes(Fault.READ_FAILED)) {
            call.end(anyFailure(Fault.READ_FAILED));
        } else if (store.faults.strikes(Fault.READ_UNANSWERED)) {
            terms.deadline().ifPresent(deadline -> later(deadline.toNanos(), () -> call.end(Status.DEADLINE_EXCEEDED)));
        } else {
            select(options).forEach(event -> call.say(message(event)));
            call.end(Status.OK);
        }
    }

    private List<Recorded> select(Options options) {
        List<Recorded> events = events();
        List<Recorded> placed = options.hasStream()
                ? events.stream().filter(store.history::isInSource).toList()
                : events;
        if (options.getReadDirection() == Options.ReadDirection.Backwards) {
            return placed.isEmpty() ? List.of() : List.of(placed.get(placed.size() - 1));
        }
        return placed.stream()
                .filter(event -> compare(event, options) >= 0)
                .filter(event -> !options.hasFilter() || passes(event))
                .limit(options.getCount())
                .toList();
    }

    List<Recorded> events() {
        return store.events(toLeader);
    }

    /** Whether it passes the server's filter: by type where all streams are read, by stream name else. */
    boolean passes(Recorded event) {
        return store.history.passesFilter(event);
    }

    /** Where an event stands, seen from the start position of a request. */
    static int compare(Recorded event, Options options) {
        if (options.hasStream()) {
            return options.getStream().hasStart()
                    ? 1
                    : Long.compare(event.revision(), options.getStream().getRevision());
        }
        if (options.getAll().hasStart()) {
            return 1;
        }
        Options.Position position = options.getAll().getPosition();
        int byCommit = Long.compare(event.position().commit(), position.getCommitPosition());
        return byCommit != 0 ? byCommit : Long.compare(event.position().prepare(), position.getPreparePosition());
    }

    static ReadResp message(Recorded event) {
        RecordedEvent recorded = RecordedEvent.newBuilder()
                .setId(Shared.UUID
                        .newBuilder()
                        .setStructured(Shared.UUID
                                .Structured
                                .newBuilder()
                                .setMostSignificantBits(event.id().getMostSignificantBits())
                                .setLeastSignificantBits(event.id().getLeastSignificantBits())))
                .setStreamIdentifier(
                        Shared.StreamIdentifier.newBuilder().setStreamName(ByteString.copyFromUtf8(event.stream())))
                .setStreamRevision(event.revision())
                .setCommitPosition(event.position().commit())
                .setPreparePosition(event.position().prepare())
                .putMetadata("type", event.type())
                .putMetadata("created", "17953878265000999")
                .setData(ByteString.copyFromUtf8(event.data()))
                .build();
        return ReadResp.newBuilder()
                .setEvent(ReadEvent.newBuilder()
                        .setEvent(recorded)
                        .setCommitPosition(event.position().commit()))
                .build();
    }

    Status anyFailure(Fault fault) {
        return switch (store.faults.draw(fault, 4)) {
            case 0 -> Status.INTERNAL.withDescription("RST_STREAM");
            case 1 -> Status.UNKNOWN.withDescription("Exception was thrown by handler.");
            case 2 -> Status.FAILED_PRECONDITION.withDescription("shutting down");
            default -> UNAVAILABLE;
        };
    }

    /** Not-leader as a real server says it; not always with the leader's address. */
    static Metadata notLeader(boolean tellsLeader) {
        Metadata trailers = new Metadata();
        put(trailers, "exception", "not-leader");
        if (tellsLeader) {
            put(trailers, "leader-endpoint-host", LEADER.host());
            put(trailers, "leader-endpoint-port", Integer.toString(LEADER.port()));
        }
        return trailers;
    }

    private static void put(Metadata trailers, String name, String value) {
        trailers.put(Metadata.Key.of(name, Metadata.ASCII_STRING_MARSHALLER), value);
    }

    @Override
    public void reconnect(Optional<Endpoint> leader) {
        endCalls();
        if (leader.isPresent()) {
            toLeader = leader.get().equals(LEADER);
        } else {
            chooseNode();
        }
    }

    private void endCalls() {
        List<SimulatedCall> underWay = List.copyOf(calls);
        calls.clear();
        underWay.forEach(call -> later(0, () -> call.end(UNAVAILABLE)));
    }

    void ended(SimulatedCall call) {
        calls.remove(call);
    }

    @Override
    public String target() {
        return "simulation";
    }

    @Override
    public void close() {
        List.copyOf(calls).forEach(SimulatedCall::cancel);
    }
}
