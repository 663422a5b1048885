package io.millrace.eventstore;

import java.time.Duration;

/** Runs something later. Behind it stands a clock and a thread, or a simulation of them. */
interface Timers {

    /** Runs the action once, after the delay, unless it is cancelled before. */
    Timer after(Duration delay, Runnable action);

    /** Something that will be run. */
    interface Timer {
        void cancel();
    }
}
