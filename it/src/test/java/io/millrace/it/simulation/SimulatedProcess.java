package io.millrace.it.simulation;

import java.util.List;

/** A process as far as the world sees it: it runs things, stands still, or is dead. What is left of the dead never runs. */
public final class SimulatedProcess {
    private final World world;
    private final VirtualTime time;
    private final int id;
    private boolean dead;
    private long frozenUntilNanos;

    /** Ends whatever a process was at when it died. */
    public static final class Died extends Error {
        private static final long serialVersionUID = 1L;

        Died() {
            super("the process died", null, false, false);
        }
    }

    SimulatedProcess(World world, int id) {
        this.world = world;
        this.time = world.time;
        this.id = id;
    }

    World world() {
        return world;
    }

    public int id() {
        return id;
    }

    public VirtualTime time() {
        return time;
    }

    /** Runs the action after this time, later if the process stands still then, and never if it is dead. */
    public void after(long delayNanos, Runnable action) {
        time.after(delayNanos, () -> runOrDefer(action));
    }

    private void runOrDefer(Runnable action) {
        if (dead) {
            return;
        }
        if (time.nanos() < frozenUntilNanos) {
            after(frozenUntilNanos - time.nanos(), action);
        } else {
            run(action);
        }
    }

    private void run(Runnable action) {
        try {
            action.run();
        } catch (Died itsEnd) {
            world.trace(() -> this + " is no more");
        } catch (RuntimeException | Error e) {
            world.violate(this + " threw " + e + " at "
                    + List.of(e.getStackTrace()).stream().limit(8).toList());
        }
    }

    /**
     * The process waits for something that takes so long.
     *
     * @throws Died if it is dead then
     */
    public void await(long nanos) {
        time.pass(nanos);
        while (!dead && !time.isStopped() && time.nanos() < frozenUntilNanos) {
            time.passUntil(frozenUntilNanos);
        }
        if (dead) {
            throw new Died();
        }
    }

    /** Stands still for so long from now on; 0 to go on. */
    void freeze(long forNanos) {
        frozenUntilNanos = time.nanos() + forNanos;
    }

    void die() {
        dead = true;
    }

    public boolean isDead() {
        return dead;
    }

    @Override
    public String toString() {
        return "process " + id;
    }
}
