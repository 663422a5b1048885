package io.millrace.embedded;

import java.time.Duration;
import java.util.Optional;
import java.util.concurrent.TimeUnit;

/**
 * Switches that make an {@link EmbeddedEventStore} misbehave as servers and networks do; for tests.
 *
 * <p>Those that end something act at once, on what is open when they are called. The others stay on until they are
 * changed or {@link #reset()} is called; they survive a restart. Thread-safe.
 */
public final class Faults {
    private final EmbeddedEventStore store;
    private final GrpcServer server;
    private final FaultGate gate;

    Faults(EmbeddedEventStore store, GrpcServer server) {
        this.store = store;
        this.server = server;
        this.gate = server.gate();
    }

    /** How many subscriptions are open now. */
    public int openSubscriptions() {
        return server.streams().subscriptions().size();
    }

    /** How many TCP connections are open now. */
    public int openConnections() {
        return server.connections().count();
    }

    /** Ends every open subscription with status OK. */
    public void completeSubscriptions() {
        server.streams().subscriptions().forEach(ResponsePump::complete);
    }

    /** Ends every open subscription with status CANCELLED. */
    public void cancelSubscriptions() {
        server.streams().subscriptions().forEach(pump -> pump.fail(Refusals.cancelled()));
    }

    /** Ends every open subscription with RST_STREAM: no status, no trailers. */
    public void resetSubscriptions() {
        server.streams().subscriptions().forEach(ResponsePump::reset);
    }

    /** Sends {@code FellBehind} to every open subscription, and {@code CaughtUp} again once it has the newest event. */
    public void fallBehind() {
        server.streams().subscriptions().forEach(ResponsePump::fallBehind);
    }

    /** Reads and subscriptions go silent, without ending; everything else is answered. Until {@link #resume()}. */
    public void stall() {
        gate.stalled = true;
    }

    /** Nothing is answered any more: new calls hang, reads and subscriptions go silent. Until {@link #resume()}. */
    public void freeze() {
        gate.frozen = true;
    }

    /** Ends {@link #stall()} and {@link #freeze()}; calls that got no answer meanwhile get none afterwards. */
    public void resume() {
        gate.stalled = false;
        gate.frozen = false;
        gate.wakeHeld();
    }

    /** Answers each call only after this time; zero for at once. */
    public void delay(Duration time) {
        gate.delayNanos = time.toNanos();
    }

    /**
     * Each read and subscription gets at most so many events a second; 0 for as many as there are. Above 1,000 they come
     * in steps of a millisecond.
     */
    public void pace(long eventsPerSecond) {
        gate.nanosPerEvent = eventsPerSecond == 0 ? 0 : Math.max(1, TimeUnit.SECONDS.toNanos(1) / eventsPerSecond);
        server.streams().signalAll();
    }

    /** For this long every call is answered UNAVAILABLE, as by a server that is not ready yet. */
    public void refuseFor(Duration time) {
        gate.refuseForNanos(time.toNanos());
    }

    /**
     * Acts as a follower: calls that require the leader get {@code not-leader} and this address; subscriptions get their
     * confirmation first, and are refused only where there is history to read, as by a real one. Open subscriptions go on.
     */
    public void pretendNotLeader(String leaderHost, int leaderPort) {
        gate.leader = Optional.of(new FaultGate.Leader(leaderHost, leaderPort));
    }

    /** Is the leader again. */
    public void pretendLeader() {
        gate.leader = Optional.empty();
    }

    /** Cuts all connections now; the server goes on listening. */
    public void dropConnections() {
        server.connections().cut();
    }

    /** Cuts all connections once so many more events were sent to subscriptions and reads; then works again. */
    public void dropConnectionsAfter(long events) {
        gate.cutAfter(events);
    }

    /**
     * What a server does on SIGTERM: new calls are refused, subscriptions are silent for this long (a real server: 5 s),
     * then the connections close after GOAWAY. Returns when it has stopped.
     */
    public void goAwayAfter(Duration silence) {
        store.stop(silence);
    }

    /**
     * The next {@link EmbeddedEventStore#restart()} comes back with an older history: everything behind this commit
     * position is gone, as after a backup was restored. What is appended then is another history.
     */
    public void forgetAfter(long commitPosition) {
        store.restoreAtRestart(commitPosition);
    }

    /** Switches everything off. */
    public void reset() {
        gate.reset();
        server.streams().signalAll();
    }
}
