package io.millrace.it.simulation;

import java.time.Duration;
import java.util.List;
import java.util.Optional;

/** What goes wrong at its own time, and not when something is asked for: decided before it begins. */
final class Misfortunes {
    private static final int MOST_OF_A_KIND = 3;

    private final World world;
    private final Faults faults;
    private final long untilNanos;

    Misfortunes(World world) {
        this.world = world;
        this.faults = world.faults;
        this.untilNanos = Duration.ofSeconds(world.scenario.faultSeconds()).toNanos();
    }

    void plan() {
        plan(Fault.STORE_AWAY, () -> world.store.goAway(faults.nanos(Fault.STORE_AWAY, Duration.ofSeconds(8))));
        plan(
                Fault.FOLLOWER_BEHIND,
                () -> world.store.followerFallsBehind(
                        faults.nanos(Fault.FOLLOWER_BEHIND, Duration.ofSeconds(2)),
                        faults.draw(Fault.FOLLOWER_BEHIND, 20)));
        plan(
                Fault.DATABASE_RESTARTED,
                () -> world.database.restart(faults.nanos(Fault.DATABASE_RESTARTED, Duration.ofSeconds(5))));
        plan(
                Fault.DATABASE_UNREACHABLE,
                () -> world.database.goAway(faults.nanos(Fault.DATABASE_UNREACHABLE, Duration.ofSeconds(10))));
        plan(Fault.COMMITS_LOST, this::loseCommits);
        plan(Fault.CLOCK_SET, this::setClock);
        plan(Fault.CRASH, () -> anyProgram(Fault.CRASH).ifPresent(program -> world.crash(program.process)));
        plan(Fault.FREEZE, this::freeze);
        plan(Fault.STOP, () -> anyProgram(Fault.STOP).ifPresent(Program::stop));
        plan(Fault.SECOND_PROCESS, world::startProgram);
        plan(Fault.RESET, this::reset);
        if (world.scenario.leases()) {
            plan(Fault.CLAIM, this::claim);
        }
    }

    private void plan(Fault fault, Runnable misfortune) {
        if (faults.isOn(fault)) {
            for (int times = 1 + faults.draw(fault, MOST_OF_A_KIND); times > 0; times--) {
                world.time.after(faults.nanos(fault, Duration.ofNanos(untilNanos)), () -> {
                    if (faults.isOn(fault)) {
                        faults.struck(fault);
                        misfortune.run();
                    }
                });
            }
        }
    }

    private Optional<Program> anyProgram(Fault fault) {
        List<Program> running = world.running();
        return running.isEmpty() ? Optional.empty() : Optional.of(running.get(faults.draw(fault, running.size())));
    }

    private void loseCommits() {
        world.safety.commitsAreLost();
        world.database.loseCommits(1 + faults.draw(Fault.COMMITS_LOST, 4));
        world.database.goAway(faults.nanos(Fault.COMMITS_LOST, Duration.ofSeconds(2)));
        world.safety.wentBack();
    }

    private void setClock() {
        long by = faults.nanos(Fault.CLOCK_SET, Duration.ofSeconds(10));
        world.database.setClock(faults.draw(Fault.CLOCK_SET, 2) == 0 ? by : -by);
        world.safety.clockIsSet();
    }

    private void freeze() {
        anyProgram(Fault.FREEZE)
                .ifPresent(program -> program.process.freeze(faults.nanos(Fault.FREEZE, Duration.ofSeconds(15))));
    }

    private void claim() {
        String projection = world.projections
                .get(faults.draw(Fault.CLAIM, world.projections.size()))
                .name();
        world.claim(projection, faults.nanos(Fault.CLAIM, Duration.ofSeconds(8)));
    }

    private void reset() {
        String projection = world.projections
                .get(faults.draw(Fault.RESET, world.projections.size()))
                .name();
        world.database.reset(projection);
        world.safety.reset(projection);
    }
}
