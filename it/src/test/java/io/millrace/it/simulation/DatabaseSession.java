package io.millrace.it.simulation;

import io.millrace.batching.ParkedStreams;
import io.millrace.batching.SetAside;
import io.millrace.checkpoint.Checkpoint;
import io.millrace.checkpoint.HandledEvent;
import io.millrace.checkpoint.Position;
import io.millrace.checkpoint.Writer;
import io.millrace.projections.Effect;
import io.millrace.projections.RejectedChangeException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/** A session at the simulated database, seen from both of its ends. */
public final class DatabaseSession {
    private static final Duration LOCK_TIMEOUT = Duration.ofSeconds(10);
    private static final Duration LATENCY = Duration.ofMillis(3);
    /** How long what was left at the server stays there at most: until keep-alive or a lock timeout ends it. */
    private static final Duration LONGEST_REMNANT = Duration.ofSeconds(15);

    private static final String[] MOMENTARY = {"40001", "40P01", "55P03", "53100", "53200", "25006"};

    private final SimulatedDatabase database;
    private final SimulatedProcess client;
    private final int processId;
    private final Faults faults;
    private boolean alive = true;
    private boolean cut;
    private boolean failedTransaction;
    /** A flush that was left here, and may still be run, or holds locks. */
    private List<Move> left = List.of();

    /** No answer came, and none will. */
    public static final class Lost extends RuntimeException {
        private static final long serialVersionUID = 1L;

        public Lost(String message) {
            super(message, null, false, false);
        }
    }

    /** The server's own answer: an error. */
    public static final class Refused extends RuntimeException {
        private static final long serialVersionUID = 1L;
        private final String sqlState;

        Refused(String sqlState, String message) {
            super(message, null, false, false);
            this.sqlState = sqlState;
        }

        public String sqlState() {
            return sqlState;
        }
    }

    /** What a flush is to write of one projection: where the checkpoint is to stand, and where it is to move to. */
    public record Move(
            String projection,
            long epoch,
            long flushNumber,
            Optional<Position> from,
            Position to,
            Optional<HandledEvent> lastHandled,
            SetAside aside,
            List<Effect> effects,
            Writer writer) {}

    DatabaseSession(SimulatedDatabase database, SimulatedProcess client, int processId) {
        this.database = database;
        this.client = client;
        this.processId = processId;
        this.faults = database.faults;
    }

    public int processId() {
        return processId;
    }

    boolean isOf(SimulatedProcess process) {
        return client == process;
    }

    // ---- what the client calls

    /** One flush, of one projection or of several; returns when the checkpoints moved, in microseconds since 1970. */
    public long flush(List<Move> moves) {
        Writer writer = moves.get(0).writer();
        send();
        database.requireNothingLeftBy(writer);
        crashInFlush(moves);
        if (faults.strikes(Fault.FLUSH_LOST)) {
            throw lose("the connection was reset");
        }
        if (faults.strikes(Fault.LEFT_WAITING)) {
            leaveWaiting(Fault.LEFT_WAITING, moves);
            client.await(faults.nanos(Fault.LEFT_WAITING, Duration.ofSeconds(5)));
            throw lose("the socket timed out");
        }
        if (faults.strikes(Fault.LEFT_HOLDING_LOCKS)) {
            moves.forEach(move -> database.lock(move.projection(), this));
            left = moves;
            client.time().after(faults.nanos(Fault.LEFT_HOLDING_LOCKS, LONGEST_REMNANT), this::endAtServer);
            throw lose("the socket timed out with half of the flush sent");
        }
        if (faults.strikes(Fault.SESSION_ENDED)) {
            endAtServer();
            throw new Refused("57P01", "terminating connection due to administrator command");
        }
        if (faults.strikes(Fault.FLUSH_TOO_SLOW)) {
            client.await(faults.nanos(Fault.FLUSH_TOO_SLOW, LOCK_TIMEOUT));
            throw refuse("57014", "canceling statement due to statement timeout");
        }
        if (faults.strikes(Fault.FLUSH_REFUSED)) {
            throw refuse(MOMENTARY[faults.draw(Fault.FLUSH_REFUSED, MOMENTARY.length)], "not now");
        }
        moves.forEach(move -> awaitLock(move.projection()));
        long movedAt = execute(moves);
        if (faults.strikes(Fault.REPLY_LOST)) {
            moves.forEach(move -> database.world.safety.isUnheard(client, move.projection(), move.to()));
            throw lose("the connection was reset before the reply");
        }
        receive();
        return movedAt;
    }

