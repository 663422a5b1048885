package io.millrace.it.simulation;

import io.millrace.batching.FlushReason;
import io.millrace.batching.ProjectorState;
import io.millrace.batching.SetAside;
import io.millrace.checkpoint.Checkpoint;
import io.millrace.checkpoint.Position;
import io.millrace.projections.EventEnvelope;
import io.millrace.projections.EventFailedException;
import io.millrace.projections.Projection;
import io.millrace.projections.SourceSignal;
import java.time.Duration;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;
import java.util.UUID;
import java.util.function.Supplier;

/** What must hold whatever happens, looked at after each step. */
final class Safety {
    /** After the clock was set, or commits of leases were lost, two may believe for so long that a lease is theirs. */
    private static final Duration LEASE_VALID = Duration.ofSeconds(4);

    private final World world;
    /** Up to where a process's reader has handed on. */
    private final Map<Reading, Position> handedOn = new HashMap<>();

    private final Map<Reading, Optional<Position>> heads = new HashMap<>();
    private final Set<Committed> commits = new HashSet<>();
    private final Set<Committed> unheard = new HashSet<>();
    private final Map<Tenure, Integer> owners = new HashMap<>();
    private final Map<Reading, Boolean> caughtUp = new HashMap<>();
    /** Up to here epochs may be given out twice, since the database has lost that it gave them out. */
    private long lastLostEpoch;

    private long highestEpoch;

    private boolean repeated;
    /** What is being retried is judged by what it leaves out. */
    private final Map<String, Supplier<Set<UUID>>> withoutThese = new HashMap<>();

    private long leasesInDoubtUntilNanos;
    /** Somebody else has raised the epoch, or the database has lost that it was raised. */
    private boolean epochMoved;

    private record Reading(int process, String projection) {}

    private record Committed(int process, String projection, Position position) {}

    private record Tenure(String projection, long epoch) {}

    Safety(World world) {
        this.world = world;
    }

    // ---- reading

    void subscribes(SimulatedProcess process, String projection, Optional<Position> afterExclusive) {
        Reading reading = new Reading(process.id(), projection);
        handedOn.remove(reading);
        heads.remove(reading);
        afterExclusive.ifPresent(position -> handedOn.put(reading, position));
    }

    void heard(SimulatedProcess process, String projection, SourceSignal signal) {
        Reading reading = new Reading(process.id(), projection);
        if (signal instanceof EventEnvelope event) {
            handedOn.put(reading, event.position());
        } else if (signal instanceof SourceSignal.CheckpointReached reached) {
            handedOn.merge(reading, reached.position(), Safety::later);
            world.met.state(Met.Expected.CHECKPOINT_REACHED);
        } else if (signal instanceof SourceSignal.Subscribed subscribed) {
            world.met.state(heads.containsKey(reading) ? Met.Expected.SUBSCRIBED_AGAIN : Met.Expected.SUBSCRIBED);
            heads.put(reading, subscribed.head());
            caughtUp.remove(reading);
        } else if (signal instanceof SourceSignal.CaughtUp) {
            world.met.state(
                    caughtUp.put(reading, true) == null ? Met.Expected.CAUGHT_UP : Met.Expected.CAUGHT_UP_TWICE);
            heads.getOrDefault(reading, Optional.empty())
                    .ifPresent(head -> handedOn.merge(reading, head, Safety::later));
        } else if (signal instanceof SourceSignal.FellBehind) {
            world.met.state(Met.Expected.FELL_BEHIND);
        } else if (signal instanceof SourceSignal.Interrupted) {
            world.met.state(Met.Expected.INTERRUPTED);
        } else if (signal instanceof SourceSignal.Failed failed && !isForRepetition(failed.cause())) {
            world.violate(process + " reads no more: " + failed.cause().getMessage());
        }
        world.trace(() -> process + " hears " + projection + ": " + signal);
    }

    /** A store that sends an event twice is not believed any more. */
    private boolean isForRepetition(Throwable cause) {
        boolean its = world.scenario.faults().contains(Fault.EVENT_REPEATED)
                && String.valueOf(cause.getMessage()).startsWith("expected the store to send rising positions");
        repeated |= its;
        return its;
    }

    /** Whether somebody stopped for that, and has to be started again. */
    boolean hasHeardRepetition() {
        return repeated;
    }

    private static Position later(Position one, Position other) {
        return one.isAfter(other) ? one : other;
    }

    // ---- writing

    /** Whoever got this may begin with it much later, when the database does not know of it any more. */
    void granted(long epoch) {
        highestEpoch = Math.max(highestEpoch, epoch);
    }

    /** A writer begins under this epoch. */
    void begins(SimulatedProcess process, Checkpoint checkpoint) {
        if (world.scenario.leases()) {
            world.database.requireNothingLeftUnder(checkpoint);
        }
        granted(checkpoint.epoch());
        owners.put(new Tenure(checkpoint.projection(), checkpoint.epoch()), process.id());
    }

    /** The database has committed this, whoever knows of it. */
    void committed(SimulatedProcess process, Checkpoint before, Checkpoint after, SetAside aside) {
        String projection = after.projection();
        Position position = after.position().orElseThrow();
        commits.add(new Committed(process.id(), projection, position));
        boolean mayStay = !aside.settled().isEmpty();
        if (mayStay) {
            world.met.flush(FlushReason.PARKED);
        }
        if (!mayStay
                && before.position().isPresent()
                && !position.isAfter(before.position().get())) {
            world.violate("the checkpoint of " + projection + " went from "
                    + before.position().get() + " to " + position);
        }
        Position read = handedOn.get(new Reading(process.id(), projection));
        if (read == null || position.isAfter(read)) {
            world.violate("the checkpoint of " + projection + " moved to " + position + ", but " + process
                    + " has read to " + read);
        }
        int owner = owners.getOrDefault(new Tenure(projection, after.epoch()), 0);
        if (world.scenario.leases() && after.epoch() > lastLostEpoch && owner != process.id()) {
            world.violate(process + " wrote " + projection + " in epoch " + after.epoch() + " of process " + owner);
        }
        checkRows(projection);
    }

