package io.millrace.it.simulation;

import io.millrace.checkpoint.Checkpoint;
import io.millrace.checkpoint.lease.Bid;
import io.millrace.checkpoint.lease.Instance;
import io.millrace.checkpoint.lease.LeaseBoard;
import io.millrace.checkpoint.lease.LeaseListener;
import io.millrace.checkpoint.lease.LeaseTimes;
import io.millrace.checkpoint.lease.Leases;
import io.millrace.checkpoint.lease.Leases.Then;
import java.time.Duration;
import java.util.List;
import java.util.UUID;

/** A command that asks whoever runs a projection for its lease, has it for a while, and gives it back. */
final class ClaimCommand implements LeaseListener {
    private static final Duration PATIENCE = Duration.ofSeconds(20);

    private final World world;
    private final SimulatedProcess process;
    private final String projection;
    private final long forNanos;
    private final Leases leases;
    private final Loop loop;
    private boolean granted;

    ClaimCommand(World world, SimulatedProcess process, String projection, long forNanos) {
        this.world = world;
        this.process = process;
        this.projection = projection;
        this.forNanos = forNanos;
        this.leases = new Leases(
                new Instance(new UUID(11, process.id()), "simulated", process.id()),
                List.of(projection),
                Bid.CLAIM,
                LeaseTimes.DEFAULT,
                new SimulatedLeaseStore(world.database, process),
                this,
                world.time::nanos);
        this.loop = new Loop(process, this::step);
    }

    void start() {
        world.trace(() -> process + " claims the lease of " + projection);
        loop.wakeUp();
        process.after(PATIENCE.toNanos(), () -> {
            if (!granted) {
                stop();
            }
        });
    }

    private long step() {
        boolean worked = leases.step();
        if (leases.hasEnded()) {
            world.trace(() -> process + " ends");
            process.die();
            world.database.died(process);
            return Long.MAX_VALUE;
        }
        return worked ? 0 : leases.nanosUntilDue();
    }

    private void stop() {
        leases.stop();
        loop.wakeUp();
    }

    private void end(Then then) {
        leases.ended(projection, then);
        stop();
    }

    @Override
    public void granted(String name, long epoch) {
        granted = true;
        process.after(0, () -> begin(epoch));
    }

    /** From here on nobody else can write. */
    private void begin(long epoch) {
        try {
            DatabaseSession session = world.database.connect(process);
            Checkpoint checkpoint = session.begin(projection, epoch);
            session.discard();
            if (checkpoint.epoch() == epoch) {
                world.safety.begins(process, checkpoint);
                world.met.state(Met.Expected.CLAIM_GRANTED);
            }
            process.after(forNanos, () -> end(Then.STAND_BY));
        } catch (DatabaseSession.Lost | DatabaseSession.Refused e) {
            end(Then.STAND_BY);
        }
    }

    @Override
    public void handOver(String name, String why) {
        // It ends by itself soon.
    }

    @Override
    public void lost(String name, String why) {
        end(Then.GIVE_UP);
    }

    @Override
    public void standsBy(String name, LeaseBoard.Row lease) {
        // It waits.
    }

    boolean holds(String name) {
        return !process.isDead() && name.equals(projection) && leases.holds(projection);
    }
}