    private void crashInFlush(List<Move> moves) {
        if (!faults.strikes(Fault.CRASH_IN_FLUSH)) {
            return;
        }
        switch (faults.draw(Fault.CRASH_IN_FLUSH, 3)) {
            case 0 -> database.world.met.state(Met.Expected.NO_COMMIT_BEFORE_DEATH);
            case 1 -> leaveWaiting(Fault.CRASH_IN_FLUSH, moves);
            default -> {
                executeUnheard(moves);
                database.world.met.state(Met.Expected.COMMIT_BEFORE_DEATH);
            }
        }
        database.world.crash(client);
        client.await(0);
    }

    /** It waits for a lock, and goes on with the flush when it has it, whoever still listens. */
    private void leaveWaiting(Fault fault, List<Move> moves) {
        client.time().after(faults.nanos(fault, LONGEST_REMNANT), () -> {
            if (alive) {
                boolean locked = moves.stream().anyMatch(move -> database.lockedBy(move.projection()) != null);
                boolean committed = !locked && executeUnheard(moves);
                database.world.met.state(
                        committed ? Met.Expected.LATE_COMMIT_OF_A_LOST_SESSION : Met.Expected.LATE_COMMIT_REFUSED);
                endAtServer();
            }
        });
        cut = true;
        left = moves;
    }

    boolean isLeftBy(Writer writer) {
        return left.stream().anyMatch(move -> move.writer().equals(writer));
    }

    boolean isLeftUnder(String projection, long epoch) {
        return left.stream().anyMatch(move -> move.projection().equals(projection) && move.epoch() == epoch);
    }

    private boolean executeUnheard(List<Move> moves) {
        try {
            execute(moves);
            return true;
        } catch (Refused nobodyHears) {
            return false;
        }
    }

    private long execute(List<Move> moves) {
        List<Checkpoint> found = moves.stream()
                .map(move -> database.state().checkpoint(move.projection()))
                .toList();
        List<SimulatedDatabase.Written> all = new ArrayList<>();
        for (int i = 0; i < moves.size(); i++) {
            all.add(new SimulatedDatabase.Written(
                    moves.get(i).effects(), moves.get(i).aside(), moved(found.get(i), moves.get(i))));
        }
        try {
            database.commitFlush(all);
        } catch (RejectedChangeException e) {
            throw refuse(e.sqlState(), String.valueOf(e.getMessage()));
        }
        for (int i = 0; i < moves.size(); i++) {
            Checkpoint moved = all.get(i).moved();
            database.world.trace(() -> this + " commits " + describe(moved));
            database.world.safety.committed(
                    client, found.get(i), moved, moves.get(i).aside());
        }
        return database.now().getEpochSecond() * 1_000_000;
    }

    private Checkpoint moved(Checkpoint found, Move move) {
        boolean stands = found.epoch() == move.epoch()
                && found.flushNumber() == move.flushNumber()
                && found.position().equals(move.from());
        if (!stands) {
            throw refuse("MR001", "the checkpoint does not stand there");
        }
        return new Checkpoint(
                move.projection(),
                move.epoch(),
                Optional.of(move.to()),
                move.lastHandled().or(found::lastHandled),
                move.flushNumber() + 1,
                Optional.of(move.writer()),
                Optional.of(database.now()));
    }

    private static String describe(Checkpoint checkpoint) {
        return checkpoint.projection() + " at "
                + checkpoint.position().map(Position::toString).orElse("its start") + " (epoch " + checkpoint.epoch()
                + ", flush " + checkpoint.flushNumber() + ")";
    }

    /** Ends a failed transaction. */
    public void rollback() {
        travel();
        failedTransaction = false;
        if (faults.strikes(Fault.ROLLBACK_LOST)) {
            throw lose("the connection was reset during the rollback");
        }
        receive();
    }

