package io.millrace.it.simulation;

import java.util.function.LongSupplier;

/** A thread of a process that steps something, and pauses for as long as that says, or until it is woken. */
final class Loop {
    /** How long a thread may take to come to its turn. */
    private static final int LONGEST_DELAY_NANOS = 1_000_000;

    private final SimulatedProcess process;
    private final LongSupplier step;
    private long turn;
    private boolean stepping;
    private boolean woken;

    /** @param step does something, and says how long until the next step: 0 for at once */
    Loop(SimulatedProcess process, LongSupplier step) {
        this.process = process;
        this.step = step;
    }

    void wakeUp() {
        if (stepping) {
            woken = true;
        } else {
            inTurnAfter(process.world().faults.draw(LONGEST_DELAY_NANOS));
        }
    }

    private void inTurnAfter(long nanos) {
        long mine = ++turn;
        process.after(nanos, () -> {
            if (mine == turn && !stepping) {
                run();
            }
        });
    }

    private void run() {
        stepping = true;
        woken = false;
        long pause;
        try {
            pause = step.getAsLong();
        } finally {
            stepping = false;
        }
        if (woken || pause == 0) {
            wakeUp();
        } else if (pause < Long.MAX_VALUE) {
            inTurnAfter(pause);
        }
    }
}
