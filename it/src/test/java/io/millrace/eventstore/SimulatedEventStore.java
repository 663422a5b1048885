package io.millrace.eventstore;

import io.millrace.checkpoint.Position;
import io.millrace.it.simulation.Fault;
import io.millrace.it.simulation.Faults;
import io.millrace.it.simulation.History;
import io.millrace.it.simulation.History.Recorded;
import io.millrace.it.simulation.SimulatedProcess;
import io.millrace.it.simulation.VirtualTime;
import io.millrace.projections.EventSource;
import io.millrace.projections.SourceSignal;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.SplittableRandom;
import java.util.function.Consumer;

/** An event store with a leader and a follower, in virtual time: what stands behind gRPC. */
public final class SimulatedEventStore {
    private static final Patience PATIENCE =
            new Patience(Duration.ofSeconds(10), Duration.ofSeconds(5), Duration.ofSeconds(5));

    final VirtualTime time;
    final Faults faults;
    final History history;
    private final List<SimulatedSubscriptionCall> open = new ArrayList<>();
    private long awayUntilNanos;
    private long followerBehindUntilNanos;
    private int followerEvents;
    private int followers;

    public SimulatedEventStore(VirtualTime time, Faults faults, History history) {
        this.time = time;
        this.faults = faults;
        this.history = history;
    }

    /** The source of one process: the reader that is shipped, over calls to this store. */
    public EventSource sourceOf(SimulatedProcess process, Consumer<SourceSignal> heard) {
        return (request, subscriber) -> {
            SimulatedConnection connection = new SimulatedConnection(this, process);
            SplittableRandom random = new SplittableRandom(time.nanos() + process.id());
            SubscriptionReader reader = new SubscriptionReader(
                    request,
                    signal -> {
                        heard.accept(signal);
                        subscriber.onSignal(signal);
                    },
                    connection,
                    connection,
                    random,
                    PATIENCE);
            connection.carries(reader);
            connection.later(0, reader::start);
            return new SimulatedSubscription(connection, reader);
        };
    }

    /** As the shipped one does, it lets another thread say that more is allowed. */
    private record SimulatedSubscription(SimulatedConnection connection, SubscriptionReader reader)
            implements EventSource.Subscription {
        @Override
        public void request(int events, long bytes) {
            connection.later(0, () -> reader.allow(events, bytes));
        }

        @Override
        public void close() {
            reader.close();
        }
    }

    /** Something was appended. */
    public void appended() {
        List.copyOf(open).forEach(SimulatedSubscriptionCall::pump);
    }

    /** For so long every call fails; those under way end. */
    public void goAway(long forNanos) {
        awayUntilNanos = time.nanos() + forNanos;
        List.copyOf(open).forEach(call -> call.end(SimulatedConnection.UNAVAILABLE));
    }

    boolean isAway() {
        return time.nanos() < awayUntilNanos;
    }

    /** For so long the follower does not get what is appended, and lacks some of what there is. */
    public void followerFallsBehind(long forNanos, int lacks) {
        followers++;
        followerBehindUntilNanos = time.nanos() + forNanos;
        followerEvents = Math.max(0, history.events().size() - lacks);
        open.stream()
                .filter(call -> !call.connection.toLeader)
                .toList()
                .forEach(call -> call.end(SimulatedConnection.UNAVAILABLE));
        time.after(forNanos, this::appended);
    }

    /** Which follower a connection leads to; the one that falls behind is another one than there was. */
    int follower() {
        return followers;
    }

    boolean isFollowerBehind() {
        return time.nanos() < followerBehindUntilNanos;
    }

    /** What a node holds. */
    List<Recorded> events(boolean leader) {
        List<Recorded> all = history.events();
        return leader || !isFollowerBehind() ? all : all.subList(0, Math.min(followerEvents, all.size()));
    }

    Position place(Recorded event) {
        return history.place(event);
    }

    void opened(SimulatedSubscriptionCall call) {
        open.add(call);
    }

    void closed(SimulatedSubscriptionCall call) {
        open.remove(call);
    }

    /** How long a message takes. */
    long latency() {
        return faults.strikes(Fault.SLOW_DELIVERY)
                ? faults.nanos(Fault.SLOW_DELIVERY, Duration.ofSeconds(7))
                : faults.latency(Duration.ofMillis(5));
    }
}
