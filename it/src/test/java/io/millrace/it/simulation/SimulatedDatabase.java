package io.millrace.it.simulation;

import io.millrace.batching.SetAside;
import io.millrace.checkpoint.Checkpoint;
import io.millrace.checkpoint.Writer;
import io.millrace.projections.Effect;
import io.millrace.projections.InMemoryReadModels;
import io.millrace.projections.RejectedChangeException;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/**
 * A database in memory and in virtual time: what was committed, in order, and the sessions that are open. It knows no
 * SQL; a flush is whole or not at all, and only if the checkpoint stands where it is expected, as
 * {@code CheckpointMove} has it.
 */
public final class SimulatedDatabase {
    final VirtualTime time;
    final Faults faults;
    final World world;
    private final List<Consumer<State>> log = new ArrayList<>();
    /** Where in the log the flushes are. */
    private final List<Integer> flushes = new ArrayList<>();

    private final List<DatabaseSession> sessions = new ArrayList<>();
    private final Map<String, DatabaseSession> locks = new HashMap<>();
    private State state = new State();
    private long awayUntilNanos;
    private long clockOffsetNanos;
    private int nextProcessId = 100;

    /** What is committed. */
    static final class State {
        final Map<String, InMemoryReadModels> rows = new TreeMap<>();
        final Map<String, Checkpoint> checkpoints = new TreeMap<>();
        final SimulatedLeases leases = new SimulatedLeases();
        final Map<String, SimulatedParked> parked = new TreeMap<>();

        SimulatedParked parked(String projection) {
            return parked.computeIfAbsent(projection, name -> new SimulatedParked());
        }

        InMemoryReadModels rows(String projection) {
            return rows.computeIfAbsent(projection, name -> new InMemoryReadModels());
        }

        Checkpoint checkpoint(String projection) {
            return checkpoints.computeIfAbsent(projection, Checkpoint::atStart);
        }
    }

    SimulatedDatabase(World world) {
        this.world = world;
        this.time = world.time;
        this.faults = world.faults;
    }

    State state() {
        return state;
    }

    /** By its own clock, which may be set. */
    long clockNanos() {
        return time.nanos() + clockOffsetNanos;
    }

    void setClock(long byNanos) {
        clockOffsetNanos += byNanos;
    }

    Instant now() {
        return time.instant().plusNanos(clockOffsetNanos);
    }

    // ---- commits

    void commit(Consumer<State> change) {
        change.accept(state);
        log.add(change);
    }

    /** What a flush writes of one projection. */
    record Written(List<Effect> effects, SetAside aside, Checkpoint moved) {}

    /** Rows, what is parked or settled, and checkpoints together: of all projections, or of none if it throws. */
    void commitFlush(List<Written> all) {
        Instant now = now();
        Consumer<State> flush = changed -> all.forEach(written -> {
            String projection = written.moved().projection();
            changed.rows(projection).apply(written.effects());
            changed.parked(projection).keep(written.aside(), now);
            changed.checkpoints.put(projection, written.moved());
        });
        try {
            flush.accept(state);
        } catch (RejectedChangeException e) {
            if (all.size() > 1) {
                replay(); // what the first of them had written is undone
            }
            throw e;
        }
        flushes.add(log.size());
        log.add(flush);
    }

    private void replay() {
        state = new State();
        log.forEach(change -> change.accept(state));
    }

    /** Empties the tables and raises the epoch. */
    void reset(String projection) {
        commit(it -> {
            it.rows.put(projection, new InMemoryReadModels());
            it.parked.remove(projection);
            long epoch = it.checkpoint(projection).epoch() + 1;
            it.checkpoints.put(
                    projection,
                    new Checkpoint(
                            projection,
                            epoch,
                            Optional.empty(),
                            Optional.empty(),
                            0,
                            Optional.empty(),
                            Optional.empty()));
        });
    }

    /** Another server takes over that lacks the last flushes, and whatever was committed after them. */
    boolean loseCommits(int flushesLost) {
        restart(0);
        if (flushes.isEmpty()) {
            return false;
        }
        int first = Math.max(0, flushes.size() - flushesLost);
        int length = flushes.get(first);
        log.subList(length, log.size()).clear();
        flushes.subList(first, flushes.size()).clear();
        replay();
        return true;
    }

    // ---- sessions

    /** All sessions end, and with them what they had not committed; for so long nobody is let in. */
    void restart(long awayNanos) {
        List.copyOf(sessions).forEach(DatabaseSession::endAtServer);
        goAway(awayNanos);
    }

    /** For so long nothing gets through; what is at the server goes on. */
    void goAway(long forNanos) {
        awayUntilNanos = Math.max(awayUntilNanos, time.nanos() + forNanos);
    }

    void comeBack() {
        awayUntilNanos = 0;
    }

    /** A process is gone: sessions that are not at work end with it. */
    void died(SimulatedProcess client) {
        sessions.stream().filter(session -> session.isOf(client)).toList().forEach(DatabaseSession::discard);
    }

    boolean isAway() {
        return time.nanos() < awayUntilNanos;
    }

    public DatabaseSession connect(SimulatedProcess client) {
        DatabaseSession session = new DatabaseSession(this, client, nextProcessId++);
        client.await(faults.latency(Duration.ofMillis(5)));
        if (isAway()) {
            client.await(faults.latency(Duration.ofSeconds(1)));
            throw new DatabaseSession.Lost("connection refused");
        }
        if (faults.strikes(Fault.CONNECTION_REFUSED)) {
            throw faults.draw(Fault.CONNECTION_REFUSED, 2) == 0
                    ? new DatabaseSession.Lost("connection refused")
                    : new DatabaseSession.Refused("53300", "too many clients already");
        }
        sessions.add(session);
        return session;
    }

    Optional<DatabaseSession> session(int processId) {
        return sessions.stream()
                .filter(session -> session.processId() == processId)
                .findFirst();
    }

    /** What was sent before is ended, or has come to its end, before anything is sent again. */
    void requireNothingLeftBy(Writer writer) {
        sessions.stream()
                .filter(session -> session.isLeftBy(writer))
                .forEach(session -> world.violate(
                        session + " is still at work on a flush of " + writer + ", which sends another one"));
    }

    /** Nothing that was sent under an epoch is still to come when somebody begins under the same one. */
    void requireNothingLeftUnder(Checkpoint from) {
        sessions.stream()
                .filter(session -> session.isLeftUnder(from.projection(), from.epoch()))
                .forEach(session -> world.violate(session + " is still at work on a flush of " + from.projection()
                        + " in epoch " + from.epoch() + ", in which it goes on"));
    }

    void ended(DatabaseSession session) {
        sessions.remove(session);
        locks.values().removeIf(holder -> holder == session);
    }

    void lock(String projection, DatabaseSession session) {
        locks.put(projection, session);
    }

    void unlock(DatabaseSession session) {
        locks.values().removeIf(holder -> holder == session);
    }

    @Nullable
    DatabaseSession lockedBy(String projection) {
        return locks.get(projection);
    }
}
