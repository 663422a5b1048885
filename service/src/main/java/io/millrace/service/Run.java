package io.millrace.service;

import io.millrace.batching.ProjectorState;
import java.time.Duration;
import java.util.concurrent.CompletableFuture;

/** One run of a projection, from its start to its end. Safe for several threads. */
interface Run extends AutoCloseable {

    /** Begins; to be called once. */
    void start();

    ProjectorState state();

    /** Done when it has ended, whatever the reason. */
    CompletableFuture<Long> ended();

    /** What it has done so far, or in all if it has ended. */
    RunSummary summary();

    /** Asks it to commit what is folded and to end; does not wait for that. */
    void beginToStop(Duration within);

    /** Drops what is folded and ends; does not wait for that. */
    void fence(String why);

    /** Gives its connection back; it must have ended, or never begun. */
    @Override
    void close();
}
