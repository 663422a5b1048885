package io.millrace.it.simulation;

import io.millrace.batching.ProjectorState;
import io.millrace.batching.ProjectorState.Ended;
import io.millrace.checkpoint.lease.Bid;
import io.millrace.checkpoint.lease.Instance;
import io.millrace.checkpoint.lease.LeaseBoard;
import io.millrace.checkpoint.lease.LeaseListener;
import io.millrace.checkpoint.lease.LeaseTimes;
import io.millrace.checkpoint.lease.Leases;
import io.millrace.projections.Projection;
import java.time.Duration;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.OptionalLong;
import java.util.UUID;
import org.jspecify.annotations.Nullable;

/** One running program: leases if the scenario has them, and the work that they permit. */
final class Program implements LeaseListener {
    private static final Duration STOP_WITHIN = Duration.ofSeconds(10);

    final World world;
    final SimulatedProcess process;
    private final Map<String, Work> works = new LinkedHashMap<>();
    private final @Nullable Leases leases;
    private final @Nullable Groups groups;
    private final Loop leaseLoop;
    private boolean over;

    Program(World world, SimulatedProcess process) {
        this.world = world;
        this.process = process;
        Instance self = new Instance(new UUID(11, process.id()), "simulated", process.id());
        this.leases = world.scenario.leases()
                ? new Leases(
                        self,
                        world.projections.stream().map(Projection::name).toList(),
                        Bid.SHARE,
                        LeaseTimes.DEFAULT,
                        new SimulatedLeaseStore(world.database, process),
                        this,
                        world.time::nanos)
                : null;
        this.groups = world.scenario.grouped() ? new Groups(this) : null;
        this.leaseLoop = new Loop(process, this::stepLeases);
    }

    void start() {
        if (leases != null) {
            leaseLoop.wakeUp();
        } else {
            world.projections.forEach(projection -> begin(projection.name(), OptionalLong.empty()));
        }
    }

    private long stepLeases() {
        Leases its = java.util.Objects.requireNonNull(leases);
        boolean worked = its.step();
        if (its.hasEnded()) {
            end();
            return Long.MAX_VALUE;
        }
        return worked ? 0 : its.nanosUntilDue();
    }

    private void begin(String projection, OptionalLong epoch) {
        Work work = new Work(this, world.projection(projection), epoch);
        works.put(projection, work);
        work.start();
    }

    // ---- the leases say

    @Override
    public void granted(String projection, long epoch) {
        if (groups != null) {
            groups.join(world.projection(projection), epoch);
        } else {
            begin(projection, OptionalLong.of(epoch));
        }
    }

    @Override
    public void handOver(String projection, String why) {
        world.met.state(Met.Expected.LEASE_HANDED_OVER);
        world.trace(() -> process + " is to hand over " + projection + ": " + why);
        if (groups != null) {
            groups.stop(projection, STOP_WITHIN);
        } else {
            work(projection).stop(STOP_WITHIN);
        }
    }

    @Override
    public void lost(String projection, String why) {
        if (why.contains("could not be renewed")) {
            world.met.state(Met.Expected.LEASE_RUN_OUT_AT_ITS_HOLDER);
        }
        world.trace(() -> process + " has lost " + projection + ": " + why);
        if (groups != null) {
            groups.fence(projection, why);
        } else {
            work(projection).fence(why);
        }
    }

    @Override
    public void standsBy(String projection, LeaseBoard.Row lease) {
        world.met.state(Met.Expected.LEASE_AWAITED);
    }

    private Work work(String projection) {
        return java.util.Objects.requireNonNull(works.get(projection));
    }

    // ---- the work says

    /** It cannot begin now, since the database cannot be reached or refuses it. */
    void notBegun(Work work) {
        ended(work.name(), Leases.Then.STAND_BY);
    }

    void ended(String projection, Ended state) {
        boolean failed = state instanceof ProjectorState.Failed;
        ended(projection, failed ? Leases.Then.GIVE_UP : Leases.Then.STAND_BY);
    }

    private void ended(String projection, Leases.Then then) {
        if (leases != null) {
            leases.ended(projection, then);
            leaseLoop.wakeUp();
        } else if (works.values().stream().allMatch(Work::isOver)) {
            end();
        }
    }

    private void end() {
        if (!over) {
            over = true;
            world.trace(() -> process + " ends");
            process.die();
            world.database.died(process);
            world.programEnded();
        }
    }

    // ---- the world asks

    void stop() {
        if (!isRunning()) {
            return;
        }
        world.trace(() -> process + " is asked to stop");
        if (leases != null) {
            leases.stop();
            leaseLoop.wakeUp();
        } else {
            List.copyOf(works.values()).forEach(work -> work.stop(STOP_WITHIN));
        }
    }

    boolean isRunning() {
        return !process.isDead();
    }

    boolean isLive(String projection) {
        if (groups != null) {
            return isRunning() && groups.isLive(projection);
        }
        Work work = works.get(projection);
        return isRunning() && work != null && work.isLive();
    }

    boolean holds(String projection) {
        return isRunning() && leases != null && leases.holds(projection);
    }

    @Override
    public String toString() {
        return process + (!isRunning() ? " (dead)" : " " + (groups == null ? works.values() : groups));
    }
}