    /** The reply of this commit was lost. */
    void isUnheard(SimulatedProcess process, String projection, Position position) {
        unheard.add(new Committed(process.id(), projection, position));
    }

    /** A projector believes that this was committed. */
    void acknowledged(SimulatedProcess process, String projection, Position position) {
        Committed committed = new Committed(process.id(), projection, position);
        if (!commits.contains(committed)) {
            world.violate(process + " takes " + projection + " to be committed at " + position + ", and it never was");
        }
        if (unheard.remove(committed)) {
            world.met.state(Met.Expected.FOUND_COMMITTED);
        }
    }

    private void checkRows(String projection) {
        Optional<Position> position =
                world.database.state().checkpoint(projection).position();
        Supplier<Set<UUID>> leftOut = withoutThese.get(projection);
        String expected = leftOut == null ? world.history.rowsAt(position) : world.history.rowsWithout(leftOut.get());
        String rows = Tallies.render(world.database.state().rows(projection), world.projection(projection));
        if (!rows.equals(expected)) {
            world.violate("the rows of " + projection + " at "
                    + position.map(Position::toString).orElse("its start") + " differ from a plain fold: rows=" + rows
                    + ", fold=" + expected);
        }
        if (leftOut == null) {
            checkParked(projection, position);
        }
    }

    private void checkParked(String projection, Optional<Position> position) {
        List<UUID> expected = world.history.parkedAt(position);
        List<UUID> parked = world.database.state().parked(projection).events().stream()
                .map(event -> event.poison().event().eventId())
                .filter(id -> !world.history.changesNothing(id))
                .toList();
        if (!parked.equals(expected)) {
            world.violate("what " + projection + " has parked at " + position + " is not what cannot be handled and"
                    + " what follows it: parked=" + parked + ", expected=" + expected);
        }
    }

    /** From now on the rows are those of all that happened, but for these. */
    void judgeWithout(String projection, Supplier<Set<UUID>> leftOut) {
        withoutThese.put(projection, leftOut);
        checkRows(projection);
    }

    /** Nothing is parked any more: the rows are those of a fold without the fault. */
    void checkRetried(String projection) {
        withoutThese.put(projection, Set::of);
        checkRows(projection);
    }

    void commitsAreLost() {
        epochMoved |= world.scenario.leases();
        lastLostEpoch = highestEpoch;
        leasesInDoubtUntilNanos = world.time.nanos() + LEASE_VALID.toNanos();
    }

    void wentBack() {
        world.projections.forEach(projection -> checkRows(projection.name()));
    }

    void clockIsSet() {
        leasesInDoubtUntilNanos = world.time.nanos() + LEASE_VALID.toNanos();
    }

    void reset(String projection) {
        epochMoved = true;
        checkRows(projection);
    }

    // ---- states

    /** A projector has come to an end by itself. */
    void ended(SimulatedProcess process, String projection, ProjectorState.Ended state) {
        if (state instanceof ProjectorState.Failed failed) {
            boolean byPoison = failed.cause() instanceof EventFailedException event
                    && world.history.poison().map(EventEnvelope::position).equals(Optional.of(event.position()));
            if (!byPoison && !isForRepetition(failed.cause())) {
                world.violate(process + " failed with " + projection + ": " + failed.cause());
            }
        } else if (state instanceof ProjectorState.Fenced fenced && world.programsStarted() == 1 && !epochMoved) {
            world.violate(process + " was fenced, but nobody else writes " + projection + ": " + fenced.message());
        }
    }

    /** A group has come to an end, which need not be that of its members. */
    void groupEnded(SimulatedProcess process, List<String> projections, ProjectorState.Ended state) {
        if (state instanceof ProjectorState.Failed failed) {
            if (!Groups.isForeseen(failed) && !isForRepetition(failed.cause())) {
                world.violate(process + " failed with " + projections + ": " + failed.cause());
            }
        } else {
            projections.forEach(projection -> ended(process, projection, state));
        }
    }

    void checkStep() {
        if (world.scenario.leases() && world.time.nanos() >= leasesInDoubtUntilNanos) {
            for (Projection projection : world.projections) {
                checkHolders(projection.name());
            }
        }
    }

    private void checkHolders(String projection) {
        int holders = 0;
        for (Program program : world.programs()) {
            holders += program.holds(projection) ? 1 : 0;
        }
        for (ClaimCommand claim : world.claims()) {
            holders += claim.holds(projection) ? 1 : 0;
        }
        if (holders > 1) {
            world.violate(holders + " hold the lease of " + projection + ": " + world.programs());
        }
    }

    void checkAtEnd() {
        world.projections.forEach(projection -> checkRows(projection.name()));
    }

    /** Whether every read model has all that happened, up to an event that cannot be handled. */
    boolean isAtHead() {
        return world.projections.stream().allMatch(projection -> {
            Optional<Position> last = world.history.lastHandled();
            Optional<Position> stands =
                    world.database.state().checkpoint(projection.name()).position();
            return last.isEmpty() || (stands.isPresent() && !last.get().isAfter(stands.get()));
        });
    }

    String whereAll() {
        Map<String, String> where = new TreeMap<>();
        world.projections.forEach(projection -> where.put(
                projection.name(),
                world.database
                        .state()
                        .checkpoint(projection.name())
                        .position()
                        .map(Position::toString)
                        .orElse("its start")));
        return where + ", last event " + world.history.lastHandled();
    }
}