    /** Reads checkpoints, waiting for whoever moves them. */
    public List<Checkpoint> readCheckpoints(List<String> projections) {
        send();
        if (faults.strikes(Fault.CHECKPOINT_UNREAD)) {
            throw faults.draw(Fault.CHECKPOINT_UNREAD, 2) == 0
                    ? lose("the connection was reset")
                    : new Refused("25006", "cannot execute SELECT FOR UPDATE in a read-only transaction");
        }
        projections.forEach(this::awaitLock);
        List<Checkpoint> found = projections.stream()
                .map(projection -> database.state().checkpoint(projection))
                .toList();
        receive();
        return found;
    }

    /** What is parked where this checkpoint stands. */
    public ParkedStreams readParked(Checkpoint checkpoint) {
        send();
        ParkedStreams parked = database.state().parked(checkpoint.projection()).streams(checkpoint);
        receive();
        return parked;
    }

    /** Raises the checkpoint's epoch to that of a lease, unless it is above it; returns the checkpoint. */
    public Checkpoint begin(String projection, long epoch) {
        send();
        awaitLock(projection);
        database.commit(state -> {
            Checkpoint found = state.checkpoint(projection);
            if (found.epoch() < epoch) {
                state.checkpoints.put(
                        projection,
                        new Checkpoint(
                                projection,
                                epoch,
                                found.position(),
                                found.lastHandled(),
                                0,
                                found.writer(),
                                found.movedAt()));
            }
        });
        Checkpoint found = database.state().checkpoint(projection);
        database.world.trace(() -> this + " begins with " + describe(found));
        receive();
        return found;
    }

    /** Ends another session, or finds it gone; whether it is. */
    public boolean end(int otherProcessId, Duration atMost) {
        send();
        Optional<DatabaseSession> other = database.session(otherProcessId);
        if (other.isPresent() && faults.strikes(Fault.LOST_SESSION_LINGERS)) {
            client.await(atMost.toNanos());
            receive();
            return database.session(otherProcessId).isEmpty();
        }
        other.ifPresent(session -> {
            database.world.met.state(Met.Expected.LOST_SESSION_ENDED);
            database.world.trace(() -> this + " ends " + session);
            session.endAtServer();
        });
        receive();
        return true;
    }

    /** The client closes its end. The server hears of it, unless it is at work or cut off. */
    public void discard() {
        if (!cut && !database.isAway()) {
            endAtServer();
        }
        cut = true;
    }

    // ---- the way there and back

    /** One way to the server; in a failed transaction it takes nothing but a rollback. */
    void send() {
        travel();
        if (failedTransaction) {
            throw new Refused("25P02", "current transaction is aborted");
        }
    }

    private void receive() {
        travel();
    }

    private void travel() {
        client.await(
                faults.strikes(Fault.SLOW_DATABASE)
                        ? faults.nanos(Fault.SLOW_DATABASE, Duration.ofSeconds(5))
                        : faults.latency(LATENCY));
        if (database.isAway() || !alive || cut) {
            throw lose("the connection was lost");
        }
    }

    private void awaitLock(String projection) {
        long until = client.time().nanos() + LOCK_TIMEOUT.toNanos();
        DatabaseSession holder = database.lockedBy(projection);
        while (holder != null && holder != this) {
            if (client.time().nanos() >= until || client.time().isStopped()) {
                throw refuse("55P03", "canceling statement due to lock timeout");
            }
            client.await(Duration.ofMillis(200).toNanos());
            holder = database.lockedBy(projection);
        }
        if (!alive) {
            throw lose("the connection was lost");
        }
    }

    private Refused refuse(String sqlState, String message) {
        failedTransaction = true;
        return new Refused(sqlState, message);
    }

    private Lost lose(String message) {
        cut = true;
        return new Lost(message);
    }

    /** The server process ends; what it had not committed is undone. */
    void endAtServer() {
        alive = false;
        database.ended(this);
    }

    @Override
    public String toString() {
        return "session " + processId + " of " + client;
    }
}
